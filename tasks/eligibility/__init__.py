"""Who can be drawn: from the registry of targets to the frozen list (T05, F12-F17)."""
