"""The file that shows why a drawn target cannot be inspected: a photo or a PDF, kept as it came."""

from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

from PIL import Image

from core.errors import DomainError

LARGEST = 10 * 1024 * 1024
MOST_PIXELS = 70_000_000
IMAGES = {"JPEG": "jpg", "MPO": "jpg", "PNG": "png", "WEBP": "webp"}
TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "pdf": "application/pdf",
}
TOO_LARGE = "证明材料超过 10 MB，没有提交。请压缩或分开后重新选择。"
UNKNOWN = "证明材料不是照片或 PDF，或者已经损坏，没有提交。请上传 JPG、PNG、WebP 照片或 PDF 文件。"
EMPTY = "证明材料是空文件，没有提交。请重新选择。"


@dataclass(frozen=True)
class Proof:
    """A checked file; `sha256` stands in the certificate."""

    data: bytes
    sha256: str
    suffix: str


def read(data: bytes) -> Proof:
    """The photo or PDF in `data`. Raises DomainError for what is too large, damaged or neither."""
    if not data:
        raise DomainError(EMPTY, field="evidence")
    if len(data) > LARGEST:
        raise DomainError(TOO_LARGE, field="evidence")
    suffix = "pdf" if _is_pdf(data) else _image_suffix(data)
    return Proof(data, sha256(data).hexdigest(), suffix)


def _is_pdf(data: bytes) -> bool:
    return data.startswith(b"%PDF-") and b"%%EOF" in data[-2048:]


def _image_suffix(data: bytes) -> str:
    try:
        with Image.open(BytesIO(data), formats=["JPEG", "PNG", "WEBP"]) as image:
            if image.width * image.height > MOST_PIXELS:
                raise DomainError(TOO_LARGE, field="evidence")
            image.load()
            return IMAGES[image.format]
    except DomainError:
        raise
    except (
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
        IndexError,
        KeyError,
        TypeError,
        OverflowError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ):
        raise DomainError(UNKNOWN, field="evidence") from None
