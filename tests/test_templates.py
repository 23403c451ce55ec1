"""A template is parsed once in the life of a process."""

import copy

import pytest
from django.template.base import Template

pytestmark = pytest.mark.django_db
PAGES = ["/", "/login/"]
NAMED = ["django.template.loaders.filesystem.Loader"]


@pytest.fixture
def parsed(monkeypatch):
    """The names of the templates that were parsed, in order."""
    names, parse = [], Template.compile_nodelist

    def noting(template):
        names.append(template.name)
        return parse(template)

    monkeypatch.setattr(Template, "compile_nodelist", noting)
    return names


@pytest.mark.parametrize("page", PAGES)
def test_a_second_render_parses_nothing(client, parsed, page):
    client.get(page)
    parsed.clear()
    assert client.get(page).status_code == 200
    assert parsed == []


def test_naming_a_loader_parses_every_time(client, parsed, settings):
    """The fault that this file is for: it shows here as soon as the setting comes back."""
    engines = copy.deepcopy(settings.TEMPLATES)
    engines[0]["OPTIONS"]["loaders"] = NAMED
    settings.TEMPLATES = engines
    client.get("/")
    parsed.clear()
    client.get("/")
    assert parsed != []
