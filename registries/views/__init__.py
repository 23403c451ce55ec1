"""Pages on the two registries: find the object, call one service, render."""
