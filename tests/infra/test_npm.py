"""The tools of the browser scripts: pinned, installed once, without a word of where they come from."""

import json
import re

import pytest

from scripts.console import Refused
from scripts.npm import LOCKED, NodeModules
from scripts.portal import ROOT

LOCK = json.loads((ROOT / "package-lock.json").read_text())


@pytest.fixture
def checkout(tmp_path):
    """A folder with our three files and an npm that only counts how often it was called."""
    for name in LOCKED:
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    programs = tmp_path / "bin"
    programs.mkdir()
    npm = programs / "npm"
    npm.write_text(
        '#!/bin/sh\nmkdir -p node_modules\necho "$*" >> calls\ncommand -v node >> calls\n'
    )
    npm.chmod(0o755)
    (programs / "node").symlink_to("/bin/true")
    return NodeModules(tmp_path, programs)


def calls(checkout):
    return (checkout.root / "calls").read_text().splitlines()


def test_tools_are_installed_once_by_the_lock_and_with_the_own_node(checkout):
    checkout.fill()
    checkout.fill()
    assert calls(checkout) == ["ci --no-progress", str(checkout.programs / "node")]


@pytest.mark.parametrize("name", LOCKED)
def test_a_change_of_what_is_pinned_installs_again(checkout, name):
    checkout.fill()
    (checkout.root / name).write_text("{}")
    checkout.fill()
    assert len(calls(checkout)) == 4


def test_an_installation_that_fails_is_one_refusal_and_leaves_no_stamp(checkout):
    (checkout.programs / "npm").write_text("#!/bin/sh\necho no network >&2\nexit 1\n")
    with pytest.raises(Refused, match="no network"):
        checkout.fill()
    assert not checkout.stamp.exists()


def test_the_lock_names_versions_and_digests_but_no_address():
    packages = {name: each for name, each in LOCK["packages"].items() if name}
    assert packages
    assert all(each["integrity"].startswith("sha512-") for each in packages.values())
    assert "://" not in json.dumps(
        {name: each.get("resolved", "") for name, each in packages.items()}
    )


def test_every_tool_is_pinned_exactly():
    wanted = json.loads((ROOT / "package.json").read_text())["devDependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())


def test_tools_are_neither_committed_nor_shipped():
    assert "/node_modules/" in (ROOT / ".gitignore").read_text().splitlines()
    assert "node_modules" in (ROOT / ".dockerignore").read_text().splitlines()
