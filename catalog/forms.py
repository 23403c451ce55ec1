"""Forms on item lists: the shape of the input, with every error named by its line."""

import re
from collections.abc import Iterator
from typing import Any

from django import forms

from catalog.models import CatalogVersion, Item, Method, Trade
from core.forms import Form, ModelForm, row_field

SEPARATOR = re.compile(r"[|｜]")
WORD = 40
BASES = (("法规名称", 120, True), ("条款", 60, False))
CHECKPOINTS = (("检查要点", 200, True), ("合格标准", 1000, False), ("需调取材料", 200, False))


class RowsField(forms.Field):
    """Several rows in one text box, a row per line, its columns parted by `|`.

    columns: label, longest length and whether it must be filled. The value is a list of tuples.
    """

    widget = forms.Textarea

    def __init__(self, *, columns: tuple[tuple[str, int, bool], ...], **kwargs: Any) -> None:
        self.columns = columns
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Rows as lines; what was typed stays as typed."""
        if value is None or isinstance(value, str):
            return value
        return "\n".join("|".join(_flat(cell) for cell in row).rstrip("|") for row in value)

    def to_python(self, value: str | None) -> list[tuple[str, ...]]:
        """The rows; every fault is named with its line."""
        rows: list[tuple[str, ...]] = []
        faults: list[str] = []
        for number, line in enumerate((value or "").splitlines(), 1):
            if not line.strip():
                continue
            cells = [cell.strip() for cell in SEPARATOR.split(line)]
            cells += [""] * (len(self.columns) - len(cells))
            faults += [f"第 {number} 行：{fault}" for fault in self._faults(cells)]
            rows.append(tuple(cells))
        if faults:
            raise forms.ValidationError(faults)
        return rows

    def _faults(self, cells: list[str]) -> Iterator[str]:
        if len(cells) > len(self.columns):
            names = "|".join(label for label, _, _ in self.columns)
            yield f"最多 {len(self.columns)} 段，格式为“{names}”。"
            return
        for (label, longest, required), cell in zip(self.columns, cells, strict=True):
            if required and not cell:
                yield f"缺少{label}。"
            if len(cell) > longest:
                yield f"{label}有 {len(cell)} 个字，最多 {longest} 个字。"


def _flat(cell: str) -> str:
    """A cell that stays in its column of its line."""
    return SEPARATOR.sub("／", " ".join(cell.split()))


class VersionForm(ModelForm):
    """Title and note of a draft, and whether it starts from the version in force."""

    copy = forms.BooleanField(required=False, initial=True)

    class Meta:
        model = CatalogVersion
        fields = ["title", "note"]
        help_texts = {"note": "与上一版相比改了什么、为什么，例如依据的法规已修订。"}

    def __init__(self, *args: Any, in_force: CatalogVersion | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if in_force is None:
            del self.fields["copy"]
        else:
            self.fields["copy"].label = f"从现行的第 {in_force.number} 版复制全部事项"


class ItemForm(ModelForm):
    """One item with all fields of C01-C03, its legal bases and its checkpoints."""

    methods = forms.MultipleChoiceField(
        label="检查方式", choices=Method.choices, widget=forms.CheckboxSelectMultiple
    )
    bases = RowsField(
        label="抽查依据",
        columns=BASES,
        required=False,
        help_text="每行一部：法规名称|条款，例如 《保安服务管理条例》|第三十七条。公布前必须填写。",
    )
    checkpoints = RowsField(
        label="检查要点",
        columns=CHECKPOINTS,
        required=False,
        help_text=(
            "每行一条：要点|合格标准|需调取材料，例如 "
            "营业执照规范使用情况|在住所醒目位置公示|营业执照正、副本。公布前必须填写。"
        ),
    )

    class Meta:
        model = Item
        fields = [
            "name",
            "code",
            "field",
            "category",
            "target_kind",
            "trade",
            "subject",
            "content",
            "standard",
            "methods",
            "ratio",
            "frequency",
            "publish_scope",
            "publish_reason",
        ]
        help_texts = {
            "field": "例如：治安管理。",
            "category": "重点检查事项涉及安全、质量、公共利益，抽查比例不设上限。",
            "target_kind": "例如：保安从业单位。",
            "subject": "由谁检查，例如：市、县两级公安机关。",
            "ratio": "例如：20%。",
            "frequency": "例如：每半年一次。",
            "publish_reason": "全部公开的留空。",
        }
        error_messages = {
            "code": {"invalid": "事项编码只能用字母、数字、连字符和下划线，例如 baoan-01。"}
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row_field(self, "trade").empty_label = "不限行业"
        for name, rows in [("bases", 4), ("checkpoints", 8)]:
            self.fields[name].widget.attrs |= {"rows": rows, "spellcheck": "false"}
        if self.instance.pk:
            self.initial["bases"] = [(row.law, row.article) for row in self.instance.bases.all()]
            self.initial["checkpoints"] = [
                (row.text, row.standard, row.materials) for row in self.instance.checkpoints.all()
            ]


class TradeForm(Form):
    """What a trade is called, and which other words mean it."""

    slug = forms.RegexField(
        r"^[a-z][a-z0-9-]{1,29}$",
        label="代号",
        help_text="2 至 30 个小写字母、数字或连字符，登记后不能修改。",
        error_messages={"invalid": "代号应为 2 至 30 个小写字母、数字或连字符，以字母开头。"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    name = forms.CharField(label="名称", max_length=40)
    synonyms = forms.CharField(
        label="同义词",
        required=False,
        max_length=400,
        help_text="名录文件中写这些词的，也认作这个行业。用顿号隔开，例如：网吧、网咖。",
    )
    gb_code = forms.RegexField(
        r"^[A-T]?[0-9]{2,4}$",
        label="GB/T 4754 代码",
        required=False,
        help_text="国民经济行业分类，2 至 4 位数字，可带门类字母；没有对应类别的留空。",
        error_messages={
            "invalid": "GB/T 4754 代码应为 2 至 4 位数字，可带一个门类字母（A 至 T）。"
        },
    )
    parent = forms.ModelChoiceField(
        Trade.objects.all(),
        label="上级",
        required=False,
        empty_label="没有上级",
        help_text="只用于归类；抽查按行业本身取对象，不含下级。",
    )

    def clean_synonyms(self) -> list[str]:
        """One word each, without repeats."""
        words = re.split(r"[、，,;；\n]", self.cleaned_data["synonyms"])
        found = list(dict.fromkeys(word.strip() for word in words if word.strip()))
        for word in found:
            if len(word) > WORD:
                raise forms.ValidationError(
                    f"同义词“{word[:10]}…”超过 {WORD} 个字，没有保存。请缩短，或用顿号隔开。"
                )
        return found


class TradeChangeForm(TradeForm):
    """The same for one that is there: its slug stays."""

    slug = None  # type: ignore[assignment]
