"""Every form of the house: who reads full-width signs."""

import re

import pytest
from django import forms
from django.conf import settings

import demo.story  # noqa: F401  reads every app
from config import urls  # noqa: F401  and with the addresses every form
from core.forms import CodeField, House, ModelForm, reading_of

CODE_NAME = re.compile(
    r"(^|_)(code|no|number|id|phone|tel|mobile|email|mail|username|account|ref|q|search|url|year"
    r"|count|ratio|percent|uscc|date|until|from|on|at|signature|round)$"
)
CODE_LABEL = re.compile(
    r"代码|编号|编码|号码|证号|警号|期号|电话|手机|邮箱|网址|用户名|比例$|日期$|时间$|数量|搜索|查找"
)
WORDS = {"catalog.forms.ItemForm": {"ratio"}}  # printed as the agency writes it: 20%，重点企业不限
SEARCHES = re.compile(r"""GET(\.get\(|\[)["']q["']""")


def subclasses(of):
    for one in of.__subclasses__():
        yield one
        yield from subclasses(one)


def forms_of_the_house():
    apps = {path.parent.name for path in settings.BASE_DIR.glob("*/__init__.py")} - {"tests"}
    found = {one for one in subclasses(forms.BaseForm) if one.__module__.split(".")[0] in apps}
    return sorted((one for one in found if getattr(one, "base_fields", None)), key=label)


def label(one):
    return f"{one.__module__}.{one.__qualname__}"


FORMS = forms_of_the_house()


def read_as_text(name, field):
    """Whether it is named like a code and would be read as words."""
    words = isinstance(field, forms.CharField) and not isinstance(field.widget, forms.Textarea)
    secret = isinstance(field.widget, forms.PasswordInput | forms.HiddenInput)
    coded = CODE_NAME.search(name) or CODE_LABEL.search(str(field.label or ""))
    return bool(words and not secret and coded and reading_of(field) is None)


def test_the_forms_are_found():
    assert len(FORMS) > 40
    assert {one.__module__.split(".")[0] for one in FORMS} >= {
        "agencies",
        "catalog",
        "deadlines",
        "draws",
        "inspections",
        "plans",
        "publication",
        "registries",
        "reports",
        "tasks",
    }


@pytest.mark.parametrize("form", FORMS, ids=label)
def test_every_form_is_of_the_house(form):
    assert issubclass(form, House)


@pytest.mark.parametrize("form", FORMS, ids=label)
def test_a_field_named_like_a_code_is_read_like_one(form):
    found = {name for name, field in form.base_fields.items() if read_as_text(name, field)}
    assert found == WORDS.get(label(form), set())


def test_the_search_fails_on_a_bad_sample():
    assert read_as_text("police_no", forms.CharField(label="警号"))
    assert read_as_text("who", forms.CharField(label="统一社会信用代码"))
    assert not read_as_text("police_no", CodeField(label="警号"))
    assert not read_as_text("name", forms.CharField(label="名称"))
    assert SEARCHES.search('request.GET.get("q", "")')


def test_every_search_box_is_read_by_the_one_function():
    found = [
        str(path.relative_to(settings.BASE_DIR))
        for path in settings.BASE_DIR.glob("*/**/*.py")
        if path.parts[len(settings.BASE_DIR.parts)] not in {"tests", "node_modules"}
        and SEARCHES.search(path.read_text())
    ]
    assert found == []


def test_model_forms_are_of_the_house_too():
    assert any(issubclass(form, ModelForm) for form in FORMS)
