"""Zones, compounds and places. Points are WGS-84; other datums exist only at the edges."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Key, Keyed


class Zone(Base):
    """A neighbourhood the company has opened. ``polygon`` is a list of [lat, lon]."""

    __tablename__ = "zone"
    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(String(24), unique=True)
    names: Mapped[dict[str, Any]]
    district: Mapped[dict[str, Any]]
    stage: Mapped[str] = mapped_column(String(12))
    polygon: Mapped[list[Any]]
    lat: Mapped[float]
    lon: Mapped[float]
    city: Mapped[str] = mapped_column(String(24))
    time_zone: Mapped[str] = mapped_column(String(40), default="Asia/Shanghai")


class Compound(Keyed, Base):
    """A 小区: a named place with buildings. ``buildings`` is ``[{"name", "units", "floors", "lift"}]``."""

    __tablename__ = "compound"
    zone_id: Mapped[int] = mapped_column(ForeignKey("zone.id"), index=True)
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    names: Mapped[dict[str, Any]]
    kind: Mapped[str] = mapped_column(String(24))
    lat: Mapped[float]
    lon: Mapped[float]
    households: Mapped[int]
    buildings: Mapped[list[Any]]
    zone: Mapped[Zone] = relationship()


class Place(Keyed, Base):
    """A home: address, point, access notes, facts. Owned by an account (code), or by a quote until the phone code."""

    __tablename__ = "place"
    owner: Mapped[str] = mapped_column(String(24), index=True)
    zone_id: Mapped[int] = mapped_column(ForeignKey("zone.id"), index=True)
    compound_id: Mapped[int | None] = mapped_column(ForeignKey("compound.id"))
    building: Mapped[str] = mapped_column(default="")
    unit: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    lat: Mapped[float]
    lon: Mapped[float]
    datum: Mapped[str] = mapped_column(String(8), default="wgs84")
    access_notes: Mapped[str] = mapped_column(default="")
    facts: Mapped[list[str]]
    created_at: Mapped[datetime]
    zone: Mapped[Zone] = relationship()
    compound: Mapped[Compound | None] = relationship()
    __table_args__ = (Index("ix_place_compound", "compound_id"),)
