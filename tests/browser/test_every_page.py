"""Every page of the journey: accessible in each mode, no wider than a phone, readable without script."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command

from agencies.models import User
from core import clock
from core.models import Notice
from inspections.models import Inspection, Section
from publication.models import Publication
from registries.models import Inspector, Target
from tasks.models import Task

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MODES = ["", "dark", "elder", "contrast"]
SERIOUS = {"serious", "critical"}


@pytest.fixture
def story(settings):
    settings.PORTAL_DEMO = True
    settings.PORTAL_TODAY = "2026-11-20"
    call_command("load_demo")


def public_pages():
    published = Publication.objects.first()
    task = Task.objects.get(number=published.task_number)
    line = task.line
    return [
        "/",
        "/results/",
        "/results/?q=没有这家企业",
        published.get_absolute_url(),
        f"/firms/{published.uscc}/",
        "/tasks/",
        f"/tasks/{task.number}/",
        "/draws/",
        f"/draws/{task.number}-1/",
        "/items/",
        "/items/341300-gongan/v1/",
        "/plans/",
        f"/plans/341300-gongan/{line.plan.year}/",
        "/data/",
        "/help/",
        "/login/",
        "/no-such-page/",
    ]


def desk_pages():
    """Pages by the user who works on them."""
    *_, in_the_field, drawing = Task.objects.order_by("pk")
    star = Target.objects.get(name__contains="石铎")
    entered = Inspection.objects.get(status="entered")
    submitted = Section.objects.get(
        status="submitted",
        agency__code="341323-gongan",
        inspection__selection__target=star,
    )
    field = f"/desk/tasks/{in_the_field.number}/"
    refuse_a_letter()
    return {
        "lead": [
            "/desk/",
            "/desk/items/",
            f"/desk/items/{in_the_field.items.first().version_id}/",
            "/desk/targets/",
            f"/desk/targets/{star.pk}/",
            "/desk/targets/new/",
            "/desk/targets/import/",
            "/desk/plans/",
            f"/desk/plans/{in_the_field.line.plan_id}/",
            "/desk/tasks/",
            *(field + tab for tab in ("", "scope/", "draw/", "people/", "log/")),
            f"/desk/tasks/{drawing.number}/draw/",
            "/desk/forms/",
            f"/desk/forms/{entered.pk}/",
            "/desk/deadlines/",
            "/desk/settings/calendar/",
            "/desk/notices/",
            "/desk/search/?q=石铎",
            "/desk/help/",
        ],
        "officer-shichang": ["/m/", f"/m/forms/{entered.pk}/"],
        "deputy-gongan": ["/desk/approvals/", f"/desk/approvals/{submitted.pk}/"],
        "admin-gongan": [
            "/desk/inspectors/",
            f"/desk/inspectors/{Inspector.objects.earliest('pk').pk}/",
        ],
        "sysadmin": ["/desk/settings/users/", "/desk/settings/users/new/", "/desk/settings/mail/"],
        "auditor": ["/desk/trail/"],
    }


def refuse_a_letter():
    """So that the page of undelivered mail has a line, as long as they come."""
    person = User.objects.get(username="officer-gongan")
    person.email = "wangjianguo@suzhou.gov.example"
    person.save()
    Notice.objects.create(
        recipient=person,
        text="到期提醒",
        link="/desk/",
        attempts=8,
        last_error=f"SMTPRecipientsRefused: 550 5.1.1 <{person.email}>: Recipient address rejected",
        failed_at=clock.now(),
    )


def faults_of(page):
    """What axe finds serious, as one line each."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{page.url} {one['id']}: {one['nodes'][0]['html'][:120]}"
        for one in found
        if one["impact"] in SERIOUS
    ]


def look(visitor, paths, modes):
    """Faults of all pages in all modes at desk width, and what is wider than a phone."""
    page, faults = visitor.page, []
    for path in paths:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(path)
        for mode in modes:
            page.evaluate("mode => { document.documentElement.className = mode }", mode)
            faults += [f"{mode or 'light'}: {fault}" for fault in faults_of(page)]
        page.evaluate("document.documentElement.className = ''")
        for width in (390, 320):
            page.set_viewport_size({"width": width, "height": 844})
            wider = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            if wider > 0:
                faults.append(f"{path} is {wider} px wider than {width} px")
    return faults + visitor.faults


def test_public_pages(story, visitor):
    faults = look(visitor(), public_pages(), MODES)
    assert not faults, "\n".join(faults)


def test_desk_and_phone_pages(story, visitor):
    faults = []
    for username, paths in desk_pages().items():
        faults += look(visitor(username), paths, ["", "dark", "elder"])
    assert not faults, "\n".join(faults)


def test_reading_pages_work_without_script(story, visitor):
    citizen = visitor(javascript=False)
    for path in public_pages():
        citizen.page.goto(path)
        main = citizen.page.locator("main")
        assert main.locator("h1").first.inner_text().strip(), path
    citizen.page.goto("/")
    citizen.page.get_by_label("企业名称或统一社会信用代码").fill("石铎")
    citizen.page.get_by_role("button", name="查询").click()
    assert "石铎" in citizen.page.locator("main table").inner_text()
