"""Getting ready before the first visitor: the streets, the drawn map and the ways from every compound."""

from __future__ import annotations

from geo.basemap import basemap_bytes, basemap_tag
from geo.cities import load_city
from geo.modes import Mode


def warm_up(city_key: str) -> None:
    """Compute once what every process needs; called before the web server forks, so that all of them share it."""
    city = load_city(city_key)
    basemap_tag(city)
    basemap_bytes(city)
    gates = [compound.point for compound in city.compounds]
    city.travel.seconds(gates, gates, Mode.EBIKE)
