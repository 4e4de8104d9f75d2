"""One question to an outside map service: JSON over HTTP, bounded in time and size, no redirects, no other schemes."""

import json
from http.client import HTTPException
from typing import Any, Final
from urllib import request
from urllib.error import URLError
from urllib.parse import urlsplit

MAX_ANSWER_BYTES: Final = 8_000_000


class ServiceError(Exception):
    """The service did not give a usable answer; the text says why, without the question's coordinates."""


def ask_json(url: str, body: object | None, timeout_s: float) -> Any:
    """GET `url`, or POST `body` as JSON, and return the parsed answer. Raises ServiceError for anything else."""
    if urlsplit(url).scheme not in {"http", "https"}:
        raise ServiceError("only http and https addresses are asked")
    opener = request.OpenerDirector()
    errors = (request.HTTPErrorProcessor, request.HTTPDefaultErrorHandler)
    for handler in (request.HTTPHandler, request.HTTPSHandler, *errors):
        opener.add_handler(handler())
    opener.addheaders = [("Accept", "application/json"), ("Content-Type", "application/json")]
    data = None if body is None else json.dumps(body).encode()
    try:
        with opener.open(url, data, timeout_s) as answer:
            text = answer.read(MAX_ANSWER_BYTES + 1)
    except (URLError, OSError, HTTPException, ValueError) as failure:
        raise ServiceError(f"no answer: {type(failure).__name__}") from failure
    if len(text) > MAX_ANSWER_BYTES:
        raise ServiceError("the answer is too large")
    try:
        return json.loads(text)
    except ValueError as failure:
        raise ServiceError("the answer is not JSON") from failure
