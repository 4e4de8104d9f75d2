"""Files on the way to a phone with one bar of signal: small, and not asked for again at every page.

Only what is the same for everybody is compressed: a page with secrets and with words from its address in it could be
measured (BREACH). A compressed file is kept, since it is asked for again and again.
"""

from __future__ import annotations

import gzip
from typing import Final

from flask import Response, request

from app.house import House

KEPT: Final = "public, max-age=300, stale-while-revalidate=86400"  # five minutes unasked, then beside the page
SHRUNK: Final = frozenset({"static", "public.show_basemap"})
_TYPES: Final = ("text/", "application/json", "application/octet-stream", "image/svg+xml")
_MOST_KEPT: Final = 200
_FILES: dict[tuple[str, str], bytes] = {}


def configure_shrinking(app: House) -> None:
    """Compress static files and the map, and let browsers keep static files for a while."""
    app.after_request(shrink)


def shrink(answer: Response) -> Response:
    """Return the answer, compressed if it may be and the browser can read it."""
    if request.endpoint == "static" and answer.status_code in (200, 304):
        answer.headers["Cache-Control"] = KEPT
    if request.endpoint not in SHRUNK or not (answer.mimetype or "").startswith(_TYPES):
        return answer
    answer.vary.add("Accept-Encoding")
    tag, _weak = answer.get_etag()
    if answer.status_code == 200 and tag and request.accept_encodings["gzip"]:
        answer.direct_passthrough = False
        content = answer.get_data()
        answer.close()  # the file behind it, now: whoever asked may be gone before the answer is sent
        answer.set_data(_compressed(request.path, tag, content))
        answer.headers["Content-Encoding"] = "gzip"
        answer.set_etag(tag, weak=True)
    return answer


def _compressed(path: str, tag: str, content: bytes) -> bytes:
    found = _FILES.get((path, tag))
    if found is None:
        found = gzip.compress(content, 9, mtime=0)
        if len(_FILES) >= _MOST_KEPT:
            _FILES.clear()
        _FILES[path, tag] = found
    return found
