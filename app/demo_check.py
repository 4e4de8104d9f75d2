"""The main story over HTTP, step by step (written below)."""

from app.settings import Settings


def play(settings: Settings, base_url: str) -> int:
    """Play."""
    return 1
