"""Urgent reports."""
