"""Pages of agencies: log-in and accounts, and the first run of an empty portal."""
