"""Papers as PDF: a template and its context become bytes, and nothing is fetched from anywhere."""

import contextlib
import mimetypes
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from PIL import ImageFile
from weasyprint import CSS, HTML
from weasyprint.css.counters import CounterStyle
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

STYLESHEET = "pdf.css"

# WeasyPrint lets half a picture pass, for the whole process; a photo that is cut off is refused.
ImageFile.LOAD_TRUNCATED_IMAGES = False

# Fontconfig and Pango keep state that threads of one process must not touch at the same time.
_one_at_a_time = threading.Lock()


class ForeignAddress(Exception):
    """A template of ours names an address it must not: a fault of the program, not of a user."""


class OnlyOurs(URLFetcher):
    """Gives `static:path` from the project's static folder and `bytes:name` from what was handed in.

    Every other address, on the network or on this machine, stops the paper.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=[])
        self.files = files
        self.refused = ""

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """The bytes behind one of our own two kinds of address."""
        scheme, _, name = url.partition(":")
        body = {"static": _static, "bytes": self.files.get}.get(scheme, _nothing)(name)
        if body is None:
            self.refused = url
            raise FatalURLFetchingError(url)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return URLFetcherResponse(url, body, {"Content-Type": kind})


def _static(name: str) -> bytes | None:
    root = Path(settings.BASE_DIR, "static").resolve()
    path = (root / name).resolve()
    return path.read_bytes() if path.is_relative_to(root) and path.is_file() else None


def _nothing(name: str) -> None:
    return None


def render(
    template: str, context: Mapping[str, Any], files: Mapping[str, bytes] | None = None
) -> bytes:
    """The paper as a PDF with its fonts embedded.

    files: pictures the template names as `bytes:name`. Raises ForeignAddress.
    """
    return from_html(render_to_string(template, dict(context)), files)


def from_html(text: str, files: Mapping[str, bytes] | None = None) -> bytes:
    """The same from finished HTML."""
    fetcher = OnlyOurs(files or {})
    data = None
    with _one_at_a_time, contextlib.suppress(FatalURLFetchingError):
        tools = _tools()
        data = HTML(string=text, url_fetcher=fetcher).write_pdf(
            stylesheets=[tools.sheet], font_config=tools.fonts, counter_style=tools.numerals
        )
    if data is None or fetcher.refused:  # inside a drawing the refusal only leaves a gap
        raise ForeignAddress(f"A paper may not fetch {fetcher.refused}.")
    return data


class _Tools(NamedTuple):
    fonts: FontConfiguration
    numerals: CounterStyle
    sheet: CSS


@cache
def _tools() -> _Tools:
    """Fonts, Chinese numerals and the style sheet, looked up once per process."""
    fonts, numerals = FontConfiguration(), CounterStyle()
    text = Path(settings.BASE_DIR, "static", STYLESHEET).read_text()
    sheet = CSS(string=text, font_config=fonts, counter_style=numerals, url_fetcher=OnlyOurs({}))
    return _Tools(fonts, numerals, sheet)
