"""What a tenant changes in its forms: own columns, own forms, their admission, and what superiors and units see of it."""
