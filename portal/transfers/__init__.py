"""Handing a matter on: between units, between tenants, to the tenant above."""
