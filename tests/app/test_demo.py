"""The demo city's commands start a process of their own: they need what every process needs."""

from app import demo
from core import sealing
from tests.fixtures_app import settings_for


def test_seeding_is_given_the_keys_for_photos(house_url, tmp_path, monkeypatch):
    monkeypatch.setattr(sealing, "_RING", {})
    demo._seeding_factory(settings_for(house_url, tmp_path))
    assert sealing.newest_head().startswith(sealing.MAGIC)
