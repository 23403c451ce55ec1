"""Every button of the pages a user can reach: found, filled with valid data, pressed, taken back.

`Crawl.of(user)` follows the links of the desk and the phone (GET only) and presses what it finds.
A page is known by its route and by what its object is like just now (status, whose it is), so that
forty tasks in the same state count once. Nothing pressed stays: each press is a savepoint that is
rolled back.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

from django.contrib.messages import ERROR, get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import request_finished
from django.db import close_old_connections, transaction
from django.forms import BaseForm
from django.test import Client
from django.urls import Resolver404, resolve

from agencies.models import ROLE_PREFIX
from catalog.models import CatalogVersion, Item
from inspections.models import Inspection, Section
from plans.models import Plan, PlanLine
from registries.models import Inspector, Target
from tasks.models import Assignment, Substitution, Task
from tests.access import ACCESS
from tests.inspections import camera

WITHIN = ("/desk/", "/m/", "/password/")
STARTS = ("/desk/", "/m/")
TABS = {"tab", "pile", "status", "kind"}  # what an address may ask and still be a page of its own
ALIKE = 2  # pages of one kind that are opened, and presses of one kind of button, for one role
MODELS = {
    "version": CatalogVersion,
    "item": Item,
    "target": Target,
    "inspector": Inspector,
    "plan": Plan,
    "line": PlanLine,
    "free_line": PlanLine,
    "visit": Inspection,
    "section": Section,
    "assignment": Assignment,
    "substitution": Substitution,
}
# Valid data by the name of a field, where its type alone does not say enough; later ones are
# tried when the first is refused. Text and choices need no entry.
SAMPLES = {
    "password": ("demo-2021", "xinkouling-2026-a"),
    "current": ("demo-2021",),
    "again": ("xinkouling-2026-a",),
    "email": ("zhangsan@example.org", "lisi@example.org"),
    "username": ("zhangsan-01", "lisi-02"),
    "phone": ("13800138000", "13900139000"),
    "citizen_id": ("11010519491231002X",),
    "code": ("91110000600037341L", "911100007178303049", "341399"),
    "parent": ("341300",),
    "slug": ("xin-hangye",),
    "gb_code": ("7271",),
    "retired_on": ("2026-12-01",),
    "uscc": ("91110000600037341L", "911100007178303049"),
    "commit": ("a" * 64, "b" * 64),
    "strokes": ("[[[20,40],[60,30],[95,44]],[[55,22],[48,70],[30,92]],[[60,60],[98,90]]]",),
    "submission_id": (
        "0d5f1f8c-3c2a-4b4e-8a55-9d1d2c3b4a59",
        "0d5f1f8c-3c2a-4b4e-8a55-9d1d2c3b4a60",
    ),
    "ratio": ("10", "20"),
    "url": ("https://www.gov.cn/",),
    "phrase": ("704218", "多云，26 度"),
    "date": ("2026-11-24", "2026-12-06"),
    "starts_on": ("2026-12-01",),
    "ends_on": ("2026-12-02",),
    "year": ("2027", "2028"),
    "target": ("灵璧石铎保安服务有限公司",),
    "registration_no": ("341323000001237",),
    "bases": ("《保安服务管理条例》第三条",),
}
# The same for one route, where the name of a field says something else or the page has filled it in.
AT_ROUTE = {
    "deadlines:calendar": {"days": ("2027-01-01 休 元旦", "2028-01-03 休 元旦")},
    "plans:profile_new": {"region": ("341302", "341321")},
    "registries:recusal_declare": {"target": ("",)},  # from every target
    "registries:target_status": {"status": ("closed", "active")},
    "tasks:beacon": {"value": ("02-15-19-24-31-32+04",)},
}
ROWS = {
    "registries:inspector_import": (
        "姓名,身份证号,所属执法科室,执法证号,执法证有效期至\n"
        "张三,110105199003072338,治安支队,皖K99000001,2027-12-31\n"
    ),
    "registries:target_import": (
        "统一社会信用代码,名称,登记状态\n91341323MA2TSCLD7F,灵璧新安保安服务有限公司,存续\n"
    ),
}
# Fields that only a browser can fill: what stands in them was made and kept there.
OF_THE_BROWSER = {"tasks:reveal"}
TO_LOOK = {"tasks:grade"}  # posts what was chosen to see what comes of it; changes nothing
BY_SCRIPT = {"tasks:commit"}  # a script fills in what it made and lets the button be pressed


@dataclass
class Control:
    """A field of a form: `values` are the choices, `chosen` what the page has filled in."""

    name: str
    kind: str
    values: list[str] = field(default_factory=list)
    chosen: list[str] = field(default_factory=list)
    required: bool = False


@dataclass
class Button:
    """A button: `label` as the user reads it."""

    name: str = ""
    value: str = ""
    action: str = ""
    label: str = ""
    disabled: bool = False
    submits: bool = True
    method: str = ""


@dataclass
class Form:
    """A form with its controls by name and its buttons."""

    method: str
    action: str
    controls: dict[str, Control] = field(default_factory=dict)
    buttons: list[Button] = field(default_factory=list)


class Page(HTMLParser):
    """Links, forms and loose buttons of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.loose: list[Button] = []
        self.by_id: dict[str, Form] = {}
        self.waiting: list[tuple[str, Button]] = []
        self._form: Form | None = None
        self._select: Control | None = None
        self._text: Control | None = None
        self._button: Button | None = None
        self.feed(html)
        for name, button in self.waiting:
            (self.by_id[name].buttons if name in self.by_id else self.loose).append(button)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        elif tag == "form":
            self._form = Form((given.get("method") or "get").lower(), given.get("action") or "")
            self.forms.append(self._form)
            self.by_id[given.get("id", "")] = self._form
        elif tag == "button" or (tag == "input" and given.get("type") in {"submit", "image"}):
            self._open_button(tag, given)
        elif tag in {"input", "select", "textarea"} and self._form is not None:
            self._open_control(tag, given)
        elif tag == "option" and self._select is not None:
            value = given.get("value") or ""
            self._select.values.append(value)
            if "selected" in given:
                self._select.chosen.append(value)

    def _open_button(self, tag, given):
        button = Button(
            given.get("name") or "",
            given.get("value") or "",
            given.get("formaction") or "",
            given.get("value") or "" if tag == "input" else "",
            "disabled" in given or given.get("aria-disabled") == "true",
            (given.get("type") or "submit") != "button",
            (given.get("formmethod") or "").lower(),
        )
        self._button = button if tag == "button" else None
        if given.get("form"):
            self.waiting.append((given["form"], button))
        else:
            (self._form.buttons if self._form is not None else self.loose).append(button)

    def _open_control(self, tag, given):
        name, kind = given.get("name") or "", (given.get("type") or tag).lower()
        kind = "date" if "data-day" in given else kind
        if not name or "disabled" in given:
            return
        control = self._form.controls.setdefault(name, Control(name, kind))
        control.required |= "required" in given
        value = given.get("value")
        if kind in {"radio", "checkbox"}:
            control.values.append("on" if value is None else value)
            if "checked" in given:
                control.chosen.append(control.values[-1])
        elif tag == "input":
            control.chosen.append(value or "")
        elif tag == "select":
            self._select = control
        else:
            control.chosen.append("")
            self._text = control

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._text = None
        elif tag == "button":
            self._button = None

    def handle_data(self, data):
        if self._text is not None:
            self._text.chosen[-1] += data
        if self._button is not None:
            self._button.label = f"{self._button.label} {data.strip()}".strip()


def filled(form, button, attempt, route=""):
    """What a careful user types: what the page holds stays, what it lacks is filled in."""
    data = {}
    for name, control in form.controls.items():
        values = _values(control, attempt, route)
        if values:
            data[name] = values
    if button.name:
        data[button.name] = [button.value]
    return data


def _values(control, attempt, route):
    name = control.name.rsplit("-", 1)[-1]
    known = AT_ROUTE.get(route, {}).get(name)
    if known:
        return [known[min(attempt, len(known) - 1)]]
    held = [value for value in control.chosen if value.strip()]
    if control.kind == "file":
        return [_file(route)]
    if control.kind in {"select", "radio", "checkbox"}:
        offered = [value for value in control.values if value]
        return held or ([offered[min(attempt, len(offered) - 1)]] if offered else [])
    if held and (attempt == 0 or control.kind == "hidden"):
        return held
    samples = SAMPLES.get(name)
    if samples:
        return [samples[min(attempt, len(samples) - 1)]]
    typed = {
        "date": ("2026-12-01", "2026-12-02"),
        "datetime-local": ("2026-12-01T09:00", "2026-12-02T09:00"),
        "number": ("1", "2"),
        "hidden": ("",),
        "search": ("",),
    }.get(control.kind, (f"情况属实{name}", f"已经核对{name}"))
    return [typed[min(attempt, len(typed) - 1)]]


def _file(route):
    if route in ROWS:
        return SimpleUploadedFile("名录.csv", ROWS[route].encode(), "text/csv")
    return SimpleUploadedFile("现场.jpg", camera.jpeg(), "image/jpeg")


@dataclass(frozen=True)
class Refused:
    """What the portal answered to a button that did not do what it said."""

    status: int
    messages: tuple[str, ...]
    about_data: bool

    @property
    def is_known_before(self):
        """Whether the page could have said so: no access, another state, or no such thing."""
        return self.status in {403, 404, 405, 409, 500}


def refusal(answer):
    """The refusal in an answer, or None where the act went through."""
    said = tuple(str(m) for m in get_messages(answer.wsgi_request) if m.level >= ERROR)
    if answer.status_code < 400 and not said and not _form_errors(answer)[0]:
        return None
    by_field, words = _form_errors(answer)
    message = _context(answer, "message") if answer.status_code >= 400 else None
    words = (*words, *said, *([message] if isinstance(message, str) else []))
    return Refused(answer.status_code, words, by_field and not said)


def _form_errors(answer):
    """Whether a field was refused, and the sentences above the forms."""
    by_field, words = False, []
    for layer in _layers(answer):
        for value in layer.values():
            if isinstance(value, BaseForm) and value.is_bound and value.errors:
                words += value.non_field_errors()
                by_field |= any(name != "__all__" for name in value.errors)
    return by_field, tuple(dict.fromkeys(words))


def _layers(answer):
    for context in answer.context or []:
        yield from getattr(context, "dicts", [context])


def _context(answer, name):
    return next((layer[name] for layer in _layers(answer) if name in layer), None)


@dataclass
class Crawl:
    """What was reached, what was refused, and what could not be tried."""

    pages: Counter = field(default_factory=Counter)
    pressed: Counter = field(default_factory=Counter)
    routes: set = field(default_factory=set)
    done: set = field(default_factory=set)  # routes of which a button did what it said
    faults: list = field(default_factory=list)
    unfilled: set = field(default_factory=set)
    unreached: set = field(default_factory=set)
    seen: Counter = field(default_factory=Counter)
    offered: set = field(default_factory=set)  # acts, such as `decide_void agree`
    within: tuple = WITHIN

    def of(self, user, starts=STARTS):
        """Everything that `user` can reach from `starts`."""
        client = Client(raise_request_exception=False)
        client.force_login(user)
        roles = user.groups.filter(name__startswith=ROLE_PREFIX).order_by("name")
        kind = tuple(roles.values_list("name", flat=True))
        who = (kind or user.username, bool(user.agency_id and user.agency.region_id.endswith("00")))
        queue, known = list(starts), set(starts)
        while queue:
            path = queue.pop(0)
            for link in self._page(client, user, who, path):
                if link not in known:
                    known.add(link)
                    queue.append(link)
        return self

    def _page(self, client, user, who, path):
        route, state = kind_of(path, user)
        if not route or self._enough("page", who, route, state, urlsplit(path).query):
            return []
        answer = client.get(path)
        try:
            if answer.status_code >= 500:
                self.faults.append(f"{route} {path} as {user}: {answer.status_code} on opening")
            if answer.status_code != 200 or "html" not in answer.get("Content-Type", ""):
                return []
            page = Page(answer.content.decode())
        finally:
            _close(answer)
        self.pages[route] += 1
        for button in page.loose:
            self.unreached.add(f"{route}: {button.label or '…'} (script)")
        for form in page.forms:
            for button in form.buttons:
                self._button(client, user, (who, route, state), path, form, button)
        return filter(None, (_inside(path, link, self.within) for link in page.links))

    def _enough(self, *key):
        self.seen[key] += 1
        return self.seen[key] > ALIKE

    def _button(self, client, user, where, path, form, button):
        page = where[1]
        if (button.method or form.method) != "post":
            return
        action = urljoin(path, button.action or form.action or path)
        route, state = kind_of(action, user)
        if route in TO_LOOK:
            return
        if (button.disabled and route not in BY_SCRIPT) or not button.submits:
            self.unreached.add(
                f"{page}: {button.label} ({'disabled' if button.disabled else 'script'})"
            )
            return
        fields = tuple(sorted(form.controls))
        if self._enough(
            "press", where[0], route, state, button.label, fields if len(fields) < 9 else ()
        ):
            return
        self.routes.add(route)
        self.offered.add(act_of(action))
        if route in OF_THE_BROWSER:
            self.unreached.add(f"{page}: {button.label} (the browser keeps its value)")
            return
        self.pressed[page] += 1
        self._press(client, user, page, route, action, form, button)

    def _press(self, client, user, page, route, action, form, button):
        refused = []
        for attempt in range(3):
            found = press(client, action, filled(form, button, attempt, route))
            if found is None:
                self.done.add(route)
                return
            refused.append(found)
            if found.is_known_before:
                break
        last = refused[-1]
        told = f"{page} “{button.label}” -> {route} ({action}) as {user.username}: {last.status} {'；'.join(last.messages)}"
        if last.is_known_before or not (last.about_data or _differs(refused)):
            self.faults.append(told)
        else:
            self.unfilled.add(f"{page} -> {route}: {'；'.join(last.messages)}")


def _differs(refused):
    """Whether the sentence changed with what was typed: then it is about that."""
    return len({one.messages for one in refused}) > 1


def press(client, action, data):
    """Post, look at the answer, and take everything back; the refusal, or None."""
    kept = client.cookies.copy()
    point = transaction.savepoint()
    try:
        answer = client.post(action, data)
        found = refusal(answer)
        _close(answer)
        return found
    finally:
        transaction.savepoint_rollback(point)
        client.cookies = kept


def _close(answer):
    """Close what is sent, but not the connection, as the test client itself does it."""
    request_finished.disconnect(close_old_connections)
    answer.close()
    request_finished.connect(close_old_connections)


def _inside(path, link, within):
    """An address of the desk or the phone without what turns pages; None for others."""
    parts = urlsplit(urljoin(path, link))
    if parts.netloc or not parts.path.startswith(within):
        return None
    asked = [(name, value) for name, value in parse_qsl(parts.query) if name in TABS]
    if len(asked) != len(parse_qsl(parts.query)):
        return None
    return parts.path + ("?" + "&".join(f"{n}={v}" for n, v in asked) if asked else "")


def kind_of(path, user):
    """The route of an address, and what its object is like now."""
    try:
        match = resolve(urlsplit(path).path)
    except Resolver404:
        return "", ()
    name = match.view_name
    words = _words(match)
    purpose = match.kwargs.get("purpose", "")
    return name, (*words, purpose, *_state(name, match.kwargs, user))


def _words(match):
    return tuple(v for k, v in match.kwargs.items() if not re.search("pk|number|year|purpose", k))


def act_of(path):
    """What an address does, whatever it does it to: `consent`, `decide_void agree`."""
    match = resolve(urlsplit(path).path)
    return " ".join((match.url_name, *_words(match)))


def _state(name, given, user):
    if "number" in given:
        task = Task.objects.filter(number=given["number"]).first()
        if task is None:
            return ()
        draws = sorted(task.draws.values_list("purpose", "status", "void_proposed_at"))
        return (
            task.status,
            *((p, s, bool(v)) for p, s, v in draws),
            task.agency_id == user.agency_id,
        )
    model = MODELS.get(ACCESS[name].args) if name in ACCESS else None
    found = model.objects.filter(pk=given.get("pk")).first() if model and "pk" in given else None
    if found is None:
        return ()
    more = ()
    if isinstance(found, Inspection):
        more = tuple(sorted(found.sections.values_list("status", flat=True)))
    if isinstance(found, Section):
        more = (found.inspection.status,)
    owner = getattr(found, "agency_id", None)
    return (getattr(found, "status", ""), *more, owner == user.agency_id)
