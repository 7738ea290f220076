"""Official documents (公文): drafted, checked, signed, numbered, sent with receipts, the stamped scan kept."""
