"""What a camera puts into a photo, and what is left of it."""

import hashlib
import struct
import zlib
from datetime import UTC, datetime
from io import BytesIO

import pytest
from PIL import Image

from core.errors import DomainError
from inspections.rules import photos
from tests.inspections import camera


def opened(data):
    return Image.open(BytesIO(data))


def near(pixel, colour):
    return all(abs(one - two) < 30 for one, two in zip(pixel, colour, strict=True))


def test_the_test_photo_says_where_it_was_taken():
    data = camera.jpeg()
    assert opened(data).getexif().get_ifd(0x8825)[2] == (33.0, 38.0, 12.5)
    assert b"116.9584" in data


def test_copies_say_nothing_and_the_original_is_untouched():
    data = camera.jpeg()
    photo = photos.read(data)
    assert photo.original == data
    assert photo.sha256 == hashlib.sha256(data).hexdigest()
    for copy in (photo.copy, photo.thumbnail):
        image = opened(copy)
        assert image.format == "JPEG"
        assert dict(image.getexif()) == {}
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        for trace in (b"Exif", b"FICTIVE", b"116.9584", b"GPS", b"http://ns.adobe.com"):
            assert trace not in copy


def test_the_time_is_that_of_the_camera_in_china():
    assert photos.read(camera.jpeg()).taken_at == datetime(2021, 7, 21, 1, 52, 10, tzinfo=UTC)


@pytest.mark.parametrize("taken", ["", "0000:00:00 00:00:00", "yesterday"])
def test_a_time_that_is_none_is_left_out(taken):
    assert photos.read(camera.jpeg(taken=taken)).taken_at is None


@pytest.mark.parametrize(
    ("orientation", "size", "first", "last"),
    [
        (1, (400, 300), camera.RED, camera.BLUE),
        (3, (400, 300), camera.BLUE, camera.RED),
        (6, (300, 400), camera.RED, camera.BLUE),
        (8, (300, 400), camera.BLUE, camera.RED),
    ],
)
def test_the_picture_stands_upright(orientation, size, first, last):
    image = opened(photos.read(camera.jpeg(orientation=orientation)).copy)
    assert image.size == size
    assert near(image.getpixel((20, 20)), first)
    assert near(image.getpixel((size[0] - 20, size[1] - 20)), last)


def test_large_pictures_are_scaled_and_small_ones_left():
    photo = photos.read(camera.jpeg(4000, 3000))
    assert opened(photo.copy).size == (1600, 1200)
    assert opened(photo.thumbnail).size == (240, 180)
    assert opened(photos.read(camera.jpeg(100, 50)).copy).size == (100, 50)


@pytest.mark.parametrize(("kind", "suffix"), [("PNG", "png"), ("WEBP", "webp")])
def test_other_formats_become_jpeg(kind, suffix):
    photo = photos.read(camera.encoded(camera.picture(), kind))
    assert (photo.suffix, opened(photo.copy).format) == (suffix, "JPEG")


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "I;16"])
def test_every_mode_of_colour(mode):
    image = Image.new("L", (60, 40), 0).convert("I").convert(mode) if mode == "I;16" else None
    image = image or Image.new(mode, (60, 40))
    assert opened(photos.read(camera.encoded(image, "PNG")).copy).size == (60, 40)


def test_what_is_transparent_becomes_white():
    image = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
    copy = opened(photos.read(camera.encoded(image, "PNG")).copy)
    assert near(copy.getpixel((30, 20)), (255, 255, 255))


def bomb(width, height):
    """A PNG of a few bytes that claims to be huge."""

    def chunk(kind, body):
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "不是照片"),
        (b"%PDF-1.7", "不是照片"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "不是照片"),
        (camera.jpeg()[:3000], "不是照片"),
        (camera.encoded(camera.picture(), "PNG")[:200], "不是照片"),
        (camera.encoded(camera.picture(), "GIF"), "不是照片"),
        (camera.encoded(camera.picture(), "TIFF"), "不是照片"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (bomb(9000, 8000), "像素过大"),
        (bomb(12000, 9000), "像素过大"),
        (bomb(60000, 60000), "像素过大"),
        (b"\xff" * (20 * 1024 * 1024 + 1), "超过 20 MB"),
    ],
    ids=[
        "empty",
        "pdf",
        "svg",
        "half a jpeg",
        "half a png",
        "gif",
        "tiff",
        "heic",
        "72 megapixels",
        "108 megapixels",
        "bomb",
        "large",
    ],
)
def test_what_is_no_photo_is_refused_with_a_sentence(data, words):
    with pytest.raises(DomainError, match=words):
        photos.read(data)
