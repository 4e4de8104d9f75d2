"""What a phone with one bar of signal fetches: compressed, and not asked for again at every page."""

import gzip

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

FILE = "/static/css/components.css"
GZIP = {"Accept-Encoding": "gzip, br"}


def fetch(client: FlaskClient, path: str, **headers: str) -> TestResponse:
    """One answer, with its file closed."""
    return client.get(path, headers=headers, buffered=True)


@pytest.mark.parametrize("path", [FILE, "/static/js/app.js", "/static/img/icons.svg", "/map/basemap.bin"])
def test_files_come_compressed_and_are_the_same(client: FlaskClient, path: str) -> None:
    plain, small = fetch(client, path), fetch(client, path, **GZIP)
    assert small.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in small.headers["Vary"]
    assert gzip.decompress(small.data) == plain.data
    assert len(small.data) < len(plain.data)


def test_who_cannot_read_it_gets_it_as_it_is(client: FlaskClient) -> None:
    assert "Content-Encoding" not in fetch(client, FILE).headers


def test_what_one_has_is_not_sent_again(client: FlaskClient) -> None:
    tag = fetch(client, FILE, **GZIP).headers["ETag"]
    assert fetch(client, FILE, **GZIP, **{"If-None-Match": tag}).status_code == 304


def test_static_files_are_kept_for_a_while_and_pages_are_not(client: FlaskClient) -> None:
    assert "max-age=300" in fetch(client, FILE).headers["Cache-Control"]
    assert fetch(client, "/privacy").headers["Cache-Control"] == "private, no-cache"


def test_pages_are_not_compressed(client: FlaskClient) -> None:
    """They carry secrets beside words of their address: their length must tell nothing."""
    assert "Content-Encoding" not in fetch(client, "/sign-in", **GZIP).headers
