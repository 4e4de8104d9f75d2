"""Pieces of the maintainer tool that builds the demo city's files."""
