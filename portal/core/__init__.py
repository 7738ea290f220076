"""Ground floor: database, scope, clock, calendar, errors, audit, settings, texts, crypto, jobs. Knows no feature."""
