"""When a target was drawn, on its page in the registry."""

import pytest
from django.urls import reverse

from registries.models import Target
from tests import suzhou


def part(target):
    return reverse("tasks:of_target", args=[target.pk])


@pytest.fixture
def target(task):
    """A drawn firm of the task, whose list is confirmed but not locked."""
    suzhou.opened_draw(task)
    return task.selections.order_by("number").first().target


def test_before_the_lock_no_page_tells_who_was_drawn(task, target, log_in):
    said = log_in(suzhou.person("lead")).get(part(target)).content.decode()
    assert task.number not in said
    assert "名单锁定以前不显示" in said


@pytest.mark.parametrize("username", ["lead", "admin-shichang"])
def test_after_the_lock_who_takes_part_reads_it(task, log_in, username):
    suzhou.locked(task)
    target = task.selections.order_by("number").first().target
    said = log_in(suzhou.person(username)).get(part(target)).content.decode()
    assert task.number in said
    page = log_in(suzhou.person(username)).get(target.get_absolute_url()).content.decode()
    assert f'href="{part(target)}"' in page  # the way there without a script


def test_a_firm_that_was_not_drawn_has_no_line(task, log_in):
    suzhou.locked(task)
    drawn = task.selections.values("target")
    other = Target.objects.visible_to(suzhou.person("lead")).exclude(pk__in=drawn).first()
    assert task.number not in log_in(suzhou.person("lead")).get(part(other)).content.decode()


def test_a_part_of_a_page_is_swapped_alone(task, target, log_in):
    answer = log_in(suzhou.person("lead")).get(part(target), headers={"HX-Request": "true"})
    assert "<html" not in answer.content.decode()
