"""Pages of field work: the phone, the records at a desk, substitutions."""
