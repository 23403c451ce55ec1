#!/usr/bin/env python3
"""What the sweep over the draws costs when nothing is due, beside a count that an index answers.

    DATABASE_URL=postgres://... python bench/sweep.py [DRAWS]

Among 10,000 opened draws with files of some kilobytes, in turns: the whole job `sweep_draws`, which
asks whether any draw is frozen; the same question; a count of one draw by its number, which an
index answers; and the question with a partial index on what is frozen. Works in a database of its
own, which is dropped at the end. Exit 1 when the job takes more than one in a hundred of the five
seconds between two sweeps.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parent.parent))
os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings_test"}

import django

django.setup()

from django.contrib.auth.models import Group
from django.db import connection

from agencies.models import Agency, Region, System
from config.celery import app
from draws import services as draws
from draws.models import Draw
from tasks.jobs import sweep_draws

DRAWS, ROUNDS, ASKED = 10_000, 7, 100
SHARE = 0.01
FILL = """
INSERT INTO tasks_draw (
    draw_id, occasion, reference, title, link, agency_id, purpose, year, serial, period, batch, status,
    plan_text, candidates_text, inspectors_text, recusals_text, disclosure, master, roster, labels,
    freeze_text, freeze_digest, anchor, prev, secret, frozen_at, missing, beacon_kind, beacon_ref,
    beacon_value, closed_text, closed_digest, closed_at, opened_secret, seed, result_text,
    result_digest, assurance, opened_at, void_reason
)
SELECT 'B-' || n, 'bench:' || n, 'B-' || n, '联合抽查', '/desk/', %s, 'targets', 2021, n, '2021', 1, 'opened',
    files.plan, files.list, '', '', 'full', '', '{}', '{}',
    files.plan, md5(n::text), md5(n::text), md5(n::text), files.secret, now(), 'void', 'none', '-',
    '', files.plan, md5(n::text), now(), md5(n::text), md5(n::text), files.list,
    md5(n::text), 'C', now(), ''
FROM generate_series(1, %s) AS n, LATERAL (
    SELECT repeat(md5(n::text), 10) AS plan, repeat(md5(n::text), 4) AS secret,
        (SELECT string_agg(md5((n * 100 + k)::text), E'\\n') FROM generate_series(1, 100) AS k) AS list
) AS files
"""
FROZEN = "CREATE INDEX bench_frozen ON tasks_draw (id) WHERE status = 'frozen'"


@contextmanager
def own_database(size: int) -> Iterator[None]:
    """A fresh database with so many opened draws of one agency."""
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        region = Region.objects.create(code="341300", name="宿州市")
        system = System.objects.create(slug="gongan", name="公安")
        group = Group.objects.create(name="agency:bench")
        agency = Agency.objects.create(
            code="bench",
            name="公安局",
            short_name="公安局",
            region=region,
            system=system,
            group=group,
        )
        with connection.cursor() as cursor:
            cursor.execute(FILL, [agency.pk, size])
            cursor.execute("VACUUM ANALYZE tasks_draw")
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def milliseconds(ask: Callable[[], object]) -> float:
    """The mean of many calls in a row."""
    start = perf_counter()
    for _ in range(ASKED):
        ask()
    return (perf_counter() - start) / ASKED * 1000


def one_by_number() -> int:
    """A count that touches one row by its unique index."""
    found: int = Draw.objects.filter(draw_id="B-1").count()
    return found


def in_turns(questions: dict[str, Callable[[], object]]) -> dict[str, float]:
    """The median of some rounds, each question once a round."""
    found: dict[str, list[float]] = {name: [] for name in questions}
    for _ in range(ROUNDS):
        for name, ask in questions.items():
            found[name].append(milliseconds(ask))
    return {name: median(times) for name, times in found.items()}


def main() -> int:
    """Measure, print, and say whether the sweep stays cheap."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else DRAWS
    every = app.conf.beat_schedule["sweep-draws"]["schedule"]
    with own_database(size):
        asked = in_turns({"sweep": sweep_draws, "any": draws.any_frozen, "one": one_by_number})
        with connection.cursor() as cursor:
            cursor.execute(FROZEN)
        indexed = in_turns({"any": draws.any_frozen, "one": one_by_number})
    print(f"{size} opened draws, nothing due, milliseconds")
    print(f"  whole sweep                   {asked['sweep']:8.3f}")
    print(f"  is any draw frozen?           {asked['any']:8.3f}")
    print(
        f"  count of one by its number    {asked['one']:8.3f}   ratio {asked['any'] / asked['one']:.1f}"
    )
    print(
        f"  the question, partial index   {indexed['any']:8.3f}   ratio {indexed['any'] / indexed['one']:.1f}"
    )
    share = asked["sweep"] / 1000 / every
    print(f"  share of the {every:g} s between two sweeps: {share:.3%}")
    return int(share > SHARE)


if __name__ == "__main__":
    sys.exit(main())
