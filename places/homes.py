"""Homes inside a compound: building → unit → door, as pick lists and as checks."""

from __future__ import annotations

from typing import Any

from geo.cities import Building
from places.models import Compound


def building_of(compound: Compound, name: str) -> Building | None:
    """Return the building of this name ("3"), or None."""
    row: dict[str, Any] | None = next((row for row in compound.buildings if row["name"] == name), None)
    if row is None:
        return None
    return Building(int(row["name"]), row["units"], row["floors"], row.get("flats", 2), row["lift"])


def units_of(compound: Compound, building: str) -> list[str]:
    """Return the entrances of a building, as they are picked: "1", "2" …; empty for no such building."""
    found = building_of(compound, building)
    return [] if found is None else [str(number) for number in range(1, found.units + 1)]


def home_error(compound: Compound, building: str, unit: str) -> dict[str, list[str]]:
    """Return the field errors of a building and unit ("2" or "2-501") in this compound; empty when they exist."""
    if not building:
        return {"building": ["required"]}
    found = building_of(compound, building)
    if found is None:
        return {"building": ["unknown_building"]}
    if not unit:
        return {}
    entrance, _, door = unit.partition("-")
    if not entrance.isdecimal() or not 1 <= int(entrance) <= found.units:
        return {"unit": ["unknown_unit"]}
    if door and door not in found.homes(int(entrance)):
        return {"unit": ["unknown_door"]}
    return {}


def written_address(compound: Compound, building: str, unit: str) -> str:
    """Return the address as it is written on a letter in China."""
    entrance, _, door = unit.partition("-")
    district = compound.zone.district.get("zh", "")
    parts = [district, compound.names["zh"], f"{building}栋"]
    if entrance:
        parts.append(f"{entrance}单元")
    return " ".join([*(part for part in parts if part), *([f"{door}室"] if door else [])])
