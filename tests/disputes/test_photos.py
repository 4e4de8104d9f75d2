"""Photos from people: what is refused, and what is left of the rest."""

import io
import resource
import struct
import zlib

import pytest
from PIL import Image

from core.errors import InvalidInput
from disputes import photos
from disputes.photos import clean_photo


def picture(kind="JPEG", size=(64, 48), mode="RGB", **more) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 120).save(out, kind, **more)
    return out.getvalue()


def refused(content: bytes) -> str:
    with pytest.raises(InvalidInput) as refusal:
        clean_photo(content)
    assert list(refusal.value.fields) == ["photo"]
    return refusal.value.fields["photo"][0]


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and carries next to nothing: a decompression bomb."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 10_000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "RGB"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("PNG", "1"), ("PNG", "P"), ("WEBP", "RGB")]
)
def test_real_photos_become_plain_jpegs(kind, mode):
    with Image.open(io.BytesIO(clean_photo(picture(kind, mode=mode)))) as done:
        assert (done.format, done.mode, done.size) == ("JPEG", "RGB", (64, 48))


def test_metadata_is_gone_and_the_picture_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "canary maker"
    exif.get_ifd(0x8825)[1] = "N"
    content = picture(exif=exif, icc_profile=b"canary profile", comment=b"canary comment")
    assert b"canary" in content
    done = clean_photo(content)
    assert b"canary" not in done
    with Image.open(io.BytesIO(done)) as image:
        assert image.size == (48, 64)
        assert not image.getexif()
        assert "icc_profile" not in image.info


def test_large_photos_are_made_smaller():
    with Image.open(io.BytesIO(clean_photo(picture(size=(5000, 2500))))) as done:
        assert done.size == (2048, 1024)


@pytest.mark.parametrize(
    "tail", [b"<script>canary()</script>", b"PK\x03\x04canary.zip", b"%PDF-1.4 canary", b"<?php canary(); ?>"]
)
def test_polyglots_lose_their_second_half(tail):
    assert b"canary" not in clean_photo(picture() + tail)


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        b"<!doctype html><script>1</script>",
        b"GIF89a" + b"\0" * 100,
        b"BM" + b"\0" * 100,
        b"%PDF-1.4",
        b"PK\x03\x04",
        b"\0" * 1000,
        b"<script>" + picture(),
    ],
)
def test_what_is_no_photo_is_refused_by_its_first_bytes(content):
    assert refused(content) == "not_a_photo"


@pytest.mark.parametrize(
    "content", [picture()[:200], picture("PNG")[:60], b"\xff\xd8\xff" + b"\0" * 500, b"RIFF\x10\0\0\0WEBP" + b"\0" * 40]
)
def test_truncated_and_broken_files_are_unreadable(content):
    assert refused(content) == "unreadable"


@pytest.mark.parametrize("size", [(50_000, 50_000), (50_000, 1), (12_001, 10), (8000, 6000)])
def test_too_many_pixels_are_refused_before_decoding(size):
    assert refused(png_header(*size)) == "too_many_pixels"


def test_nothing_and_too_much():
    assert refused(b"") == "required"
    assert refused(picture() + b"\0" * photos.MAX_BYTES) == "too_large"


def test_a_bomb_costs_the_parent_no_memory():
    bomb, large = png_header(6000, 6000), picture("PNG", size=(4000, 4000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(3):
        refused(bomb)
        clean_photo(large)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before <= 50 * 1024
