"""Phone pages: the day's visits, and one form per enterprise. Find, call one service, render."""

from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from agencies.middleware import address_of
from core.audit import subject_of
from core.errors import DomainError, NotAllowed
from core.pages import one_of, paginate
from deadlines.models import Deadline, Kind
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
from inspections.reads.form_state import Part, Sheet
from inspections.rules.photos import LARGEST
from inspections.services.teams import NOT_ON_TEAM
from registries.models import Inspector

BY_DEADLINE = ("selection__task__onsite_until", "pk")


def visible_sheet(request: HttpRequest, pk: int) -> Sheet:
    """The form, or 404: one that the user may not see does not exist for them."""
    visits = Inspection.objects.visible_to(request.user).with_form()
    return Sheet(get_object_or_404(visits, pk=pk))


def add_photos(sheet: Sheet, user: object) -> None:
    """Give each part the photos that the user may see."""
    rows = Evidence.objects.visible_to(user).filter(section__inspection=sheet.inspection)
    found: dict[int, list[Evidence]] = {}
    for row in rows.select_related("item", "uploaded_by"):
        found.setdefault(row.section_id, []).append(row)
    for part in sheet.parts:
        part.photos = found.get(part.section.pk, [])


def own_part(request: HttpRequest, sheet: Sheet) -> Part:
    """The section the user fills; those who may only read are refused."""
    part = sheet.part_of(request.user)
    if part is None:
        raise NotAllowed(NOT_ON_TEAM)
    return part


@require_GET
def today(request: HttpRequest) -> HttpResponse:
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
        subject__in=subjects, kind__in=[Kind.ONSITE, Kind.PUBLISH_RESULT]
    )
    rows = sorted(running, key=lambda row: (row.is_open, row.kind == Kind.PUBLISH_RESULT))
    return {row.subject: row for row in rows}


@require_GET
def form(request: HttpRequest, pk: int) -> HttpResponse:
    """一企一表: the whole form, the own section open for input."""
    sheet = visible_sheet(request, pk)
    return show(request, sheet, asks_rest=request.GET.get("ask") == "rest")


def show(request: HttpRequest, sheet: Sheet, status: int = 200, **more: object) -> HttpResponse:
    """The form page; `more` replaces forms by those that carry input and errors."""
    part = sheet.part_of(request.user)
    visit = sheet.inspection
    add_photos(sheet, request.user)
    context = {
        "sheet": sheet,
        "visit": visit,
        "part": part,
        "others": [one for one in sheet.parts if one is not part],
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
        one.lacks = [
            text.partition("”：")[2]
            for pk, text in part.missing
            if pk == one.item.pk and one.answer and data is None
        ]
    return forms


def _back(pk: int, anchor: str = "", query: str = "") -> HttpResponse:
    url = reverse("inspections:form", args=[pk])
    return redirect(f"{url}{query}{'#' if anchor else ''}{anchor}")


@require_POST
def enter(request: HttpRequest, pk: int) -> HttpResponse:
    """亮证进入: certificates shown, rights told."""
    sheet, enter_form = visible_sheet(request, pk), EnterForm(request.POST)
    enter_form.full_clean()
    try:
        services.enter(sheet.inspection, **enter_form.cleaned_data, actor=request.user)
    except DomainError as error:
        done = enter_form.cleaned_data
        field = next((name for name in done if not done[name]), None)
        enter_form.add_error(field, error.message)
        return show(request, visible_sheet(request, pk), error.status, enter_form=enter_form)
    return _back(pk, "own")


@require_POST
def outcome(request: HttpRequest, pk: int) -> HttpResponse:
    """到场情况, once for the whole form."""
    sheet, outcome_form = visible_sheet(request, pk), OutcomeForm(request.POST)
    own_part(request, sheet)
    if outcome_form.is_valid():
        try:
            services.set_outcome(sheet.inspection, **outcome_form.cleaned_data, actor=request.user)
            return _back(pk, "outcome")
        except DomainError as error:
            outcome_form.add_error("outcome", error.message)
    return show(request, visible_sheet(request, pk), 422, outcome_form=outcome_form)


@require_POST
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """The own section as a whole: all that has a choice is saved, or nothing."""
    sheet = visible_sheet(request, pk)
    part = own_part(request, sheet)
    answer_forms = _answer_forms(part, request.POST)
    if all(one.is_valid() for one in answer_forms):
        entries = [entry for one in answer_forms if (entry := one.entry())]
        try:
            services.save_section(part.section, entries, actor=request.user)
        except services.AnswerConflict as error:
            _show_conflict(answer_forms, error)
        except DomainError as error:
            return show(
                request, sheet, error.status, answer_forms=answer_forms, error=error.message
            )
        else:
            return _saved(request, pk)
    return show(request, sheet, 422, answer_forms=answer_forms)


def _show_conflict(answer_forms: list[AnswerForm], error: services.AnswerConflict) -> None:
    """Put the colleague's version beside the own one; saving again then keeps the own one."""
    for one in answer_forms:
        if one.item.pk == error.current.item_id:
            one.conflict = error.current
            one.data = one.data.copy()
            one.data[one.add_prefix("version")] = error.current.version
            one.add_error("result", error.message)


def _saved(request: HttpRequest, pk: int) -> HttpResponse:
    if request.POST.get("then") == "rest":
        return _back(pk, "rest", "?ask=rest")
    step = visible_sheet(request, pk).step_for(request.user)
    return _back(pk, "own" if step.slug == "save" else "closing")


@require_POST
def rest(request: HttpRequest, pk: int) -> HttpResponse:
    """其余各项均已检查，未发现问题."""
    part = own_part(request, visible_sheet(request, pk))
    try:
        services.answer_rest_no_issue(part.section, actor=request.user)
    except DomainError as error:
        return show(request, visible_sheet(request, pk), error.status, error=error.message)
    return _back(pk, "closing")


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """An officer stands for the section with the own password."""
    part = own_part(request, visible_sheet(request, pk))
    inspector = _member(part, request.POST.get("inspector", ""))
    confirm_form = ConfirmForm(request.POST, auto_id=f"%s-{inspector.pk}")
    if confirm_form.is_valid():
        password = confirm_form.cleaned_data["password"]
        try:
            services.confirm(
                part.section,
                inspector,
                password=password,
                actor=request.user,
                address=address_of(request),
            )
            return _back(pk, "closing")
        except DomainError as error:
            confirm_form.add_error("password", error.message)
    more = {"confirm_form": confirm_form, "confirming": inspector.pk}
    return show(request, visible_sheet(request, pk), 422, **more)


def _member(part: Part, pk: str) -> Inspector:
    """The officer of the team whose button was pressed."""
    for one in part.team:
        if str(one.inspector.pk) == pk:
            return one.inspector
    raise NotAllowed("这名人员不在这一户的检查组内，不能确认。")


@require_POST
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """The firm's drawn signature."""
    sheet, sign_form = visible_sheet(request, pk), SignForm(request.POST)
    own_part(request, sheet)
    if sign_form.is_valid():
        try:
            services.sign(sheet.inspection, **sign_form.cleaned_data, actor=request.user)
            return _back(pk, "closing")
        except DomainError as error:
            sign_form.add_error(None, error.message)
    return show(request, visible_sheet(request, pk), 422, sign_form=sign_form)


@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """拒签, recorded with reason and witness."""
    sheet, refuse_form = visible_sheet(request, pk), RefuseForm(request.POST)
    own_part(request, sheet)
    if refuse_form.is_valid():
        try:
            services.refuse_signature(
                sheet.inspection, **refuse_form.cleaned_data, actor=request.user
            )
            return _back(pk, "closing")
        except DomainError as error:
            refuse_form.add_error(None, error.message)
    return show(request, visible_sheet(request, pk), 422, refuse_form=refuse_form)


@require_POST
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand the own section in for approval."""
    sheet, submit_form = visible_sheet(request, pk), SubmitForm(request.POST)
    part = own_part(request, sheet)
    if not submit_form.is_valid():
        return show(request, sheet, 422, error="页面不完整，没有提交。请刷新页面后再提交一次。")
    try:
        services.submit(
            part.section,
            submission_id=submit_form.cleaned_data["submission_id"],
            actor=request.user,
        )
    except DomainError as error:
        return show(request, visible_sheet(request, pk), error.status, error=error.message)
    messages.success(request, "已提交，等待本单位负责人审批。已交的内容可以随时查看。")
    return _back(pk)


@require_POST
def photos(request: HttpRequest, pk: int) -> HttpResponse:
    """Photos of the own section, each kept or refused by itself."""
    sheet = visible_sheet(request, pk)
    part = own_part(request, sheet)
    photo_form = PhotoForm(request.POST, request.FILES, part=part)
    if photo_form.is_valid():
        item, files = photo_form.cleaned_data["item"], photo_form.cleaned_data["photos"]
        for file in files:
            try:
                data = file.read(LARGEST + 1)
                services.attach(part.section, data, item=item, actor=request.user)
            except DomainError as error:
                photo_form.add_error("photos", f"{file.name}：{error.message}")
    if photo_form.errors:
        return show(request, visible_sheet(request, pk), 422, photo_form=photo_form)
    return _back(pk, "photos")


@require_POST
def remove_photo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a photo of the own section away."""
    row = get_object_or_404(Evidence.objects.visible_to(request.user), pk=pk)
    services.remove_evidence(row, actor=request.user)
    messages.success(request, "照片已删除，删除记入留痕。")
    return _back(row.section.inspection_id, "photos")
