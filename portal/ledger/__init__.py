"""Registers of matters declared by the campaigns."""
