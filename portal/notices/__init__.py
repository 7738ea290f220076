"""Inbox of the units and offices."""
