"""The slip by which an enterprise finds itself in a draw by aliases (protocol 2.12)."""

from dataclasses import dataclass

from django.db import transaction

from agencies.models import User
from core.audit import record
from core.errors import DomainError, demand
from draws import drs1
from draws.models import Draw
from draws.reads.refusals import NO_SLIP, why_not_print_slip


@dataclass(frozen=True)
class Slip:
    """What one enterprise is told, and nobody else; `pk` is the row behind the alias."""

    pk: int
    alias: str
    salt: str


@transaction.atomic
def print_slip(draw: Draw, code: str, *, actor: User | None) -> Slip:
    """The salt of one enterprise of the frozen list; every slip is on the trail.

    Raises DomainError for a draw by real names and for a code that is not on the list.
    """
    demand(why_not_print_slip(draw, actor))
    code = "".join(code.split()).upper()
    salt = drs1.salt(bytes.fromhex(draw.master), code)
    alias = drs1.alias(salt, code)
    if alias not in draw.roster:
        raise DomainError(
            f"“{code}”不在本次抽取封存的名单里，{NO_SLIP}请核对代码；名单在封存以后不能增减。",
            field="code",
        )
    pk = draw.roster[alias]
    record("draws.print_slip", draw, actor, f"打印抽签凭条：{draw}", target=pk)
    return Slip(pk, alias, salt.hex())
