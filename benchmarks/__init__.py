"""Measurements, not tests: the pages of a running house, and the matcher beside its peers."""
