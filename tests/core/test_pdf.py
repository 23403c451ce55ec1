import socket

import pytest

from core import pdf
from tests.inspections import camera
from tests.pdf import fonts_of, pages_of, poppler, text_of

PAGE = "<!doctype html><html lang='zh-CN'><body><p>双随机、一公开</p>{}</body></html>"


def test_chinese_is_read_back_and_embedded():
    data = pdf.from_html(PAGE.format(""))
    assert "双随机、一公开" in text_of(data)
    assert pages_of(data) == 1
    assert set(fonts_of(data).values()) == {True}


def test_bytes_handed_in_are_drawn():
    data = pdf.from_html(PAGE.format("<img src='bytes:photo.jpg'>"), {"photo.jpg": camera.jpeg()})
    assert len(poppler("pdfimages", data, "-list", "-").splitlines()) == 3  # two of heading


def test_the_static_folder_is_open():
    data = pdf.from_html(PAGE.format("<img src='static:icon.svg'>"))
    assert pages_of(data) == 1


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:{port}/x.png",
        "https://portal.example/x.png",
        "file:///etc/passwd",
        "static:../config/settings.py",
        "static:/etc/passwd",
        "static:not-there.png",
        "bytes:not-handed-in.png",
        "data:image/png;base64,AAAA",
        "ftp://portal.example/x.png",
    ],
)
@pytest.mark.parametrize(
    "markup",
    [
        "<img src='{}'>",
        "<link rel='stylesheet' href='{}'>",
        "<style>p {{ background: url('{}') }}</style>",
        "<style>@import url('{}');</style>",
        "<svg width='9' height='9'><image href='{}' width='9' height='9'/></svg>",
    ],
)
def test_no_other_address_is_fetched(address, markup):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        wanted = address.format(port=server.getsockname()[1])
        with pytest.raises(pdf.ForeignAddress):
            pdf.from_html(PAGE.format(markup.format(wanted)))
        with pytest.raises(BlockingIOError):
            server.accept()


def test_a_relative_address_leads_nowhere():
    """Without a base there is nothing it could be relative to."""
    data = pdf.from_html(PAGE.format("<img src='/etc/passwd'><img src='pyproject.toml'>"))
    assert text_of(data) == "双随机、一公开第1页共1页"
