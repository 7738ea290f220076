"""A unit's form as a spreadsheet: out as its sheet, back with a difference to confirm."""
