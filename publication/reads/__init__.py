"""What pages and files show of results and draws; nothing here writes."""
