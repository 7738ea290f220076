"""What the city sees across its counties: completeness, totals, drill-down, exports."""
