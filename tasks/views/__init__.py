"""Pages on tasks: find the object, call one service, render."""
