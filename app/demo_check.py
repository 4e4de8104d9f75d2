"""``make demo-check``: the main story over HTTP, step by step, one line each."""

from __future__ import annotations

import time

import click

from app.demo_browser import PageError
from app.demo_facts import Facts
from app.demo_story import ACTS, Story, StoryError
from app.session import make_factory
from app.settings import Settings


def play(settings: Settings, base_url: str) -> int:
    """Play the story against the running pages and clock; 0 when every step went well, 1 at the first that did not."""
    story = Story(base_url, Facts(make_factory(settings, "hourhand-check"), settings.zone), settings.clock)
    began = time.monotonic()
    for name, act in ACTS:
        try:
            told = act(story)
        except (PageError, StoryError, LookupError) as error:
            more = "" if isinstance(error, StoryError) else "; the last words of pages and clock follow"
            click.echo(f"FAILED {name} ({error}{more})")
            return 1
        click.echo(f"ok     {name}: {told}")
    click.echo(f"The whole story in {time.monotonic() - began:.0f} s.")
    return 0
