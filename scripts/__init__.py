"""What stands behind ./run and ./test. Standard library only: it runs before anything is installed."""
