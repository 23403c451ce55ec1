"""Pages of agencies: log-in and accounts, the regions, and the first run of an empty portal."""
