"""Every form of the house: who reads full-width signs, and whose words are heard."""

import re
from copy import deepcopy

import pytest
from django import forms
from django.conf import settings
from django.core import validators
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.db.models.constraints import BaseConstraint

import demo.story  # noqa: F401  reads every app
from config import urls  # noqa: F401  and with the addresses every form
from core.forms import CodeField, Form, House, ModelForm, reading_of, retell, speak

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


# Words


BAD = [
    "",
    None,
    "没有的",
    "x" * 500_000,
    "a\0b",
    str(-(10**30)),
    str(10**30),
    "1.23456789",
    "9月31日",
    ["没有的"],
    ["a\0b"],
    SimpleUploadedFile("leer.pdf", b""),
    SimpleUploadedFile("x" * 400 + ".pdf", b"%"),
]


def words_of_django():
    """Every text that a field, a validator or a model of the framework would say."""
    classes = [*subclasses(forms.Field), forms.Field, *subclasses(models.Field), models.Field]
    for one in classes:
        if one.__module__.startswith("django."):
            yield from vars(one).get("default_error_messages", {}).values()
    for one in vars(validators).values():
        if (message := getattr(one, "message", None)) is not None:
            yield message


DJANGOS = list(words_of_django())


def is_djangos(message):
    return any(message is one for one in DJANGOS)


def a_form_with(fields):
    """A form of the house on copies of these fields, so that nothing is asked of the database."""
    form = Form({})
    form.fields = deepcopy(fields)
    for bound in form:
        speak(bound)
    return form


def told(field):
    """What a field says to all that is bad: code and message."""
    for value in BAD:
        try:
            field.run_validators(value) if isinstance(value, str) and value else None
            if getattr(field, "queryset", None) is None:  # rows are asked for elsewhere
                field.clean(value)
        except ValidationError as error:
            retell(error)  # as a form does
            for one in error.error_list:
                yield one.code, one.message, one.messages
        except (TypeError, AttributeError, ValueError):
            continue  # no browser sends that


@pytest.mark.parametrize("form", FORMS, ids=label)
def test_no_field_speaks_the_words_of_the_framework(form):
    for name, field in a_form_with(form.base_fields).fields.items():
        found = [code for code, words in field.error_messages.items() if is_djangos(words)]
        assert (name, found) == (name, [])


@pytest.mark.parametrize("form", FORMS, ids=label)
def test_every_error_is_a_chinese_sentence(form):
    for name, field in a_form_with(form.base_fields).fields.items():
        for code, message, texts in told(field):
            assert not is_djangos(message), (name, code, texts)
            for text in texts:
                assert re.search("[\u4e00-\u9fff]", text), (name, code, text)
                assert text.endswith(("。", "？")), (name, code, text)


class Sample(Form):
    name = forms.CharField(label="名称", max_length=3)
    kind = forms.ChoiceField(label="类型", choices=[("a", "甲")])
    sure = forms.BooleanField(label="已核对")
    count = forms.IntegerField(
        label="户数", max_value=9, error_messages={"max_value": "最多九户。"}
    )
    slug = forms.SlugField(label="编码")
    own = forms.CharField(validators=[validators.RegexValidator("^a$", "只能是 a。")])
    token = forms.UUIDField(widget=forms.HiddenInput)


def test_what_is_wrong_is_said_with_what_to_do():
    empty = Sample({})
    assert empty.errors["name"] == ["请填写“名称”。"]
    assert empty.errors["kind"] == ["请选择“类型”。"]
    assert empty.errors["sure"] == ["请勾选“已核对”。"]
    assert empty.errors["token"] == ["本页自动填写的数据不完整，没有保存。请刷新本页后重新提交。"]
    wrong = Sample(
        {"name": "一二三四", "kind": "b", "sure": "on", "count": "x", "slug": "天", "own": "b"}
    )
    assert wrong.errors["name"] == ["最多 3 个字，现在有 4 个，没有保存。请缩短后再提交。"]
    assert wrong.errors["kind"] == ["所选的“b”不在可选范围内，没有保存。请重新选择。"]
    assert wrong.errors["count"] == ["请填写整数，例如 5。"]
    assert wrong.errors["slug"] == ["只能用字母、数字、连字符和下划线，例如 a-01。"]


def test_words_of_ones_own_stay():
    form = Sample({"count": "10", "own": "b"})
    assert form.errors["count"] == ["最多九户。"]
    assert form.errors["own"] == ["只能是 a。"]


def test_a_breach_over_the_whole_row_is_said_in_our_words():
    form = Sample({})
    said = ValidationError(str(BaseConstraint.default_violation_error_message) % {"name": "a_b_c"})
    form.add_error(None, ValidationError({"__all__": [said]}))
    assert form.non_field_errors() == ["填写的各项互相矛盾，没有保存。请核对后再提交。"]


def test_the_check_of_words_fails_on_a_bad_sample():
    field = forms.CharField(max_length=3)
    assert is_djangos(field.error_messages["required"])
    assert any(is_djangos(message) for _, message, _ in told(field))
    assert not any(
        is_djangos(words) for words in a_form_with({"a": field}).fields["a"].error_messages.values()
    )
