"""Refusals as data: what doors read instead of sentences."""

import pytest
from django import forms
from django.db import IntegrityError, transaction

from agencies.models import System
from core.errors import DomainError, IllegalMove, NotAllowed, Refusal, demand, demand_access, unique
from core.pages import attempt


class NameForm(forms.Form):
    name = forms.CharField()


def refuse(error):
    raise error


def test_a_refusal_is_raised_as_it_was_answered():
    refusal = Refusal("已经办过。", field="name", code="done", error=IllegalMove, data={"task": 7})
    with pytest.raises(IllegalMove, match="已经办过") as caught:
        demand(refusal)
    error = caught.value
    assert (error.field, error.code, error.data) == ("name", "done", {"task": 7})
    assert str(refusal) == error.message


def test_nothing_to_refuse_is_nothing_to_raise():
    demand(None)


@pytest.mark.django_db
def test_unique_knows_its_constraint_by_name_and_keeps_the_transaction():
    System.objects.create(slug="one", name="一")
    with transaction.atomic():
        with (
            pytest.raises(DomainError, match="已有") as caught,
            unique("agencies_system_pkey", "已有这个系统。", field="slug"),
        ):
            System.objects.create(slug="one", name="二")
        assert System.objects.filter(slug="one").count() == 1
    assert (caught.value.field, caught.value.code) == ("slug", "agencies_system_pkey")


@pytest.mark.django_db
def test_unique_lets_the_breach_of_another_constraint_pass():
    System.objects.create(slug="one", name="一")
    with pytest.raises(IntegrityError), unique("some_other", "已有这个系统。"):
        System.objects.create(slug="one", name="二")


def test_an_attempt_that_went_through_is_true_and_carries_the_value():
    form = NameForm({"name": "甲"})
    outcome = attempt(form, lambda name, actor: f"{name}{actor}", "甲", actor=1)
    assert (bool(outcome), outcome.value, outcome.status, form.errors) == (True, "甲1", 200, {})


@pytest.mark.parametrize(("field", "place"), [("name", "name"), ("", "__all__"), ("x", "__all__")])
def test_a_refused_attempt_stands_at_its_field(field, place):
    form = NameForm({"name": "甲"})
    outcome = attempt(form, refuse, DomainError("名称重复。", field=field))
    assert not outcome
    assert outcome.status == 422
    assert form.errors == {place: ["名称重复。"]}


def test_an_attempt_without_a_form_leaves_the_refusal_to_the_page():
    outcome = attempt(None, refuse, IllegalMove("已经派发。"))
    assert (outcome.status, outcome.error.message) == (409, "已经派发。")


def test_what_a_user_may_not_do_is_no_fault_of_the_form():
    with pytest.raises(NotAllowed):
        attempt(NameForm({}), refuse, NotAllowed("不行。"))


@pytest.mark.django_db
def test_one_of_several_constraints_raises_the_error_that_is_meant():
    System.objects.create(slug="one", name="甲系统")
    names = ("no_such_constraint", "agencies_system_name_key")
    with pytest.raises(IllegalMove) as refusal, unique(names, "已有。", error=IllegalMove):
        System.objects.create(slug="two", name="甲系统")
    assert refusal.value.code == "agencies_system_name_key"


def test_a_page_bars_only_those_who_may_not_and_tells_the_others_why():
    who, when = Refusal("没有权限。", error=NotAllowed), Refusal("还不到时候。")
    with pytest.raises(NotAllowed):
        demand_access(who)
    demand_access(when)
    demand_access(None)
    assert (who.reason, when.reason) == ("", "还不到时候。")
