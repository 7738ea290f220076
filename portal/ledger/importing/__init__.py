"""Entries of a ledger that come in as a spreadsheet: out as a sheet, read, compared, confirmed, entered by the worker."""
