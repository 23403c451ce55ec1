"""What pages, papers and the API show of field work; nothing here writes."""
