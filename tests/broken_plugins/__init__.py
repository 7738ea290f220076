"""One sound plugin among broken ones; the whole folder is loaded by ``tests/campaigns/test_registry.py``."""
