"""Information: items, bulletins, advisories, requests upward, and the library that holds them all."""
