"""Orders (督办): assigned, signed for, fed back, urged, checked, closed (销号), looked back at (回头看)."""
