"""Documents that leave and enter the portal: ``workbook`` writes spreadsheets, ``reading`` takes them in."""
