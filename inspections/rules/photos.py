"""A photo as it comes from a phone: checked, measured, and copied without what the camera added."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from typing import TypeVar
from zoneinfo import ZoneInfo

from PIL import ExifTags, Image, ImageOps

from core.errors import DomainError

MEGABYTE = 1024 * 1024
LARGEST = 20 * MEGABYTE
MOST_PIXELS = 70_000_000  # phones take up to 64 megapixels; a bomb claims more
COPY, THUMBNAIL = 1600, 240  # longest side in pixels
QUALITY = 82
FORMATS = ["JPEG", "PNG", "WEBP"]  # a JPEG of several pictures opens as MPO
SUFFIXES = {"JPEG": "jpg", "MPO": "jpg", "PNG": "png", "WEBP": "webp"}
Looked = TypeVar("Looked")
CHINA = ZoneInfo("Asia/Shanghai")

TOO_LARGE = "照片超过 20 MB，没有上传。请在手机相机设置中降低像素后重拍。"
TOO_MANY_PIXELS = "照片的像素过大（超过 7000 万），没有上传。请在手机相机设置中降低像素后重拍。"
NO_PHOTO = "这个文件不是照片，或者已经损坏，没有上传。请上传 JPG、PNG 或 WebP 格式的照片。"
HEIC = "这是 HEIC 格式的照片，没有上传。请在手机“设置—相机—格式”中选择“兼容性最佳”后重拍，或转成 JPG 再传。"
# What Pillow raises on damaged files, depending on where the damage is.
DAMAGED = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
)
BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)

Image.init()  # all readers at once, so that none is missing when it is named


@dataclass(frozen=True, slots=True)
class Photo:
    """A checked photo. `copy` and `thumbnail` are JPEG without any metadata."""

    original: bytes
    sha256: str
    suffix: str
    copy: bytes
    thumbnail: bytes
    taken_at: datetime | None


def read(data: bytes) -> Photo:
    """The photo in `data`. Raises DomainError for what is too large, damaged or no photo."""
    if len(data) > LARGEST:
        raise DomainError(TOO_LARGE)
    if data[4:8] == b"ftyp" and data[8:12] in {b"heic", b"heix", b"mif1", b"msf1", b"heim"}:
        raise DomainError(HEIC)
    try:
        return _read(data)
    except BOMB:
        raise DomainError(TOO_MANY_PIXELS) from None
    except DAMAGED:
        raise DomainError(NO_PHOTO) from None


def _read(data: bytes) -> Photo:
    with Image.open(BytesIO(data), formats=FORMATS) as image:
        if image.width * image.height > MOST_PIXELS:
            raise DomainError(TOO_MANY_PIXELS)
        suffix, taken_at = SUFFIXES[image.format], _taken_at(image)
        image.thumbnail((COPY, COPY), Image.Resampling.LANCZOS)  # first, so that little is held
        copy = _without_metadata(image)
    return Photo(
        original=data,
        sha256=sha256(data).hexdigest(),
        suffix=suffix,
        copy=_jpeg(copy),
        thumbnail=_jpeg(_small(copy)),
        taken_at=taken_at,
    )


def _without_metadata(image: Image.Image) -> Image.Image:
    """The picture alone, turned as the camera was held, on white where it was transparent."""
    turned = _tolerant(lambda: ImageOps.exif_transpose(image)) or image
    drawn = turned.convert("RGBA")
    bare = Image.new("RGB", drawn.size, "white")
    bare.paste(drawn, mask=drawn.getchannel("A"))
    return bare


def _small(image: Image.Image) -> Image.Image:
    made = image.copy()
    made.thumbnail((THUMBNAIL, THUMBNAIL), Image.Resampling.LANCZOS)
    return made


def _jpeg(image: Image.Image) -> bytes:
    target = BytesIO()
    image.save(target, "JPEG", quality=QUALITY, optimize=True)
    return target.getvalue()


def _taken_at(image: Image.Image) -> datetime | None:
    """When the camera says it was taken, on its own clock; None when it does not say."""
    return _tolerant(lambda: _exif_time(image))


def _exif_time(image: Image.Image) -> datetime | None:
    text = image.getexif().get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal, "")
    return datetime.strptime(text, "%Y:%m:%d %H:%M:%S").replace(tzinfo=CHINA) if text else None


def _tolerant(look: Callable[[], Looked]) -> Looked | None:
    """What the metadata say, or None: damaged metadata do not damage the photo."""
    try:
        return look()
    except (*DAMAGED, Warning):
        return None
