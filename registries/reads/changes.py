"""What differs between an object and what is stored, in words and without personal data."""

from typing import Any, cast

from django.db import models

from core import masking

PERSONAL = {"phone": masking.masked_phone, "citizen_id": masking.masked_citizen_id}


def label_of(model: type[models.Model] | models.Model, name: str) -> str:
    """The Chinese name of a field."""
    return str(_field(model, name).verbose_name)


def _field(model: type[models.Model] | models.Model, name: str) -> "models.Field[Any, Any]":
    return cast("models.Field[Any, Any]", model._meta.get_field(name))


def shown(obj: models.Model, name: str) -> str:
    """The value of a field as people may see it."""
    field = _field(obj, name)
    if field.choices:
        return str(getattr(obj, f"get_{name}_display")())
    value = getattr(obj, name)
    if isinstance(value, bool):
        return "是" if value else "否"
    text = "" if value is None else str(value)
    return PERSONAL[name](text) if name in PERSONAL else text


def changed_fields(stored: models.Model, wanted: models.Model) -> list[str]:
    """The names of the fields in which two versions of a row differ."""
    return [
        field.name
        for field in stored._meta.concrete_fields
        if getattr(stored, field.attname) != getattr(wanted, field.attname)
    ]


def labels(obj: models.Model, names: list[str]) -> str:
    """The Chinese names of fields, those without one left out."""
    return "、".join(label_of(obj, name) for name in names if obj._meta.get_field(name).editable)


def apply(obj: models.Model, values: dict[str, Any]) -> list[str]:
    """Set fields to values; returns the names of those that were different."""
    different = [name for name, value in values.items() if getattr(obj, name) != value]
    for name in different:
        setattr(obj, name, values[name])
    return different


def told(obj: models.Model, problems: dict[str, str]) -> str:
    """What is wrong with the fields of an object, as sentences."""
    return "".join(f"{label_of(obj, name)}：{reason}。" for name, reason in problems.items())
