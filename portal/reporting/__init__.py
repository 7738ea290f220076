"""Forms by period: fill, sign off, submit, accept or return, consolidate."""
