"""Pages for running an installation: tenants and campaigns, plugins, calendar, readings of clauses, bodies."""
