"""The blocks every page is built from. They are built in: no page needs to load them.

    {% page_head "flush" %}                    head of a staff page; "public" for the open site
      {% crumbs %}
        <li><a href="…">年度抽查计划</a></li>
      {% endcrumbs %}
      <h1>第 1 版</h1>
      {% actions %}                            what follows stands at the right, fixed on a phone
      <a class="btn btn--primary" href="…">新增计划项</a>
    {% endpage_head %}

    {% facts "ruled read" %}                   terms and values; looks: ruled, tight
      {% fact "牵头单位" %}{{ task.agency }}{% endfact %}
    {% endfacts %}

    {% notice "warn" %}<b>已调整。</b>…{% endnotice %}      looks: ok, warn, danger; icon="clock"
    {% nothing url "新增" %}还没有……{% endnothing %}    an empty page with the one way on
    {% confirm "作废" url "确认作废" "danger" form=reason %}…{% endconfirm %}    opens, asks, posts
    {% table "计划项" "roomy after" %}<thead>…{% endtable %}     "" as caption: the content brings its own
    {% form_page form "保存" cancel=url %}…{% endform_page %}      without content: all its fields

A look is words: what the part knows, and where it stands (after, after-l, read, num, section). A
word that nobody knows is an error, so that a typing slip is not a page without style.
"""

from collections.abc import Collection
from typing import Any

from django import forms
from django.template import Context, Library, Node, NodeList
from django.template.base import FilterExpression, Parser, Token
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.templatetags.portal import icon as symbol

register = Library()

PLACES = {"after", "after-l", "read", "num", "section"}
NOTICE_ICONS = {"": "info", "ok": "check", "warn": "alert", "danger": "alert"}
CONFIRM_LOOKS = ("danger", "wide")
OWN_PARAGRAPHS = ("<p", "<h2", "<ul", "<div")


def _classes(part: str, look: str, known: Collection[str]) -> str:
    """`facts` with "ruled after" → `facts facts--ruled after`; an unknown word is a ValueError."""
    found = [part]
    for word in look.split():
        if word not in known and word not in PLACES:
            raise ValueError(f"no look {word!r} for {part}; there are {', '.join(sorted(known))}")
        found.append(f"{part}--{word}" if word in known else word)
    return " ".join(found)


# Heads ---------------------------------------------------------------------------------------


class PageHead(Node):
    """`{% page_head %} … {% actions %} … {% endpage_head %}`."""

    child_nodelists = ("main", "actions")

    def __init__(self, look: FilterExpression | None, main: NodeList, actions: NodeList) -> None:
        self.look, self.main, self.actions = look, main, actions

    def render(self, context: Context) -> SafeString:
        """The head; without actions to take there is no place for them."""
        look = self.look.resolve(context) if self.look else ""
        main = self.main.render(context)
        if look == "public":
            return format_html('<header class="head">{}</header>', main)
        actions = SafeString(self.actions.render(context).strip())
        return format_html(
            '<header class="{}"><div class="page-head__main">{}</div>{}</header>',
            _classes("page-head", look or "", {"flush"}),
            main,
            format_html('<div class="actions">{}</div>', actions) if actions else "",
        )


@register.tag
def page_head(parser: Parser, token: Token) -> PageHead:
    """The head of a page: crumbs, heading, a line of meta, and the actions at its right."""
    words = token.split_contents()[1:]
    main = parser.parse(("actions", "endpage_head"))
    actions = NodeList()
    if parser.next_token().contents == "actions":
        actions = parser.parse(("endpage_head",))
        parser.delete_first_token()
    return PageHead(parser.compile_filter(words[0]) if words else None, main, actions)


@register.simple_block_tag
def crumbs(content: SafeString) -> SafeString:
    """The way from the list to this page, as list items."""
    return format_html('<ol class="crumb" aria-label="当前位置">{}</ol>', content)


# Facts, notices, tables ----------------------------------------------------------------------


@register.simple_block_tag
def facts(content: SafeString, look: str = "") -> SafeString:
    """A list of terms with their values."""
    return format_html(
        '<dl class="{}">{}</dl>', _classes("facts", look, {"ruled", "tight"}), content
    )


@register.simple_block_tag
def fact(content: SafeString, term: Any, kind: str = "") -> SafeString:
    """A term and its value, — without one; kind: num for figures, code for what is copied."""
    return format_html(
        "<div><dt>{}</dt><dd{}>{}</dd></div>",
        term,
        format_html(' class="{}"', kind) if kind else "",
        SafeString(content.strip()) or "—",
    )


@register.simple_block_tag
def notice(content: SafeString, look: str = "", icon: str = "", role: str = "") -> SafeString:
    """What the reader should know before going on; role: alert or status, when it comes by itself."""
    level = next((word for word in look.split() if word in NOTICE_ICONS), "")
    own = content.lstrip().startswith(OWN_PARAGRAPHS)
    return format_html(
        '<div class="{}"{}>{}{}</div>',
        _classes("notice", look, NOTICE_ICONS.keys() - {""}),
        format_html(' role="{}"', role) if role else "",
        symbol(icon or NOTICE_ICONS[level]),
        format_html("<div>{}</div>" if own else "<p>{}</p>", SafeString(content.strip())),
    )


@register.simple_block_tag
def table(content: SafeString, caption: Any, look: str = "") -> SafeString:
    """A table that becomes a stack of cards on a phone; its caption is for those who listen."""
    if not caption and "<caption" not in content:
        raise ValueError("a table needs a caption")
    return format_html(
        '<table class="{}">{}{}</table>',
        _classes(
            "table", f"stack {look}", {"stack", "roomy", "dense", "brief", "head-sticky", "strata"}
        ),
        format_html('<caption class="vh">{}</caption>', caption) if caption else "",
        content,
    )


@register.simple_block_tag
def nothing(content: SafeString, url: str = "", label: str = "") -> SafeString:
    """An empty page says why it is empty, and what can be done."""
    own = content.lstrip().startswith(OWN_PARAGRAPHS)
    return format_html(
        '<div class="empty">{}{}</div>',
        format_html("{}" if own else "<p>{}</p>", SafeString(content.strip())),
        format_html('<a class="btn" href="{}">{}</a>', url, label) if url else "",
    )


# Forms ---------------------------------------------------------------------------------------


@register.simple_block_tag(takes_context=True)
def confirm(
    context: Context,
    content: SafeString,
    label: str,
    action: str,
    button: str,
    look: str = "",
    **more: Any,
) -> SafeString:
    """A button that opens a form with its question; looks: danger, wide.

    more: form (its errors and fields come after the content), open (truthy: not folded away),
    id, busy (words while it is sent).
    """
    places = [word for word in look.split() if word not in CONFIRM_LOOKS]
    return render_to_string(
        "components/_confirm.html",
        {
            "classes": _classes("confirm", " ".join(places), ()),
            "csrf_token": context.get("csrf_token"),
            "content": content,
            "label": label,
            "action": action,
            "button": button,
            **{word: word in look.split() for word in CONFIRM_LOOKS},
            **more,
        },
    )


@register.simple_block_tag(takes_context=True)
def form_page(
    context: Context, content: SafeString, form: forms.BaseForm, button: str, **more: Any
) -> SafeString:
    """A form that is sent to its own page: what is wrong, the fields, one button, the way back.

    more: action, cancel (address), back (its word, 取消), busy, note (beside the button), look.
    """
    return render_to_string(
        "components/_form_page.html",
        {
            "csrf_token": context.get("csrf_token"),
            "content": SafeString(content.strip()),
            "form": form,
            "button": button,
            **more,
        },
    )
