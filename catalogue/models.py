"""Services and skills."""

from __future__ import annotations

from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Key


class Skill(Base):
    """Something a worker can be checked for."""

    __tablename__ = "skill"
    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(String(32), unique=True)
    names: Mapped[dict[str, Any]]


class Service(Base):
    """A kind of work. ``names``/``hints`` are ``{"zh": …, "en": …}``; money is fen per hour.

    ``checklist`` is a list of ``{"code", "zh", "en"}``; ``extras`` a list of ``{"fact", "fen", "zh", "en"}``: home
    facts that add a line to the quote. ``facts`` are those it asks about. ``zones`` lists the zones it is open in;
    null means all.
    """

    __tablename__ = "service"
    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(String(32), unique=True)
    names: Mapped[dict[str, Any]]
    hints: Mapped[dict[str, Any]]
    skills: Mapped[list[str]]
    fen_per_hour: Mapped[int]
    min_minutes: Mapped[int]
    max_minutes: Mapped[int]
    step_minutes: Mapped[int] = mapped_column(default=30)
    checklist: Mapped[list[Any]]
    extras: Mapped[list[Any]]
    facts: Mapped[list[str]]
    zones: Mapped[list[str] | None]
    trusted: Mapped[bool] = mapped_column(default=False)
    premium: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=0)
    icon: Mapped[str] = mapped_column(String(24), default="broom")
