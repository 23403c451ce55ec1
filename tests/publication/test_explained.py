"""The draw in plain words: short, and the same on the site and in the guide."""

import re

from django.conf import settings

from tests.publication.reading import read


def words(html):
    return re.sub(r"\s+|<[^>]+>", "", html)


def test_a_citizen_reads_fewer_than_400_characters(client, db):
    guide = (settings.BASE_DIR / "docs/guide/draw.md").read_text()
    told = words(guide.split("held by a test -->")[1].split("<!-- /citizen")[0])
    page = read(client, "help").split('id="citizen">')[1].split("</div>")[0]
    assert words(page) == told
    assert 200 < len(told) < 400
