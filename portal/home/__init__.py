"""What must I do, by when, and why: one list over all campaigns and tenants of a person."""
