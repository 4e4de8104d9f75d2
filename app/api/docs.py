"""The API's description and Swagger UI, served by ourselves."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, render_template

from app.house import house
from app.registry import PUBLIC, route

bp = Blueprint("api_docs", __name__)


@route(bp, "/api/v1/openapi.json", policy=PUBLIC, transaction=False)
def openapi() -> Any:
    """Return the description as OpenAPI 3.1."""
    return jsonify(house().extensions["api"].spec.to_dict())


@route(bp, "/api/docs", policy=PUBLIC)
def swagger() -> Any:
    """Show the description with Swagger UI."""
    return render_template("access/docs.html")
