"""The certificate of a draw, put together from what the database keeps (protocol section 3).

Nothing is computed again: texts and digests are those stored when they came into being.
"""

from typing import Any

from draws import drs1
from draws.models import BeaconKind, Draw, DrawRecord
from draws.times import utc

PUBLIC_PAGE = "公示平台“摇号验证”栏目"
INLINE_BYTES = 1_000_000
LISTS = ("candidates", "inspectors", "recusals")


def input_of(draw: Draw) -> dict[str, Any]:
    """The `input` object of a draw: the exact files, what was contributed, what happened since."""
    events = list(draw.events.all())
    contributors = list(draw.contributors.all())
    return {
        "draw_id": draw.draw_id,
        "plan": draw.plan_text,
        "candidates": draw.candidates_text,
        "inspectors": draw.inspectors_text,
        "recusals": draw.recusals_text,
        "prev": draw.prev,
        "anchor": draw.anchor,
        "chain": [draw.opened_secret, *(e.opened_secret for e in events if e.opened_secret)],
        "commits": {c.code: c.commit for c in contributors if c.commit},
        "reveals": {c.code: c.value for c in contributors if c.value},
        "beacon_value": draw.beacon_value or "-",
        "events": [event.body for event in events],
    }


def publication_of(draw: Draw) -> list[dict[str, str]]:
    """What was published when; the grade depends on it (3.4)."""
    moments = (
        ("freeze", draw.freeze_digest, draw.frozen_at),
        ("closed", draw.closed_digest, draw.closed_at),
        ("result", draw.result_digest, draw.opened_at),
    )
    return [
        {"what": what, "digest": digest, "at": utc(at), "where": PUBLIC_PAGE}
        for what, digest, at in moments
        if digest and at
    ]


def beacon_of(draw: Draw) -> dict[str, Any] | None:
    """The beacon object of 3.2; None where the plan has none or its value is not there yet."""
    if draw.beacon_kind == BeaconKind.NONE or not draw.beacon_value:
        return None
    entries = list(draw.beacon_entries.filter(value=draw.beacon_value))
    if draw.beacon_kind == BeaconKind.DRAND:
        return {
            "kind": "drand",
            "network": "quicknet",
            "chain_hash": drs1.DRAND_CHAIN,
            "round": int(draw.beacon_ref),
            "randomness": draw.beacon_value,
            "signature": entries[0].signature,
            "at": drs1.drand_time(int(draw.beacon_ref)),
        }
    return {
        "kind": draw.beacon_kind,
        "issue": draw.beacon_ref,
        "value": draw.beacon_value,
        "at": utc(draw.beacon_at),
        "sources": list(dict.fromkeys(entry.source for entry in entries)),
    }


def build(draw: Draw) -> dict[str, Any]:
    """The certificate as it stands now, with every event, void and successor.

    Large lists are given by href, digest and size, to be had beside it. Four queries.
    """
    data = input_of(draw)
    for name in LISTS:
        text = data[name]
        if len(text) > INLINE_BYTES:
            data[name] = {
                "href": f"files/{name}.txt",
                "digest": drs1.digest(text),
                "bytes": len(text.encode()),
            }
    first = DrawRecord.objects.get(draw=draw, type="freeze")
    last = draw.events.last()
    successor = getattr(draw, "successor", None)
    members = {
        "format": "DRS1-certificate",
        "version": 1,
        "suite": drs1.SHA256,
        "draw_id": draw.draw_id,
        "rehearsal": False,
        **_named_in(draw.plan_text),
        "assurance": draw.assurance,
        "disclosure": draw.disclosure,
        "supersedes": draw.supersedes.draw_id if draw.supersedes else None,
        "superseded_by": successor.draw_id if successor else None,
        "void": void_of(draw),
        "publication": publication_of(draw),
        "input": data,
        "beacon": beacon_of(draw),
        "log": {"seq": first.seq, "prev": first.prev, "time": utc(first.at), "head": first.head},
        "claims": {
            "freeze": draw.freeze_digest,
            "seed": draw.seed,
            "result": draw.result_digest,
            "result_text": draw.result_text,
            "events": [event.line for event in draw.events.all()],
            "events_digest": last.events_digest
            if last
            else drs1.events_digest(draw.draw_id, draw.result_digest, []),
            "final_teams": last.final_teams if last else first_teams(draw.result_text),
        },
    }
    return {key: value for key, value in members.items() if value is not None}


def _named_in(plan_text: str) -> dict[str, str]:
    """Title and authority as they were frozen: a verifier refuses others, and both may change."""
    frozen = dict(line.split("\t")[:2] for line in plan_text.splitlines()[1:])
    return {"title": frozen["title"], "authority": frozen["authority"]}


def void_of(draw: Draw) -> dict[str, Any] | None:
    """Why and when a draw was voided, and by whose two offices; persons are not named."""
    if not draw.voided_at:
        return None
    by = [f"{draw.agency.name}经办人", f"{draw.agency.name}分管负责人"]
    return {"reason": draw.void_reason, "at": utc(draw.voided_at), "by": by}


def first_teams(result_text: str) -> list[str]:
    """The team lines right after the draw, as `final_teams` has them before any event (2.11)."""
    teams: dict[tuple[str, str], list[str]] = {}
    for line in result_text.splitlines():
        kind, *values = line.split("\t")
        if kind == "assigned":
            target, agency, inspector, _ = values
            teams.setdefault((target, agency), []).append(inspector)
        elif kind == "unfilled":
            target, agency, _ = values
            teams.setdefault((target, agency), [])
    return [f"team\t{t}\t{g}\t{','.join(members) or '-'}" for (t, g), members in teams.items()]
