"""The manual: every picture that docs show is there, every picture is shown, none is heavy."""

import re
from pathlib import Path

GUIDE = Path(__file__).parents[2] / "docs" / "guide"
PICTURE = re.compile(r"[(/]([a-z-]+-(?:1280|390)\.webp)\)")


def test_pictures_and_manual_belong_together():
    pages = [GUIDE / "README.md", *(GUIDE.parent / "adr").glob("*.md")]
    shown = {name for page in pages for name in PICTURE.findall(page.read_text())}
    sizes = {path.name: path.stat().st_size for path in GUIDE.iterdir() if path.suffix != ".md"}
    assert shown == set(sizes)
    assert max(sizes.values()) < 200_000
    assert sum(sizes.values()) < 6_000_000
