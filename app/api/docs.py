"""The API's description and Swagger UI, served by ourselves."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify

from app.house import house
from app.registry import PUBLIC, route

bp = Blueprint("api_docs", __name__)


@route(bp, "/api/v1/openapi.json", policy=PUBLIC, transaction=False)
def openapi() -> Any:
    """Return the description as OpenAPI 3.1."""
    return jsonify(house().extensions["api"].spec.to_dict())
