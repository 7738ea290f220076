"""The tree province -> city -> county, which campaign runs where, and each tenant's readings of ambiguous clauses."""
