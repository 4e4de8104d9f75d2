"""Services and skills, as pages and other floors read them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalogue.models import Service, Skill
from core.errors import NotFound


def list_services(session: Session, zone: str = "") -> list[Service]:
    """Return the active services in their order; with a zone's slug, only those open there."""
    rows = session.scalars(select(Service).where(Service.active).order_by(Service.position, Service.slug))
    return [service for service in rows if not zone or open_in(service, zone)]


def get_service(session: Session, slug: str) -> Service:
    """Return the active service of this slug, or ``NotFound``."""
    service = session.scalars(select(Service).where(Service.slug == slug, Service.active)).first()
    if service is None:
        raise NotFound
    return service


def open_in(service: Service, zone: str) -> bool:
    """Return whether the service is open in a zone; a service without a list of zones is open in all."""
    return service.zones is None or zone in service.zones


def list_skills(session: Session) -> list[Skill]:
    """Return all skills by name of slug."""
    return list(session.scalars(select(Skill).order_by(Skill.slug)))
