"""The saved verifier page: what is in the file, what can never get out of its place, who gets it."""

import base64
import hashlib
import html
import json
import re

import pytest

from draws.reads import certificates
from publication.reads import offline
from tests.draws import tampering
from tests.publication.reading import FIRM

GRADE_A = tampering.GRADE_A.read_text(encoding="utf-8")
SCRIPT = re.compile(r"<script([^>]*)>(.*?)</script>", re.DOTALL)


def scripts(page):
    """Contents of the script elements by their id; the one that runs has none."""
    found = {}
    for attributes, content in SCRIPT.findall(page):
        name = re.search(r'id="([^"]+)"', attributes)
        found[name[1] if name else ""] = content
    return found


def test_certificate_and_programs_stand_in_the_page():
    page = offline.verify_page(GRADE_A)
    found = scripts(page)
    assert set(found) == {"verify-certificate", "verify-drs1", "verify-worker", ""}
    assert json.loads(found["verify-certificate"]) == json.loads(GRADE_A)
    assert found["verify-drs1"].replace("<\\/", "</") == offline.static("drs1.js")
    assert "餐饮行业部门联合双随机抽查（示例）" in page


def test_the_page_loads_nothing_and_runs_nothing_else():
    page = offline.verify_page(GRADE_A)
    rules = html.unescape(re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1])
    digest = base64.b64encode(hashlib.sha256(scripts(page)[""].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}' blob:;" in rules
    assert "default-src 'none'" in rules
    markup = SCRIPT.sub("", re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL))
    assert not re.search(r"\b(?:src|action)\s*=", markup)
    assert all(link.startswith("#") for link in re.findall(r'\bhref="([^"]*)"', markup))


def test_a_certificate_cannot_close_its_element():
    document = json.loads(GRADE_A)
    document["title"] = "</script><script>alert(1)</script><!--"
    document["claims"]["events"] = ["</script>", "&lt;", "]]>"]
    page = offline.verify_page(json.dumps(document, ensure_ascii=False))
    found = scripts(page)
    assert set(found) == {"verify-certificate", "verify-drs1", "verify-worker", ""}
    assert json.loads(found["verify-certificate"]) == document
    assert "<script>alert" not in page


def test_a_draw_whose_list_is_public_has_the_page(client, published):
    response = client.get(f"/draws/{published.made.draw_id}/verify.html")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/html; charset=utf-8"
    name = f"{published.made.draw_id}-verify.html"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    kept = scripts(response.content.decode())["verify-certificate"]
    assert json.loads(kept) == certificates.build(published.made)


@pytest.mark.parametrize("opened", [True, False])
def test_without_a_public_certificate_there_is_no_page(client, world, clock, opened):
    clock("2021-09-01")
    made = world.draw(world.target(FIRM), opened=opened)
    response = client.get(f"/draws/{made.draw_id}/verify.html")
    assert response.status_code == 404
    assert FIRM not in response.content.decode()
    assert "verify-certificate" not in response.content.decode()


TOP_LEVEL = re.compile(
    r"^(?:export )?(?:async )?(?:const|let|class|function\*?) (?:\{([^}]*)\}|(\w+))", re.MULTILINE
)


def names_of(module):
    """What a module names at its top level."""
    found = TOP_LEVEL.findall(offline.static(module))
    return [name for several, one in found for name in (several.split(",") if several else [one])]


def test_modules_stand_before_those_that_import_them_and_once():
    assert offline.modules_of(offline.PAGE) == [
        "js/common/dom.js",
        "js/verify/words.js",
        "js/verify/page.js",
    ]


def test_no_two_modules_of_the_saved_page_share_a_name():
    names = [name for module in offline.modules_of(offline.PAGE) for name in names_of(module)]
    assert len(names) > 20
    assert sorted(names) == sorted(set(names))


def test_the_saved_page_carries_no_import_and_no_export():
    script = offline.joined(offline.PAGE)
    assert not re.search(r"^\s*(import|export)\b", script, re.MULTILINE)
    assert all(f"function {name}(" in script for name in ("one", "verdictOf", "offer"))
