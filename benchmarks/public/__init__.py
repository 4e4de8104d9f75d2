"""Public instances, read from a folder that is never part of this repository."""
