"""Running an installation: set-up, demo, server, worker, database, translations, self-check."""
