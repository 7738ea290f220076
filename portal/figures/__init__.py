"""Indicator values: one wide roll-up row per tenant, form and period, and what is derived from it."""
