"""Phone pages: the day's visits, and one form per enterprise. Find, call one service, render."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from agencies.middleware import address_of
from agencies.models import User
from agencies.requests import StaffRequest
from core.audit import subject_of
from core.errors import NotAllowed
from core.pages import Outcome, attempt, one_of, paginate
from deadlines.models import Deadline, DeadlineKind
from inspections import services
from inspections.forms import (
    AnswerForm,
    ConfirmForm,
    EnterForm,
    OutcomeForm,
    PhotoForm,
    RefuseForm,
    SignForm,
    SubmitForm,
)
from inspections.models import Evidence, Inspection
from inspections.reads import refusals
from inspections.reads.form_state import Part, Sheet, TeamMember
from inspections.rules.photos import LARGEST
from registries.models import Inspector

BY_DEADLINE = ("selection__task__onsite_until", "pk")


def visible_sheet(request: StaffRequest, pk: int) -> Sheet:
    """The form, or 404: one that the user may not see does not exist for them."""
    visits = Inspection.objects.visible_to(request.user).with_form()
    return Sheet(get_object_or_404(visits, pk=pk))


def add_photos(sheet: Sheet, user: User) -> None:
    """Give each part the photos that the user may see."""
    rows = Evidence.objects.visible_to(user).filter(section__inspection=sheet.inspection)
    found: dict[int, list[Evidence]] = {}
    for row in rows.select_related("item", "uploaded_by"):
        found.setdefault(row.section_id, []).append(row)
    for part in sheet.parts:
        part.photos = found.get(part.section.pk, [])


def own_part(request: StaffRequest, sheet: Sheet) -> Part:
    """The section the user fills; those who may only read are refused."""
    part = sheet.part_of(request.user)
    if part is None:
        raise NotAllowed(refusals.NOT_ON_TEAM)
    return part


@require_GET
def today(request: StaffRequest) -> HttpResponse:
    """今日: the officer's visits, the most urgent first."""
    done = one_of(request, "tab", ["done"], "分类") == "done"
    user, visits = request.user, Inspection.objects.visible_to(request.user)
    rows = visits.done_by(user) if done else visits.todo_for(user)
    page = paginate(rows.with_form(), request, ("-pk",) if done else BY_DEADLINE)
    sheets = [Sheet(visit) for visit in page.items]
    parts = {sheet.inspection.pk: sheet.part_of(user) for sheet in sheets}
    clocks = _clocks([part for part in parts.values() if part])
    context = {
        "page": page,
        "done": done,
        "rows": [
            {
                "sheet": sheet,
                "part": part,
                "step": sheet.step_for(user),
                "deadline": clocks.get(subject_of(part.section)) if part else None,
            }
            for sheet, part in ((sheet, parts[sheet.inspection.pk]) for sheet in sheets)
        ],
    }
    return render(request, "inspections/today.html", context)


def _clocks(parts: list[Part]) -> dict[str, Deadline]:
    """What runs for each section: the visit first, after a return the publication."""
    subjects = [subject_of(part.section) for part in parts]
    running = Deadline.objects.filter(
        subject__in=subjects, kind__in=[DeadlineKind.ONSITE, DeadlineKind.PUBLISH_RESULT]
    )
    rows = sorted(running, key=lambda row: (row.is_open, row.kind == DeadlineKind.PUBLISH_RESULT))
    return {row.subject: row for row in rows}


@require_GET
def form(request: StaffRequest, pk: int) -> HttpResponse:
    """一企一表: the whole form, the own section open for input."""
    sheet = visible_sheet(request, pk)
    return show(request, sheet, asks_rest=request.GET.get("ask") == "rest")


def show(request: StaffRequest, sheet: Sheet, status: int = 200, **more: object) -> HttpResponse:
    """The form page; `more` replaces forms by those that carry input and errors."""
    part = sheet.part_of(request.user)
    visit = sheet.inspection
    add_photos(sheet, request.user)
    context = {
        "sheet": sheet,
        "visit": visit,
        "part": part,
        "others": [one for one in sheet.parts if one is not part],
        "officers": _officers(sheet, part, request.user, more.get("confirming")),
        "no_entry": refusals.why_not_enter(visit, request.user),
        "no_outcome": refusals.why_not_set_outcome(visit, request.user),
        "no_photo": refusals.why_not_attach(part.section, request.user) if part else None,
        "no_signature": refusals.why_not_sign(sheet, request.user),
        "may_submit": part is not None
        and refusals.why_not_submit(sheet, part.section, request.user) is None,
        "step": sheet.step_for(request.user),
        "answer_forms": _answer_forms(part) if part else [],
        "enter_form": EnterForm(),
        "outcome_form": OutcomeForm(initial={"outcome": visit.outcome, "note": visit.outcome_note}),
        "confirm_form": None,
        "confirming": None,
        "sign_form": SignForm(),
        "refuse_form": RefuseForm(),
        "documents": visit.documents.all(),
        "photo_form": PhotoForm(part=part) if part else None,
        "submission_id": uuid4(),
        "error": "",
    }
    context |= more
    context["found"] = _summary(context["answer_forms"], context["error"])
    return render(request, "inspections/form.html", context, status=status)


def _officers(
    sheet: Sheet, part: Part | None, actor: User, confirming: object
) -> list[tuple[Part, TeamMember, bool, bool]]:
    """Everybody who was sent; whether they can confirm here, and whether that box stands open."""
    return [
        (whose, one, may, one.inspector.pk == confirming or one.inspector.user_id == actor.pk)
        for whose, one, may in refusals.confirmations_of(sheet, part, actor)
    ]


def _summary(answer_forms: list[AnswerForm], error: str) -> list[dict[str, str]]:
    """What is wrong with the section, with a link to each place."""
    found = [{"href": "", "text": error}] if error else []
    for number, one in enumerate(answer_forms, 1):
        if one.is_bound:
            found += [
                {"href": f"#{one[name].auto_id}{'_0' * one[name].use_fieldset}", "text": text}
                for name, texts in one.errors.items()
                for text in (f"第 {number} 项：{words}" for words in texts)
            ]
    return found


def _answer_forms(part: Part, data: object = None) -> list[AnswerForm]:
    """One form per item; what an answer still lacks stands at its place."""
    forms = [AnswerForm(data, item=item, answer=part.answers.get(item.pk)) for item in part.items]
    for one in forms:
        one.lacks = part.lacks_of(one.item) if data is None else []
    return forms


def _back(pk: int, anchor: str = "", query: str = "") -> HttpResponse:
    url = reverse("inspections:form", args=[pk])
    return redirect(f"{url}{query}{'#' if anchor else ''}{anchor}")


@require_POST
def enter(request: StaffRequest, pk: int) -> HttpResponse:
    """亮证进入: certificates shown, rights told."""
    sheet, enter_form = visible_sheet(request, pk), EnterForm(request.POST)
    enter_form.full_clean()
    done = attempt(
        enter_form,
        services.enter,
        sheet.inspection,
        **enter_form.cleaned_data,
        actor=request.user,
    )
    if done:
        return _back(pk, "own")
    return show(request, visible_sheet(request, pk), done.status, enter_form=enter_form)


@require_POST
def outcome(request: StaffRequest, pk: int) -> HttpResponse:
    """到场情况, once for the whole form."""
    sheet, outcome_form = visible_sheet(request, pk), OutcomeForm(request.POST)
    own_part(request, sheet)
    if outcome_form.is_valid():
        entered = outcome_form.cleaned_data
        if attempt(
            outcome_form, services.set_outcome, sheet.inspection, **entered, actor=request.user
        ):
            return _back(pk, "outcome")
    return show(request, visible_sheet(request, pk), 422, outcome_form=outcome_form)


@require_POST
def save(request: StaffRequest, pk: int) -> HttpResponse:
    """The own section as a whole: all that has a choice is saved, or nothing."""
    sheet = visible_sheet(request, pk)
    part = own_part(request, sheet)
    answer_forms = _answer_forms(part, request.POST)
    if not all(one.is_valid() for one in answer_forms):
        return show(request, sheet, 422, answer_forms=answer_forms)
    entries = [entry for one in answer_forms if (entry := one.entry())]
    done = attempt(None, services.save_section, part.section, entries, actor=request.user)
    if done:
        return _saved(request, pk)
    if isinstance(done.error, services.AnswerConflict):
        _show_conflict(answer_forms, done.error)
        return show(request, sheet, 422, answer_forms=answer_forms)
    return show(request, sheet, done.status, answer_forms=answer_forms, error=str(done.error))


def _show_conflict(answer_forms: list[AnswerForm], error: services.AnswerConflict) -> None:
    """Put the colleague's version beside the own one; saving again then keeps the own one."""
    for one in answer_forms:
        if one.item.pk == error.current.item_id:
            one.conflict = error.current
            one.data = one.data.copy()
            one.data[one.add_prefix("version")] = error.current.version
            one.add_error("result", error.message)


def _saved(request: StaffRequest, pk: int) -> HttpResponse:
    if request.POST.get("then") == "rest":
        return _back(pk, "rest", "?ask=rest")
    step = visible_sheet(request, pk).step_for(request.user)
    return _back(pk, "own" if step.slug == "save" else "closing")


@require_POST
def rest(request: StaffRequest, pk: int) -> HttpResponse:
    """其余各项均已检查，未发现问题."""
    part = own_part(request, visible_sheet(request, pk))
    done = attempt(None, services.answer_rest_no_issue, part.section, actor=request.user)
    return _back(pk, "closing") if done else _refused(request, pk, done)


def _refused(request: StaffRequest, pk: int, done: Outcome[Any]) -> HttpResponse:
    """The form as it is now, with the reason above it."""
    return show(request, visible_sheet(request, pk), done.status, error=str(done.error))


@require_POST
def confirm(request: StaffRequest, pk: int) -> HttpResponse:
    """An officer stands for the section with the own password."""
    part = own_part(request, visible_sheet(request, pk))
    inspector = _member(part, request.POST.get("inspector", ""))
    confirm_form = ConfirmForm(request.POST, auto_id=f"%s-{inspector.pk}")
    if confirm_form.is_valid():
        done = attempt(
            confirm_form,
            services.confirm,
            part.section,
            inspector,
            password=confirm_form.cleaned_data["password"],
            actor=request.user,
            address=address_of(request),
        )
        if done:
            return _back(pk, "closing")
    more = {"confirm_form": confirm_form, "confirming": inspector.pk}
    return show(request, visible_sheet(request, pk), 422, **more)


def _member(part: Part, pk: str) -> Inspector:
    """The officer of the team whose button was pressed."""
    for one in part.team:
        if str(one.inspector.pk) == pk:
            return one.inspector
    raise NotAllowed("这名人员不在这一户的检查组内，不能确认。")


@require_POST
def sign(request: StaffRequest, pk: int) -> HttpResponse:
    """The firm's drawn signature."""
    sheet, sign_form = visible_sheet(request, pk), SignForm(request.POST)
    own_part(request, sheet)
    if sign_form.is_valid():
        entered = sign_form.cleaned_data
        if attempt(sign_form, services.sign, sheet.inspection, **entered, actor=request.user):
            return _back(pk, "closing")
    return show(request, visible_sheet(request, pk), 422, sign_form=sign_form)


@require_POST
def refuse(request: StaffRequest, pk: int) -> HttpResponse:
    """拒签, recorded with reason and witness."""
    sheet, refuse_form = visible_sheet(request, pk), RefuseForm(request.POST)
    own_part(request, sheet)
    if refuse_form.is_valid():
        entered = refuse_form.cleaned_data
        if attempt(
            refuse_form, services.refuse_signature, sheet.inspection, **entered, actor=request.user
        ):
            return _back(pk, "closing")
    return show(request, visible_sheet(request, pk), 422, refuse_form=refuse_form)


@require_POST
def submit(request: StaffRequest, pk: int) -> HttpResponse:
    """Hand the own section in for approval."""
    sheet, submit_form = visible_sheet(request, pk), SubmitForm(request.POST)
    part = own_part(request, sheet)
    if not submit_form.is_valid():
        return show(request, sheet, 422, error="页面不完整，没有提交。请刷新页面后再提交一次。")
    number = submit_form.cleaned_data["submission_id"]
    done = attempt(None, services.submit, part.section, submission_id=number, actor=request.user)
    if not done:
        return _refused(request, pk, done)
    messages.success(request, "已提交，等待本单位负责人审批。已交的内容可以随时查看。")
    return _back(pk)


@require_POST
def photos(request: StaffRequest, pk: int) -> HttpResponse:
    """Photos of the own section, each kept or refused by itself."""
    sheet = visible_sheet(request, pk)
    part = own_part(request, sheet)
    photo_form = PhotoForm(request.POST, request.FILES, part=part)
    if photo_form.is_valid():
        item, files = photo_form.cleaned_data["item"], photo_form.cleaned_data["photos"]
        for file in files:
            data = file.read(LARGEST + 1)
            done = attempt(None, services.attach, part.section, data, item=item, actor=request.user)
            if not done:
                photo_form.add_error("photos", f"{file.name}：{done.error}")
    if photo_form.errors:
        return show(request, visible_sheet(request, pk), 422, photo_form=photo_form)
    return _back(pk, "photos")


@require_POST
def remove_photo(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a photo of the own section away."""
    row = get_object_or_404(Evidence.objects.visible_to(request.user), pk=pk)
    services.remove_evidence(row, actor=request.user)
    messages.success(request, "照片已删除，删除记入留痕。")
    return _back(row.section.inspection_id, "photos")
