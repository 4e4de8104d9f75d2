"""Photos: taken in as files."""

from __future__ import annotations

from typing import Any

from flask_smorest.fields import Upload

from app.api.acting import Input
from disputes.photos import MAX_BYTES


class PhotoInSchema(Input):
    """A photo: JPEG, PNG or WebP of at most 8 MB; it is decoded and encoded anew without its metadata."""

    photo = Upload(required=True)


def content_of(files: dict[str, Any]) -> bytes:
    """Return the photo's bytes; one more than is allowed when there are too many."""
    content: bytes = files["photo"].read(MAX_BYTES + 1)
    return content
