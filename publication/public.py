"""The pages without log-in: what is published, and how anybody can check it."""

import json
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db.models import Count, OuterRef, Prefetch, Q, Subquery
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from agencies.models import Agency
from catalog.models import CatalogVersion
from core import clock
from core.pages import paginate, searched
from draws.flows import DrawStatus
from draws.models import Disclosure as Naming
from draws.models import Draw
from draws.reads import certificates, evidence
from plans.models import Plan
from publication import rules
from publication.forms import CHOOSABLE, ResultFilter, label_of, options_of, query_without
from publication.models import Publication
from publication.reads import disclosure, offline
from publication.reads.announced import DRAW_TEXTS, LISTED, UNPUBLISHED, draws_with_task
from publication.reads.open_data import COLUMNS, lines
from tasks.models import Task
from tasks.reads.draws import evidence_of, minutes_of

MAX_AGE = 60
Answer = TypeVar("Answer", bound=HttpResponseBase)
NO_RESULTS = "这次抽查还没有公示的结果。检查完成并经部门负责人审批后公示。"
NAMELESS_RESULTS = "已公示的结果目前不列企业名称，所以不在这里逐条列出。"
RECENT = ("-published_on", "-pk")


def public_page(view: Callable[..., Answer]) -> Callable[..., Answer]:
    """Open to everybody, read only, and for a minute to every cache; private once logged in.

    PostgreSQL refuses NUL in text: an address with one names nothing.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> Answer:
        if "\0" in request.path or "%00" in request.META["QUERY_STRING"]:
            raise Http404
        response = view(request, *args, **kwargs)
        if request.user.is_authenticated:
            patch_cache_control(response, private=True, no_cache=True)
        else:
            patch_cache_control(response, public=True, max_age=MAX_AGE)
        return response

    return login_not_required(require_safe(wrapped))


def not_there(request: HttpRequest, title: str, text: str) -> HttpResponse:
    """A friendly 404: what is known, what to do next."""
    context = {"title": title, "text": text}
    return render(request, "publication/missing.html", context, status=404)


# Home and results ----------------------------------------------------------------------------


@public_page
def home(request: HttpRequest) -> HttpResponse:
    """Search, the figures of the year, the latest results, how to verify a draw."""
    now = clock.now()
    published = Publication.objects.public().select_related("agency")
    opened = Draw.objects.public().filter(status=DrawStatus.OPENED)
    last = opened.defer(*DRAW_TEXTS).annotate(taken=Count("selections", filter=LISTED))
    context = {
        "now": now,
        "figures": Publication.objects.published_in(clock.today().year).figures(),
        "latest": published.order_by(*RECENT)[:7],
        "draws": opened.filter(opened_at__year=clock.today().year).aggregate(
            total=Count("pk"), low=Count("pk", filter=Q(assurance="C"))
        ),
        "last": last.order_by("-opened_at", "-pk").first(),
    }
    return render(request, "publication/home.html", context)


@public_page
def results(request: HttpRequest) -> HttpResponse:
    """All published results, filtered by chips that are plain links."""
    form = ResultFilter(request.GET)
    rows = form.apply(Publication.objects.public()).select_related("agency")
    choose = request.GET.get("choose", "")
    kept = [pair for pair in form.data.items() if pair[0] in form.fields and pair[1]]
    context = {
        "now": clock.now(),
        "form": form,
        "chosen": [
            {"label": label_of(name, value), "query": query_without(request.GET, name)}
            for name, value in form.values.items()
        ],
        "choosable": [
            {"name": name, "label": label, "query": query_without(request.GET, choose=name)}
            for name, label in CHOOSABLE
        ],
        "choose": choose if choose in dict(CHOOSABLE) else "",
        "options": [
            {"label": label, "query": query_without(request.GET, choose, **{choose: value})}
            for value, label in options_of(choose)
        ],
        "chooses_days": choose == "since",
        "kept": [pair for pair in kept if pair[0] != "q"],
        "kept_beside_days": [pair for pair in kept if pair[0] not in {"q", "since", "until"}],
        "page": paginate(rows, request, RECENT),
        "query": query_without(request.GET),
    }
    return render(request, "publication/results.html", context)


@public_page
def results_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The results as CSV, with the same filters as the list."""
    rows = ResultFilter(request.GET).apply(Publication.objects.public())
    rows = rows.select_related("agency", "region").order_by(*RECENT)
    name = f"results-{clock.today():%Y%m%d}.csv"
    return StreamingHttpResponse(
        lines(rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@public_page
def result(request: HttpRequest, pk: int) -> HttpResponse:
    """One published result."""
    rows = Publication.objects.public().select_related("agency", "region")
    publication = get_object_or_404(rows, pk=pk)
    siblings = Publication.objects.none()
    if publication.shown_code:
        siblings = rows.filter(uscc=publication.uscc, task_number=publication.task_number)
    context = {"publication": publication, "siblings": siblings.exclude(pk=pk)}
    return render(request, "publication/result.html", context)


@public_page
def firm(request: HttpRequest, uscc: str) -> HttpResponse:
    """Everything published on one firm, newest first."""
    rows = Publication.objects.named().filter(uscc=uscc.upper()).exclude(uscc="")
    page = paginate(rows.select_related("agency", "region"), request, RECENT)
    if not page.items:
        text = (
            f"没有找到“{uscc}”的检查结果。可能尚未被抽到，或代码有误；也可用企业名称查询。"
            "未列出不代表检查合格。"
        )
        return not_there(request, "没有这家企业的检查结果", text)
    context = {"firm": page.items[0], "page": page, "now": clock.now()}
    return render(request, "publication/firm.html", context)


# Announcements -------------------------------------------------------------------------------


@public_page
def tasks(request: HttpRequest) -> HttpResponse:
    """The announced tasks."""
    text = searched(request)
    published = Publication.objects.public().filter(task_number=OuterRef("number"))
    counted = published.order_by().values("task_number").annotate(n=Count("pk"))
    rows = Task.objects.public().select_related("agency")
    if text:
        rows = rows.filter(Q(number__startswith=text) | Q(title__contains=text))
    rows = rows.annotate(
        published=Subquery(counted.values("n")[:1]), is_unpublished=UNPUBLISHED
    ).prefetch_related(Prefetch("draws", Draw.objects.public().defer(*DRAW_TEXTS), "open_draws"))
    context = {"page": paginate(rows, request), "q": text}
    return render(request, "publication/tasks.html", context)


@public_page
def task(request: HttpRequest, number: str) -> HttpResponse:
    """One task: who inspects what, when, whom, with the draw and the results."""
    rows = Task.objects.public().annotate(is_unpublished=UNPUBLISHED)
    rows = rows.select_related("agency", "trade", "scheme", "line__plan__agency")
    found = get_object_or_404(
        rows.prefetch_related("participants", "items__version__agency", "tiers__grade"),
        number=number,
    )
    published = Publication.objects.public().filter(task_number=number)
    named = published.named().select_related("agency")
    seen = disclosure.names_of(found)
    drawn = found.selections.select_related("target__region")
    page = paginate(drawn, request, ("number",)) if seen.shown else None
    counts = Publication.objects.filter(task_number=number).figures()
    context = {
        "task": found,
        "draws": found.draws.public().defer(*DRAW_TEXTS),
        "disclosure": seen,
        "taken": found.selections.count(),
        "page": page,
        "drawn": disclosure.drawn(page.items, named) if page else [],
        "results": named.order_by(*RECENT)[:20],
        "counts": counts,
        "no_results": NAMELESS_RESULTS if counts["total"] else NO_RESULTS,
    }
    return render(request, "publication/task.html", context)


@public_page
def draws(request: HttpRequest) -> HttpResponse:
    """Every draw from its freeze on, voided ones with the same weight."""
    rows = Draw.objects.public().select_related("agency", "successor")
    rows = rows.defer(*DRAW_TEXTS).annotate(taken=Count("selections", filter=LISTED))
    return render(request, "publication/draws.html", {"page": paginate(rows, request)})


def public_draw(draw_id: str) -> Draw:
    """A draw with everything `disclosure` asks of its task; or 404."""
    found: Draw = get_object_or_404(draws_with_task(), draw_id=draw_id)
    return found


@public_page
def draw(request: HttpRequest, draw_id: str) -> HttpResponse:
    """The record of a draw: what was frozen, who made the seed, the arithmetic, the tickets."""
    found = public_draw(draw_id)
    seen = disclosure.evidence_of(found)
    named = seen.shown and found.disclosure == Naming.FULL
    proof = evidence_of(found, names=named, tickets=seen.shown)
    published = Publication.objects.named().filter(task_number=found.reference)
    task = found.drawn_for.task
    attempts = task.draws.of_targets()
    context = {
        "draw": found,
        "task": task,
        "disclosure": seen,
        "named": named,
        "opened": bool(found.seed),
        "evidence": proof,
        "tickets": proof.tickets if len(proof.tickets) <= evidence.MANY else [],
        "selected": disclosure.selected(proof.selected, published),
        "attempts": attempts.count(),
        "voided": attempts.filter(status=DrawStatus.VOIDED).count(),
        "scheme_is_public": disclosure.scheme_is_public(task),
        "files": disclosure.files(found, seen.shown),
        "comparisons": disclosure.comparisons(found),
    }
    return render(request, "publication/draw.html", context)


@public_page
def minutes(request: HttpRequest, draw_id: str) -> FileResponse:
    """The minutes of a draw as one page; kept a minute, for a PDF is costly to set."""
    found = public_draw(draw_id)
    is_public = found.drawn_for.task.list_is_public
    state = (found.status, found.closed_digest, found.beacon_value, is_public)
    key = f"minutes:{found.freeze_digest}:{':'.join(map(str, state))}"
    data = cache.get_or_set(key, lambda: minutes_of(found), MAX_AGE)
    return FileResponse(
        BytesIO(data), filename=f"{draw_id}-minutes.pdf", content_type="application/pdf"
    )


@public_page
def certificate(request: HttpRequest, draw_id: str) -> HttpResponse:
    """The DRS1 certificate, once its lists are public."""
    found = public_draw(draw_id)
    if not found.seed:
        return not_there(request, "还没有证书", "这次抽取已封存，尚未开启。开启后按规定公布证书。")
    seen = disclosure.evidence_of(found)
    if not seen.shown:
        return not_there(request, "证书尚未公开", seen.why)
    text = json.dumps(certificates.build(found), ensure_ascii=False, indent=1)
    return attachment(text, "application/json", f"{draw_id}-certificate.json")


@public_page
def verify_page(request: HttpRequest, draw_id: str) -> HttpResponse:
    """The certificate and its verifier as one file to keep; where there is none, why."""
    answer = certificate(request, draw_id)
    if answer.status_code != HTTPStatus.OK:
        return answer
    page = offline.verify_page(answer.content.decode())
    return attachment(page, "text/html", f"{draw_id}-verify.html")


@public_page
def draw_file(request: HttpRequest, draw_id: str, name: str) -> HttpResponse:
    """The exact text of one file of the draw."""
    found = public_draw(draw_id)
    seen = disclosure.evidence_of(found)
    if name in disclosure.files(found, seen.shown):
        text = getattr(found, f"{name}_text")
        return attachment(text, "text/plain", f"{draw_id}-{name}.txt")
    if not seen.shown and name in disclosure.held_back(found):
        return not_there(request, "文件尚未公开", seen.why)
    raise Http404


def attachment(text: str, kind: str, name: str) -> HttpResponse:
    """A text to be kept, byte for byte."""
    response = HttpResponse(text.encode(), content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@public_page
def drs1(request: HttpRequest) -> FileResponse:
    """The program that draws and verifies: the very file the portal runs."""
    path = Path(settings.BASE_DIR) / "draws" / "drs1.py"
    return FileResponse(
        path.open("rb"), as_attachment=True, filename="drs1.py", content_type="text/x-python"
    )


# Item lists, plans, explanations -------------------------------------------------------------


@public_page
def items(request: HttpRequest) -> HttpResponse:
    """The item list in force of every agency."""
    rows = CatalogVersion.objects.public().in_force().select_related("agency")
    rows = rows.annotate(number_of_items=Count("items"))
    context = {"page": paginate(rows, request, ("agency__code", "pk"))}
    return render(request, "publication/items.html", context)


@public_page
def item_list(request: HttpRequest, agency: str, number: int) -> HttpResponse:
    """One version of an item list; published versions stay readable for ever."""
    rows = CatalogVersion.objects.public().select_related("agency")
    version = get_object_or_404(rows, agency__code=agency, number=number)
    context = {
        "version": version,
        "items": version.items.prefetch_related("bases", "checkpoints").select_related("trade"),
        "versions": rows.filter(agency=version.agency_id),
    }
    return render(request, "publication/item_list.html", context)


@public_page
def plans(request: HttpRequest) -> HttpResponse:
    """The annual plans in force."""
    rows = Plan.objects.public().in_force().select_related("agency")
    rows = rows.annotate(number_of_lines=Count("lines"))
    context = {"page": paginate(rows, request, ("-year", "agency__code", "pk"))}
    return render(request, "publication/plans.html", context)


@public_page
def plan(request: HttpRequest, agency: str, year: int) -> HttpResponse:
    """The plan of an agency for a year: the latest version, or `?version=` an earlier one."""
    owner = get_object_or_404(Agency, code=agency)
    versions = list(Plan.objects.public().filter(agency=owner, year=year).order_by("-version"))
    wanted = request.GET.get("version", "")
    chosen = [row for row in versions if not wanted or str(row.version) == wanted]
    if not chosen:
        raise Http404
    published = Task.objects.public().order_by("pk")
    rows = (
        chosen[0]
        .lines.select_related("trade", "scheme")
        .prefetch_related(
            "participants", "items", "tiers__grade", Prefetch("tasks", published, "open_tasks")
        )
    )
    context = {"plan": chosen[0], "agency": owner, "versions": versions, "lines": rows}
    return render(request, "publication/plan.html", context)


@public_page
def data(request: HttpRequest) -> HttpResponse:
    """Open data: where it is, what each column means."""
    columns = [(name, text) for name, text, _ in COLUMNS]
    return render(request, "publication/data.html", {"columns": columns, "now": clock.now()})


@public_page
def help_page(request: HttpRequest) -> HttpResponse:
    """In plain words: results, deadlines, draws, complaints."""
    meanings = [(mark, rules.MEANINGS[code]) for code, mark in rules.all_marks()]
    return render(request, "publication/help.html", {"meanings": meanings})
