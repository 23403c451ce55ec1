"""The parts of every page: tags, filters, includes, frames, and the files they are made of."""

import hashlib
import json
import re
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory

from core.forms import Form
from core.models import NAMELESS
from core.templatetags import portal

STATIC = settings.BASE_DIR / "static"
TEMPLATES = settings.BASE_DIR / "templates"


def render(source, **context):
    return Template(source).render(Context(context)).strip()


def flat(html):
    return re.sub(r">\s+<", "><", re.sub(r"\s+", " ", html)).strip()


# Icons, codes, states


def test_icon_refers_to_the_sprite():
    assert render('{% icon "clock" %}') == (
        '<svg class="i" aria-hidden="true"><use href="#i-clock"/></svg>'
    )


def test_an_unknown_icon_or_kind_is_refused():
    with pytest.raises(ValueError, match="no icon 'clok'"):
        portal.icon("clok")
    with pytest.raises(ValueError, match="no status 'bad'"):
        portal.status("bad", "坏")


def test_sprite_holds_exactly_the_known_symbols():
    sprite = (TEMPLATES / "components/_sprite.html").read_text()
    assert re.findall(r'<symbol id="i-(\w+)"', sprite) == portal.ICONS


@pytest.mark.parametrize(
    ("value", "size", "groups"),
    [
        ("91341323MAXXXX410R", 4, ["9134", "1323", "MAXX", "XX41", "0R"]),
        ("769b91924d1bb9da", 8, ["769b9192", "4d1bb9da"]),
        ("", 4, []),
        (None, 4, []),
    ],
)
def test_code_stands_in_groups_and_copies_bare(value, size, groups):
    html = render("{% code value size %}", value=value, size=size)
    assert re.findall(r"<span>(\w+)</span>", html) == groups
    assert re.sub("<[^>]+>", "", html) == (value or "")


def test_code_escapes():
    assert "&lt;b&gt;x" in render("{% code value %}", value="<b>x</b>")


@pytest.mark.parametrize(
    ("kind", "css", "symbol"),
    [
        ("problem", "status status--problem", "alert"),
        ("ok", "status status--ok", "check"),
        ("wait", "status status--wait", "clock"),
        ("neutral", "status", "check"),
    ],
)
def test_status_is_icon_word_and_colour(kind, css, symbol):
    html = render("{% status kind '某某' %}", kind=kind)
    assert html.startswith(f'<span class="{css}"><svg')
    assert f"#i-{symbol}" in html
    assert html.endswith("某某</span>")


def test_status_takes_another_icon():
    assert "#i-minus" in render('{% status "neutral" "未开展相关经营活动" icon="minus" %}')


@pytest.mark.parametrize(
    ("kind", "css"),
    [
        ("plain", "due"),
        ("soon", "due due--soon"),
        ("late", "due due--late"),
        ("done", "due due--done"),
    ],
)
def test_due(kind, css):
    assert f'class="{css}"' in render("{% due kind '5月10日' %}", kind=kind)


@pytest.mark.parametrize(
    ("done", "total", "bar", "width"),
    [(11, 14, "fill", "79%"), (0, 13, "fill", "0%"), (2, 2, "all", "100%"), (0, 0, "fill", "0%")],
)
def test_progress(done, total, bar, width):
    html = render("{% progress done total %}", done=done, total=total)
    assert f'class="{bar}" width="{width}"' in html
    assert html.endswith(f"{done}/{total}</span>")
    assert "style" not in html


# Words


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("陈立伟", "陈某"),
        ("欧阳峰", "欧阳某"),
        ("欧阳", "欧某"),
        (" 李 ", "李某"),
        ("", ""),
        (None, ""),
    ],
)
def test_masked_name(name, masked):
    assert portal.masked_name(name) == masked


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{{ '341302199001010011'|masked_id }}", "341302********0011"),
        ("{{ '12345'|masked_id }}", "*****"),
        ("{{ none|masked_id }}", ""),
        ("{{ '13812345678'|masked_phone }}", "138****5678"),
        ("{{ '110'|masked_phone }}", "***"),
        ("{{ 200000|percent }}", "20%"),
        ("{{ 5000|percent }}", "0.5%"),
        ("{{ 1000000|percent }}", "100%"),
        ("{{ 0|percent }}", "0%"),
        ("{{ none|percent }}", ""),
        ("{{ 10000|capped_count }}", "10000"),
        ("{{ 10001|capped_count }}", "超过1万"),
        ("{{ none|capped_count }}", ""),
    ],
)
def test_masks_and_numbers(source, shown):
    assert render(source, none=None) == shown


@pytest.mark.parametrize(
    ("name", "day", "moment"),
    [
        ("cn_date", "2021年7月5日", "2021年7月16日"),
        ("cn_day", "7月5日", "7月16日"),
        ("cn_datetime", "2021年7月5日", "2021年7月16日 02:12"),
        ("cn_time", "7月5日", "7月16日 02:12"),
        ("cn_weekday", "星期一", "星期五"),
    ],
)
def test_dates_are_chinese_and_local(name, day, moment):
    late = datetime(2021, 7, 15, 18, 12, tzinfo=UTC)
    source = f"{{{{ value|{name} }}}}"
    assert render(source, value=date(2021, 7, 5)) == day
    assert render(source, value=late) == moment
    assert render(source, value=None) == ""


# Forms


class SampleForm(Form):
    title = forms.CharField(label="计划名称", max_length=4, help_text="公众会看到。")
    day = forms.DateField(label="改正期限")
    size = forms.IntegerField(label="户数", required=False)
    agency = forms.ChoiceField(label="部门", choices=[("a", "甲"), ("b", "乙")])
    kinds = forms.MultipleChoiceField(
        label="类型", choices=[("1", "一"), ("2", "二")], widget=forms.CheckboxSelectMultiple
    )
    scope = forms.ChoiceField(
        label="公开",
        choices=[("1", "是"), ("2", "否")],
        widget=forms.RadioSelect,
        help_text="不预选。",
    )
    note = forms.CharField(label="说明", widget=forms.Textarea, required=False)
    file = forms.FileField(label="名单", required=False)
    secret = forms.CharField(label="口令", widget=forms.PasswordInput, required=False)
    sure = forms.BooleanField(label="已核对")
    token = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self):
        if self.data.get("token") == "over":
            self.add_error(None, "合计超过基数。")


def one(name, form=None, look="pick"):
    return flat(
        render("{% field bound look=look %}", bound=(form or SampleForm())[name], look=look)
    )


def test_field_keeps_the_order_label_hint_error_control():
    html = one("title", SampleForm({"title": ""}))
    parts = [html.index(part) for part in ("<label", "_helptext", "_error", "<input")]
    assert parts == sorted(parts)
    assert "计划名称（必填）" in html
    assert "field--error" in html
    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert 'aria-invalid="true"' in html


def test_required_is_said_and_left_to_the_summary():
    html = one("title")
    assert 'aria-required="true"' in html
    assert " required" not in html
    assert "（必填）" not in one("note")


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("day", 'type="text" name="day" data-day="" autocomplete="off" class="input input--date"'),
        ("size", 'class="input input--num"'),
        ("agency", '<select name="agency" class="input"'),
        ("note", '<textarea name="note" cols="40" rows="4" class="input"'),
        ("file", 'type="file" name="file" class="input input--file"'),
        ("secret", 'type="password"'),
        ("token", '<input type="hidden" name="token"'),
        ("sure", '<label class="check"><input type="checkbox"'),
        ("kinds", '<div class="pick"><label><input type="checkbox" name="kinds" value="1"'),
        ("scope", "<legend>公开（必填）</legend>"),
    ],
)
def test_field_for_every_widget(name, part):
    assert part in one(name)


def test_hidden_field_has_no_label():
    assert "<label" not in one("token")


def test_groups_as_segments_and_as_list():
    assert '<div class="seg seg--2"><input type="radio"' in one("scope", look="seg")
    assert '<div class="checks"><label class="check">' in one("kinds", look="list")
    assert 'aria-describedby="id_scope_helptext"' in one("scope")


def test_dates_come_back_as_figures():
    form = SampleForm(initial={"day": date(2021, 4, 8)})
    assert 'type="text" name="day" value="2021-04-08"' in one("day", form)


@pytest.mark.parametrize("day", ["2024年4月31日", "2024-04-31", "２０２４．４．３０"])
def test_a_date_stays_as_typed(day):
    html = one("day", SampleForm({"day": day}))
    assert f'type="text" name="day" value="{day}"' in html


def test_summary_says_the_words_of_the_fields_and_links_to_them():
    form = SampleForm({"title": "一二三四五", "token": "over"})
    html = flat(render("{% errors form %}", form=form))
    assert "<h2>7 处需要修改</h2>" in html
    assert "<li>合计超过基数。</li>" in html
    assert '<a href="#id_day">请填写“改正期限”。</a>' in html
    assert '<a href="#id_kinds_0">请选择“类型”。</a>' in html
    assert '<a href="#id_sure">请勾选“已核对”。</a>' in html
    assert "请填写“改正期限”。" in one("day", form)
    words = re.search(r"<span>([^<]+)</span></p>", one("title", form))[1]
    assert f'<a href="#id_title">计划名称：{words}</a>' in html


def test_no_summary_without_errors():
    assert render("{% errors form %}", form=SampleForm()) == ""
    assert render("{% errors form %}", form=None) == ""


def test_summary_of_a_formset_names_the_row():
    rows = forms.formset_factory(SampleForm, extra=0)(
        {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-title": ""}
    )
    rows.forms[0].empty_permitted = False
    html = flat(render("{% errors rows %}", rows=rows))
    assert '<a href="#id_form-0-day">第 1 行：请填写“改正期限”。</a>' in html


# Includes


def test_pager_goes_both_ways_or_says_that_it_cannot():
    page = SimpleNamespace(previous=None, next="q=a&after=x")
    html = flat(render('{% include "components/_pager.html" %}', page=page))
    assert 'href="?q=a&amp;after=x" rel="next"' in html
    assert '<span class="btn" aria-disabled="true">' in html
    end = SimpleNamespace(previous=None, next=None)
    assert render('{% include "components/_pager.html" %}', page=end) == ""


def test_messages_always_have_a_place():
    html = flat(render('{% include "components/_messages.html" %}'))
    assert html == '<div class="messages" id="messages" role="status"></div>'


@pytest.mark.parametrize(
    ("tag", "css"),
    [
        ("success", "notice notice--ok"),
        ("warning", "notice notice--warn"),
        ("error", "notice notice--danger"),
        ("info", "notice"),
    ],
)
def test_message_levels(tag, css):
    message = type("Message", (str,), {"level_tag": tag})("某事")
    html = render('{% include "components/_messages.html" %}', messages=[message])
    assert f'<div class="{css}">' in html
    assert "某事" in html


def test_steps():
    steps = [{"label": "范围", "state": "done"}, {"label": "摇号", "state": "current"}]
    html = flat(render('{% include "components/_steps.html" %}', steps=steps))
    assert '<li class="done">范围' in html
    assert '<li aria-current="step">摇号</li>' in html


# Blocks


def test_the_head_holds_the_way_the_heading_and_what_can_be_done():
    source = (
        '{% page_head "flush" %}{% crumbs %}<li>甲</li>{% endcrumbs %}<h1>乙</h1>'
        "{% actions %}{% if may %}<a>丙</a>{% endif %}{% endpage_head %}"
    )
    html = flat(render(source, may=True))
    assert html == (
        '<header class="page-head page-head--flush"><div class="page-head__main">'
        '<ol class="crumb" aria-label="当前位置"><li>甲</li></ol><h1>乙</h1></div>'
        '<div class="actions"><a>丙</a></div></header>'
    )
    assert "actions" not in render(source, may=False), "an empty bar covers the foot of a phone"


def test_the_public_head():
    html = render('{% page_head "public" %}<h1>{{ name }}</h1>{% endpage_head %}', name="<b>")
    assert html == '<header class="head"><h1>&lt;b&gt;</h1></header>'


def test_facts_say_when_there_is_nothing():
    html = flat(
        render(
            '{% facts "ruled after" %}{% fact "牵头" kind="num" %}{{ who }}{% endfact %}'
            "{% fact term %} {{ nobody }} {% endfact %}{% endfacts %}",
            who="3",
            term="<i>",
            nobody="",
        )
    )
    assert html == (
        '<dl class="facts facts--ruled after"><div><dt>牵头</dt><dd class="num">3</dd></div>'
        "<div><dt>&lt;i&gt;</dt><dd>—</dd></div></dl>"
    )


@pytest.mark.parametrize(
    ("look", "css", "symbol"),
    [
        ("", "notice", "info"),
        ("ok", "notice notice--ok", "check"),
        ("warn read", "notice notice--warn read", "alert"),
        ("danger", "notice notice--danger", "alert"),
    ],
)
def test_notice(look, css, symbol):
    html = render("{% notice look %}{{ text }}{% endnotice %}", look=look, text="<b>")
    assert html.startswith(f'<div class="{css}"><svg')
    assert f"#i-{symbol}" in html
    assert html.endswith("<p>&lt;b&gt;</p></div>")


def test_a_notice_of_several_paragraphs_and_one_that_speaks_up():
    html = render('{% notice icon="clock" role="alert" %}<p>甲</p><p>乙</p>{% endnotice %}')
    assert html.startswith('<div class="notice" role="alert"><svg')
    assert "#i-clock" in html
    assert html.endswith("<div><p>甲</p><p>乙</p></div></div>")


def test_a_table_has_a_caption():
    html = render('{% table caption "dense" %}<tbody></tbody>{% endtable %}', caption="<b>")
    assert html == (
        '<table class="table table--stack table--dense"><caption class="vh">&lt;b&gt;</caption>'
        "<tbody></tbody></table>"
    )
    own = render('{% table "" %}<caption>甲</caption>{% endtable %}')
    assert own == '<table class="table table--stack"><caption>甲</caption></table>'
    with pytest.raises(ValueError, match="needs a caption"):
        render('{% table "" %}<tbody></tbody>{% endtable %}')


@pytest.mark.parametrize("tag", ["facts", "notice", 'table "甲"', "page_head"])
def test_a_look_that_nobody_knows_is_refused(tag):
    end = tag.split()[0]
    with pytest.raises(ValueError, match="no look 'bold'"):
        render(f'{{% {tag} "bold" %}}{{% end{end} %}}')


def test_an_empty_page_says_what_can_be_done():
    html = render('{% nothing url "看" %}{{ text }}{% endnothing %}', url="/a/?b=1&c", text="<无>")
    assert html == (
        '<div class="empty"><p>&lt;无&gt;</p><a class="btn" href="/a/?b=1&amp;c">看</a></div>'
    )


def test_confirm_is_a_form_that_works_without_script():
    source = '{% confirm "作废" "/x/" "确认作废" "danger after" %}<p>不能恢复。</p>{% endconfirm %}'
    html = flat(render(source, csrf_token="t", form=SampleForm()))
    assert html.startswith('<details class="confirm after"><summary class="btn btn--danger">作废')
    assert '<form class="confirm__body" method="post" action="/x/"' in html
    assert 'name="csrfmiddlewaretoken" value="t"' in html
    assert "<p>不能恢复。</p>" in html
    assert "计划名称" not in html, "a form of the page is not the form of the confirmation"


def test_a_confirmation_that_was_refused_stands_open_and_says_why():
    source = '{% confirm "作废" "/x/" "确认" form=reason %}{% endconfirm %}'
    html = flat(render(source, csrf_token="t", reason=SampleForm({})))
    assert '<details class="confirm" open>' in html
    assert "处需要修改" in html
    assert '<details class="confirm"><summary' in flat(render(source, reason=SampleForm()))


def test_form_page_lays_all_fields_or_those_it_is_given():
    source = '{% form_page form "保存" cancel="/back/" %}{% endform_page %}'
    html = flat(render(source, csrf_token="t", form=SampleForm({})))
    assert html.startswith('<form method="post" enctype="multipart/form-data" novalidate>')
    assert html.index("处需要修改") < html.index('name="title"') < html.index(">保存</button>")
    assert '<a class="btn" href="/back/">取消</a>' in html
    part = flat(
        render(
            '{% form_page form "保存" %}{% field form.day %}{% endform_page %}', form=SampleForm()
        )
    )
    assert 'name="day"' in part
    assert 'name="title"' not in part


# What stands beside the components

BYPASSES = {
    "page_head": re.compile(r'<header class="(page-head|head)\b'),
    "crumbs": re.compile(r'class="crumb\b'),
    "facts": re.compile(r'<dl class="facts\b|<dl>'),
    "notice": re.compile(r'class="notice\b'),
    "nothing": re.compile(r'class="empty\b'),
    "confirm": re.compile(r'<details class="confirm\b'),
    "table": re.compile(r"<table\b"),
    "errors": re.compile(r'class="errors\b'),
    "pager": re.compile(r'class="pager\b'),
    "form_page": re.compile(
        r"<form method=\"post\"(?:(?!</form>).)*\{% errors (?:(?!</form>).)*btn--primary", re.DOTALL
    ),
}
OWN_WAY = {
    "errors/500.html": ["page_head", "facts"],  # shown when no component can be rendered
    "registries/preview.html": ["errors"],  # of the rows of a file, not of a form
}


def bypasses(source):
    """The components that a template writes by hand."""
    return [name for name, pattern in BYPASSES.items() if pattern.search(source)]


def test_no_markup_bypasses_a_component():
    pages = {
        str(path.relative_to(TEMPLATES)): path.read_text("utf-8")
        for path in TEMPLATES.rglob("*.html")
        if path.parent.name not in ("components", "pdf")
    }
    assert len(pages) > 100
    found = {name: parts for name, text in pages.items() if (parts := bypasses(text))}
    assert found == OWN_WAY


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("page_head", '<header class="page-head page-head--flush">'),
        ("page_head", '<header class="head">'),
        ("crumbs", '<ol class="crumb">'),
        ("facts", '<dl class="facts after">'),
        ("notice", '<p class="notice notice--warn">'),
        ("nothing", '<div class="empty">'),
        ("confirm", '<details class="confirm" open>'),
        ("table", '<table class="table">'),
        ("errors", '<div class="errors">'),
        ("pager", '<nav class="pager">'),
        (
            "form_page",
            '<form method="post">{% errors form %}\n<button class="btn btn--primary">存</button></form>',
        ),
    ],
)
def test_a_copy_written_by_hand_is_found(name, source):
    assert bypasses(source) == [name]


# A template asks, it does not decide

LITERAL = re.compile(r"""\{%[^%]*?(?:==|!=)\s*["'][^%]*%\}""")


def test_no_template_compares_a_word():
    """States for display come from reads and models, where a slip is an error and not a silence."""
    found = {
        str(path.relative_to(TEMPLATES)): words
        for path in TEMPLATES.rglob("*.html")
        if path.parent.name != "components" and (words := LITERAL.findall(path.read_text("utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    "source",
    ['{% if task.status == "frozen" %}', "{% elif not a and tab != 'x' %}", '{% if a.b=="c" %}'],
)
def test_a_word_compared_in_a_template_is_found(source):
    assert LITERAL.findall(source) == [source]


# Frames


def page(name, path="/", referer="", **context):
    request = RequestFactory().get(path, headers={"referer": referer} if referer else {})
    return Template(f'{{% extends "{name}" %}}').render(Context(context | {"request": request}))


USER = SimpleNamespace(
    is_authenticated=True, name="陈某", agency="宿州市公安局", role_labels="牵头单位经办"
)
NAV = [
    {"url": "/desk/", "label": "工作台", "icon": "home", "current": True, "count": 5},
    {"url": "/desk/tasks/", "label": "抽查任务", "icon": "target", "current": False},
]


def test_staff_frame():
    html = page("base.html", "/desk/", nav=NAV, user=USER, inbox_count=3, demo=True)
    assert html.count('<svg class="sprite"') == 1
    assert '<a href="/desk/" aria-current="page">' in html
    assert "待办 5" in html
    assert "演示数据" in html
    assert 'action="/logout/"' in html
    assert "牵头单位经办" in html


def test_public_frame_marks_the_section():
    html = page("public.html", "/firms/9134/", demo=False)
    assert '<a href="/results/" aria-current="true">检查结果</a>' in html
    assert '<a href="/login/">工作人员登录</a>' in html
    assert "演示数据" not in html
    assert '<a href="/" aria-current="page">首页</a>' in page("public.html", "/")


def test_phone_frame():
    html = page("phone.html", "/m/", demo=True, user=USER)
    assert '<div class="m">' in html
    assert 'aria-label="返回今日"' in html
    assert "演示数据" in html


def test_site_name_is_the_setting_even_where_a_view_has_another(settings):
    settings.PORTAL_SITE_NAME = "保定市监管"
    assert "保定市监管" in page("public.html", site_name="127.0.0.1:8000")
    settings.PORTAL_SITE_NAME = ""
    assert render("{% site_name %}") == NAMELESS


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://testserver/desk/tasks/", "http://testserver/desk/tasks/"),
        ("http://elsewhere.example/", ""),
        ("http://testserver/x/", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_back_url_is_ours_and_another_page(referer, back):
    request = RequestFactory().get("/x/", headers={"referer": referer})
    assert portal.back_url(Context({"request": request})) == back
    assert portal.back_url(Context({})) == ""


@pytest.mark.parametrize("status", [403, 404, 409, 422, 500])
def test_error_page_says_what_happened_what_is_safe_and_what_to_do(status):
    context = {"status": status, "title": "标题某", "message": "名单已锁定。"}
    html = page("errors/error.html", "/x/", **context)
    assert "名单已锁定。" in html
    assert "<dt>下一步</dt>" in html
    assert '<header class="site">' in html
    assert '<header class="bar">' in page("errors/error.html", nav=NAV, user=USER, **context)


def test_failure_page_stands_alone():
    html = render_to_string("errors/500.html", {"title": "系统出错", "reference": "7KQ2-M4XD"})
    assert "<h1>系统出错</h1>" in html
    assert "7KQ2-M4XD" in html
    source = (TEMPLATES / "errors/500.html").read_text()
    assert set(re.findall(r"{% (\w+)", source)) == {"comment", "endcomment"}


class LoginForm(forms.Form):
    username = forms.CharField(label="用户名")
    password = forms.CharField(label="密码", widget=forms.PasswordInput)


def test_login_page_offers_the_demonstration_accounts():
    account = {"username": "lead", "name": "陈某", "role": "经办", "agency": "甲", "does": "摇号"}
    html = page(
        "agencies/login.html", form=LoginForm(), next="/desk/", demo=True, demo_accounts=[account]
    )
    assert '<input type="hidden" name="username" value="lead">' in html
    assert html.count('<input type="hidden" name="next" value="/desk/">') == 2
    assert "均为虚构" in html
    bare = page("agencies/login.html", form=LoginForm(), next="")
    assert "以此身份登录" not in bare


# Files


def test_vendored_files_are_those_of_the_manifest():
    folder = STATIC / "vendor"
    listed = {"manifest.json"}
    for package in json.loads((folder / "manifest.json").read_text()):
        assert package["name"]
        assert package["version"]
        assert package["licence"]
        for file in package["files"]:
            content = (folder / file["path"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == file["sha256"], file["path"]
            listed.add(file["path"])
    assert listed == {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_no_inline_script_or_style_in_any_template():
    for path in TEMPLATES.rglob("*.html"):
        if "pdf" in path.parts or path.name == "verify_page.html":  # a file to keep, never a page
            continue
        source = path.read_text()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", source), path
        assert not re.search(r"<script(?![^>]*\ssrc=)", source), path


def test_every_template_names_its_context():
    for path in TEMPLATES.rglob("*.html"):
        lines = path.read_text().splitlines()[:3]
        assert any("{% comment %} context:" in line for line in lines), path


def test_dark_values_are_alike_in_both_blocks():
    css = (STATIC / "portal.css").read_text()
    follows = re.search(r"html:not\(\.light\) \{(.*?)\}", css, re.DOTALL)[1]
    chosen = re.search(r"html\.dark \{[^\n]*\n(.*?)\}", css, re.DOTALL)[1]
    assert re.findall(r"--[\w-]+: [^;]+", follows) == re.findall(r"--[\w-]+: [^;]+", chosen)


def test_colours_are_tokens():
    css = (STATIC / "portal.css").read_text()
    rules = css[css.index("/* 2 Base") : css.index("/* 7 Modes")]
    assert re.findall(r"#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(", rules) == []
