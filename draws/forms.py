"""What is chosen before a freeze and typed in at a ceremony."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone

from agencies.models import Agency
from core import clock
from core.forms import CodeField, Form
from draws import drs1
from draws.ceremony_plan import DICE, WITNESS, Ceremony, Party, drand_round, sealed
from draws.models import AbsenceRule, BeaconKind, Draw
from draws.reads.sealers import contributors_for

NOON, EVENING = time(12, 0), time(17, 0)


class CeremonyForm(Form):
    """Who adds to the seed, until when, and the public beacon; all of it is frozen with the list."""

    agencies = forms.ModelMultipleChoiceField(
        label="密封随机数的单位",
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="各单位的部门管理员在自己的浏览器里生成随机数，先交密封值，再公开。",
    )
    witness = forms.ChoiceField(
        label="见证人",
        choices=[
            ("phrase", "当场念一句短语"),
            ("dice", "当场掷骰子"),
            ("none", "没有"),
        ],
        initial="phrase",
        widget=forms.RadioSelect,
    )
    commit_until = forms.DateTimeField(label="密封截止", required=False)
    reveal_until = forms.DateTimeField(
        label="公开截止", required=False, help_text="全部单位密封以后就可以公开，不必等到截止。"
    )
    missing = forms.ChoiceField(
        label="有人到时没有提供",
        choices=AbsenceRule.choices,
        initial=AbsenceRule.PROCEED,
        widget=forms.RadioSelect,
    )
    beacon_kind = forms.ChoiceField(
        label="公共随机源",
        choices=BeaconKind.choices,
        initial=BeaconKind.NONE,
        widget=forms.Select,
        help_text="封存时先约定将来的一期开奖或一次掷骰，产生以后由两人分别录入。",
    )
    beacon_ref = CodeField(
        label="期号或次数",
        max_length=40,
        required=False,
        help_text="双色球、大乐透填期号，两种并用时以加号相连；骰子填掷几次；drand 不用填。",
    )
    beacon_at = forms.DateTimeField(
        label="公共随机源产生的时间",
        required=False,
        help_text="开奖或掷骰的时间，须晚于公开截止；在此之前各方随机数先固定。",
    )

    def __init__(
        self, agency: Agency, taking_part: Sequence[Agency], data: QueryDict | None = None
    ) -> None:
        super().__init__(data)
        self.agency = agency
        self.candidates = contributors_for(agency, taking_part)
        by_pk = {agency.pk: agency for agency in self.candidates}
        field = self.fields["agencies"]
        field.queryset = Agency.objects.filter(pk__in=by_pk)
        joining = {one.pk for one in taking_part}
        field.initial = [pk for pk in by_pk if pk in joining]
        field.label_from_instance = lambda agency: (
            agency.name if agency.pk in joining else f"{agency.name}（不参加检查，只作监督）"
        )
        tomorrow = clock.today() + timedelta(days=1)
        if field.initial:
            self.fields["commit_until"].initial = _at(tomorrow, NOON)
            self.fields["reveal_until"].initial = _at(tomorrow, EVENING)

    @property
    def ceremony(self) -> Ceremony:
        """The choice as it stands: typed in, or proposed."""
        if not self.is_bound:
            return self._ceremony(
                {name: self.get_initial_for_field(f, name) for name, f in self.fields.items()}
            )
        if not hasattr(self, "cleaned_data"):
            self.full_clean()
        return self._ceremony(self.cleaned_data)

    def _ceremony(self, data: dict) -> Ceremony:
        chosen = {getattr(agency, "pk", agency) for agency in data.get("agencies") or ()}
        parties = [
            sealed(agency, self.agency.pk) for agency in self.candidates if agency.pk in chosen
        ]
        spoken = {"phrase": WITNESS, "dice": DICE}.get(data.get("witness"))
        if spoken:
            parties.append(Party(spoken))
        kind = data.get("beacon_kind") or BeaconKind.NONE
        ref, at = data.get("beacon_ref") or "", data.get("beacon_at")
        if kind == BeaconKind.DRAND and at:
            round_ = drand_round(at)
            ref, at = str(round_), datetime.fromisoformat(drs1.drand_time(round_))
        no_beacon = kind == BeaconKind.NONE
        return Ceremony(
            parties=tuple(parties),
            missing=data.get("missing") or AbsenceRule.PROCEED,
            commit_until=data.get("commit_until") if chosen else None,
            reveal_until=data.get("reveal_until") if chosen else None,
            beacon_kind=kind,
            beacon_ref="-" if no_beacon else ref.strip(),
            beacon_at=None if no_beacon else at,
        )

    def clean(self) -> dict[str, Any]:
        for field, sentence in self._ceremony(self.cleaned_data).faults(clock.now()):
            if field not in self.errors:
                self.add_error(field, sentence)
        return self.cleaned_data


def _at(day: date, hour: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, hour))


class PhraseForm(Form):
    """What a witness says aloud (protocol 2.5, open contribution)."""

    witness = forms.CharField(
        label="见证人",
        max_length=60,
        help_text="写单位和身份，不写姓名，例如“市司法局监督科”；将公开。",
    )
    phrase = forms.CharField(
        label="见证短语",
        max_length=60,
        help_text="由见证人当场想出并念出，例如当天的天气加几个数字；照原样录入，将公开。",
    )

    def __init__(self, data: QueryDict | None = None, *, is_dice: bool = False) -> None:
        super().__init__(data)
        if is_dice:
            self.fields["phrase"] = CodeField(
                label="骰子点数",
                max_length=60,
                help_text="照掷出的先后连写，至少 10 次，例如 3162544135；将公开。",
            )
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"


class BeaconForm(Form):
    """What one person read of the public beacon."""

    value = CodeField(label="值", max_length=200)
    signature = CodeField(
        label="签名（signature）",
        max_length=96,
        required=False,
        help_text="drand 网页上的 signature。",
    )
    source = forms.CharField(
        label="来源",
        max_length=300,
        help_text="从哪里看到的，例如开奖公告的网址、电视直播、现场名称；将公开。",
    )

    def __init__(
        self, draw: Draw, data: QueryDict | None = None, initial: dict[str, str] | None = None
    ) -> None:
        super().__init__(data, initial=initial)
        self.fields["value"].help_text = VALUE_HINTS.get(draw.beacon_kind, "")
        if draw.beacon_kind != BeaconKind.DRAND:
            del self.fields["signature"]
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"


VALUE_HINTS = {
    BeaconKind.SSQ: "例如 02-15-19-24-31-32+04",
    BeaconKind.DLT: "例如 03-11-18-27-35+02-09",
    BeaconKind.BOTH: "例如 02-15-19-24-31-32+04/03-11-18-27-35+02-09",
    BeaconKind.DICE: "照掷出的先后连写，例如 316254",
    BeaconKind.DRAND: "drand 网页上的 randomness，64 位十六进制",
}


class VoidForm(Form):
    """Why a draw is to be voided."""

    reason = forms.CharField(
        label="作废理由",
        max_length=66,
        help_text="写明事实，例如名录漏了一个县区；将公开，最多 66 字。",
    )


class SlipForm(Form):
    """Which enterprise gets its slip."""

    code = CodeField(
        label="统一社会信用代码",
        max_length=60,
        help_text="名单里的代码，个人为登记时的编号。",
    )
