"""Decode one photo in a process of its own, with little memory and time: run as a script, bytes in, JPEG out.

Exit codes: 0 done, 3 too many pixels, 4 not readable. It imports nothing of ours, so that it starts quickly and what
a broken decoder could reach is nothing.
"""

from __future__ import annotations

import io
import sys
import warnings

MEMORY = 700 * 2**20
SECONDS = 10
LONGEST = 2048
TOO_MANY, UNREADABLE = 3, 4


def limit() -> None:
    """Give this process little memory and time, and no files; only where the system can."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def convert(content: bytes, most_pixels: int, longest_side: int) -> bytes:
    """Return the picture as a plain JPEG: upright, flattened on white, at most 2048 pixels, without metadata."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = most_pixels
    with Image.open(io.BytesIO(content), formats=["JPEG", "PNG", "WEBP"]) as opened:
        width, height = opened.size
        if width * height > most_pixels or max(width, height) > longest_side:
            sys.exit(TOO_MANY)
        opened.draft("RGB", (LONGEST, LONGEST))
        opened.load()
        upright = ImageOps.exif_transpose(opened)
        upright.thumbnail((LONGEST, LONGEST))
        flat = Image.new("RGB", upright.size, "white")
        layer = upright.convert("RGBA")
        flat.paste(layer, mask=layer.getchannel("A"))
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=82, optimize=False)
    return out.getvalue()


def main() -> None:
    """Read stdin, write stdout."""
    content = sys.stdin.buffer.read()
    most_pixels, longest_side = int(sys.argv[1]), int(sys.argv[2])
    warnings.simplefilter("error")
    import PIL.Image
    import PIL.JpegImagePlugin
    import PIL.PngImagePlugin
    import PIL.WebPImagePlugin

    limit()
    try:
        sys.stdout.buffer.write(convert(content, most_pixels, longest_side))
    except (PIL.Image.DecompressionBombError, PIL.Image.DecompressionBombWarning):
        sys.exit(TOO_MANY)
    except Exception:  # noqa: BLE001  whatever a decoder raises means the same: not a photo we can use
        sys.exit(UNREADABLE)


if __name__ == "__main__":
    main()
