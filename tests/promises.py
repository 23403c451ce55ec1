"""What texts promise a user, and the addresses where it can be done: the table of promises.

`collected()` finds every promise in templates and in the messages of Python code; `faults()` holds
them against PROMISES. What is not built yet is `pending` with the plain topic of the coming work,
and its sentence must say 尚未开通.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.urls import NoReverseMatch, get_resolver, reverse

from tests.access import ACCESS, LOGIN, OWN, PUBLIC, ROLE, SEES, TEAM

ROOT = Path(__file__).parents[1]
APPS = (
    "agencies", "catalog", "config", "core", "deadlines", "draws", "inspections", "plans",
    "publication", "registries", "reports", "tasks",
)  # fmt: skip
LATER = "尚未开通"
FORMS = re.compile(
    r"走“[^”]+”|请在“[^”]+”|联系[^，。；：“”]{0,12}管理员[^，。；]*|由[^，。；“”]{1,24}办理"
    r"|请[^，。；“”]{0,24}办理|[^，。；：]*更正[^，。；]*|[^，。；]*尚未开通"
)
SENTENCE = re.compile(r"[^。；\n]+")
TAG = re.compile(r"\{\{.*?\}\}|\{#.*?#\}|<[^>]*>", re.S)
BLOCK = re.compile(r"\{%.*?%\}", re.S)
QUOTED = re.compile(r'"([^"]*)"')
HIDDEN = re.compile(r"\{% comment %\}.*?\{% endcomment %\}|<script.*?</script>", re.S)


@dataclass(frozen=True)
class Promise:
    """An act that texts name by `words`: `routes` that do it for `role`, or the coming topic."""

    words: str
    routes: tuple[str, ...] = ()
    role: str = ""
    pending: str = ""


# `words` is a pattern; a route of somebody else's office (a server, a letter) is told by `beyond`.
PROMISES = (
    Promise("由另一位安全管理员办理", ("agencies:user_roles",), "secadmin"),
    Promise("请在“修改口令”", ("password_change",)),
    Promise("在服务器上由两人在场办理|由两人在场办理", ()),
    Promise("联系系统管理员解除锁定", ("agencies:lift_lock",), "sysadmin"),
    Promise("忘记口令.*联系系统管理员|联系系统管理员$", ("agencies:user_reset",), "sysadmin"),
    Promise("联系系统管理员核对抽取记录", ("agencies:users",), "sysadmin"),
    Promise("联系本地系统管理员", ("deadlines:set_day",), "sysadmin"),
    Promise("联系本单位管理员开通账号", ("agencies:user_create",), "sysadmin"),
    Promise("联系本(单位|部门)管理员$", ("registries:inspector_edit",), "agency_admin"),
    Promise("联系安全管理员授予角色", ("agencies:user_roles",), "secadmin"),
    Promise("由另一人办理", ("tasks:consent",), "agency_admin"),
    Promise("由另一名负责人办理", ("tasks:decide_void",), "deputy"),
    Promise("由本单位其他管理员办理", ("registries:recusal_end",), "agency_admin"),
    Promise("由参与任务的另一个部门办理", ("tasks:decide",), "agency_admin"),
    Promise("由本单位另一位分管负责人办理", ("inspections:decide_substitution",), "deputy"),
    Promise("各自对照来源核对后更正|您已录入|可以更正|^更正录入$", ("tasks:beacon",), "lead"),
    Promise("检查通知书随之更正|更正文书|^检查人员变更", ("inspections:substitute",), "officer"),
    Promise("更正|调出", pending="Results: corrections and objections; lists: transfers"),
    Promise("管理员补充|补充功能", pending="Start: deadline rules kept on pages"),
    Promise("由第二人确认后再办理|由第二人确认", ("plans:profile_confirm",), "coordinator"),
)
AT_A_SERVER = {"在服务器上由两人在场办理|由两人在场办理"}  # done outside the portal on purpose


@dataclass(frozen=True)
class Said:
    """One promise as found: the phrase, its sentence and where."""

    phrase: str
    sentence: str
    where: str


def collected() -> list[Said]:
    """Every promise of the templates and of the messages of Python code."""
    found: list[Said] = []
    for path in sorted((ROOT / "templates").rglob("*.html")):
        text = TAG.sub("", BLOCK.sub(_given, HIDDEN.sub("", path.read_text())))
        found += promises_in(text, str(path.relative_to(ROOT)))
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                for text in strings_of(path.read_text()):
                    found += promises_in(text, str(path.relative_to(ROOT)))
    return found


def _given(block: re.Match[str]) -> str:
    """The texts that a template tag is given, each a sentence of its own."""
    return "".join(f"\n{text}\n" for text in QUOTED.findall(block[0]) if not text.isascii())


def strings_of(code: str) -> Iterator[str]:
    """The texts of a module without its docstrings; what is filled in reads …"""
    tree = ast.parse(code)
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    inner = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in ast.walk(node)
        if part is not node
    }
    for node in ast.walk(tree):
        if id(node) in docs or id(node) in inner:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values
            )


def promises_in(text: str, where: str) -> Iterator[Said]:
    """The promises of a text, each with its sentence."""
    for sentence in SENTENCE.findall(text):
        for phrase in FORMS.findall(sentence):
            yield Said(phrase.strip(), sentence.strip(), where)


def faults(said: Iterable[Said]) -> list[str]:
    """What is promised and stands nowhere, or is told as if it could be done already."""
    found = []
    for one in said:
        kept = next((p for p in PROMISES if keeps(p, one)), None)
        if kept is None:
            found.append(f"{one.where}: “{one.phrase}” is in no line of the table: {one.sentence}")
        elif kept.pending and LATER not in one.sentence:
            found.append(f"{one.where}: “{one.phrase}” is to come, and the text does not say so")
    return found


def keeps(promise: Promise, said: Said) -> bool:
    """Whether this line of the table is about the phrase."""
    return any(re.search(promise.words, text) for text in (said.phrase, said.sentence))


def broken(promise: Promise) -> list[str]:
    """The addresses of a promise that do not exist, or are closed to the role that is named."""
    if promise.pending or promise.words in AT_A_SERVER:
        return []
    found = [] if promise.routes else [f"{promise.words}: neither an address nor pending"]
    for name in promise.routes:
        if not exists(name):
            found.append(f"{promise.words}: no address is called {name}")
        elif not open_to(name, promise.role):
            found.append(f"{promise.words}: {name} is closed to {promise.role}")
    return found


def exists(name: str) -> bool:
    """Whether the URLconf knows the name, whatever its arguments are."""
    try:
        reverse(name)
    except NoReverseMatch as error:
        return "is not a valid view function or pattern name" not in str(error) and (
            "is not a registered namespace" not in str(error)
        )
    return bool(get_resolver())


def open_to(name: str, role: str) -> bool:
    """Whether the table of access opens the address to the role."""
    access = ACCESS[name]
    if access.rule in {PUBLIC, LOGIN, SEES}:
        return True
    return access.rule in {ROLE, OWN, TEAM} and role in access.roles
