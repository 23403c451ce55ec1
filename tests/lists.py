"""A joint task whose list is being confirmed, and one whose people have been assigned, for tests."""

from draws.models import Draw, Purpose
from tasks import services
from tests import suzhou
from tests.inspections import camera

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def confirming(task):
    """The drawn list is with the agencies; returns the draw."""
    draw = suzhou.opened_draw(task)
    services.request_confirmation(task, actor=suzhou.person("lead"))
    task.refresh_from_db()
    return draw


def report(selection, username="admin-gongan", fault="closed", data=None, name="现场.jpg"):
    """An agency of the task reports a target."""
    actor = suzhou.person(username)
    return services.report_target(
        selection,
        fault,
        "2021年7月15日到现场核实，已关门停业。",
        camera.jpeg() if data is None else data,
        name,
        actor=actor,
        agency=actor.agency,
    )


def agree(replacement, username="admin-shichang"):
    """A second agency agrees."""
    actor = suzhou.person(username)
    return services.agree_replacement(replacement, actor=actor, agency=actor.agency)


def with_waiting(task):
    """A selected target of a tier in which others wait."""
    return task.selections.filter(stratum="good").earliest("number")


def people_draw(task):
    return Draw.objects.get(drawn_for__task=task, purpose=Purpose.INSPECTORS)
