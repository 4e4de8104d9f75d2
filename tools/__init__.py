"""Tools for those who work on Hourhand; `dev.py` is the door."""
