"""Photos as answers: a file to be kept, never a page to be run, whatever a browser makes of it."""

from __future__ import annotations

from flask import Response, make_response

SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def photo_answer(content: bytes, mime: str, code: str, *, keep_seconds: int = 0) -> Response:
    """Return a photo, named by its code; a browser may keep it for ``keep_seconds``, nobody in between may."""
    answer = make_response(content)
    answer.content_type = mime
    answer.headers["Content-Disposition"] = f'attachment; filename="{code}.jpg"'
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["Cache-Control"] = f"private, max-age={keep_seconds}" if keep_seconds else "private, no-store"
    return answer
