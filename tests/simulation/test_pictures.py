"""Pictures of the demo: real JPEGs, small, the same for the same number."""

from io import BytesIO

from PIL import Image

from simulation.pictures import picture_of


def test_a_picture_is_a_small_photo():
    with Image.open(BytesIO(picture_of(3))) as made:
        assert (made.format, made.size) == ("JPEG", (640, 480))
    assert len(picture_of(3)) < 60_000


def test_the_same_number_gives_the_same_picture():
    assert picture_of(2) == picture_of(2 + 6)
    assert picture_of(2) != picture_of(3)
