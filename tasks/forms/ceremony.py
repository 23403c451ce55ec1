"""What people type in at a ceremony."""

from django import forms


class PhraseForm(forms.Form):
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

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"
