"""Launch a task."""

from django import forms

from tasks import drs1
from tasks.models import Task

# Earlier, later, days between them at least.
ORDER = [
    ("starts_on", "draw_until", 0),
    ("draw_until", "onsite_from", 1),
    ("onsite_from", "onsite_until", 0),
    ("onsite_until", "ends_on", 0),
]
DATES = ["starts_on", "draw_until", "onsite_from", "onsite_until", "ends_on", "report_due_on"]


class TaskForm(forms.ModelForm):
    """Launch a task; everything else comes from the plan line."""

    class Meta:
        model = Task
        fields = ["title", "inspection_kind", *DATES]
        widgets = {name: forms.DateInput(attrs={"type": "date"}) for name in DATES}
        help_texts = {
            "draw_until": "摇号、确认和锁定在此日之前完成。",
            "onsite_until": "检查人员的执法证须在此日仍然有效。",
            "ends_on": "结果公示以此日和规则期限两者较早的为准。",
            "report_due_on": "没有要求可以不填。",
        }

    def clean(self) -> dict:
        """The stages follow one another; what is wrong stands at the later of the two dates."""
        asked = super().clean()
        for earlier, later, gap in ORDER:
            first, last = asked.get(earlier), asked.get(later)
            if first and last and (last - first).days < gap:
                words = "须晚于" if gap else "不能早于"
                label = self.fields[earlier].label
                self.add_error(later, f"{self.fields[later].label}{words}{label}（{first}）。")
        return asked

    def clean_title(self) -> str:
        """The title enters the draw files, where a field holds 200 bytes and no tab."""
        title = " ".join(self.cleaned_data["title"].split())
        if len(title.encode()) > 200:
            raise forms.ValidationError("任务名称过长，请控制在 66 个汉字以内。")
        try:
            drs1.file_text("DRS1-plan", "title", [("title", title)])
        except drs1.Refused:
            raise forms.ValidationError(
                "任务名称含有看不见的字符，不能写入抽取文件，请重新输入。"
            ) from None
        return title
