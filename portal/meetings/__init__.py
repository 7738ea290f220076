"""Meetings from the topic to the closed resolution."""
