#!/usr/bin/env python3
"""How long a draw of a large registry takes, beside a plain random query of the same table.

    DATABASE_URL=postgres://... python bench/draw.py [CANDIDATES ...]

For 10,000, 100,000 and 1,000,000 candidates in four tiers, five in a hundred drawn: the freeze from
the registry table, the opening, the stored result and the certificate, against
`SELECT * ... ORDER BY random() LIMIT n` fetched by the same client, before and after. The peak memory
is that of this process. Works in a database of its own, which is dropped at the end. Exit 1 when
the largest draw takes more than twelve times as long as the query, or 1.5 GB.
"""

import json
import os
import resource
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parent.parent))
os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "PORTAL_DEMO": "1"}
os.environ["PORTAL_TODAY"] = "2021-07-15"

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from agencies.models import Agency, User
from catalog.models import Item, Trade
from demo.house import found
from demo.reference import sync_all
from draws import services as draws
from draws.models import Draw
from draws.reads import certificates
from plans import services as plans
from plans.models import PlanLine
from registries.models import Grade, GradingScheme, Target
from tasks import services
from tasks.models import Task
from tasks.reads.timetable import proposal

SIZES = (10_000, 100_000, 1_000_000)
PPM, ROUNDS = 50_000, 3
BOUND, MEMORY = 12, 1.5 * 2**30
FILL = """
INSERT INTO registries_target (
    code, registration_no, name, kind, agency_id, region_id, address, business_scope,
    person_in_charge, phone, trade_id, status, is_key, is_abnormal, is_blacklisted, complaints,
    refreshed_on
)
SELECT '91341302' || upper(substr(md5(n::text), 1, 10)), '', '演示保安服务有限公司' || n,
    'enterprise', %s, (ARRAY['341302', '341321', '341322', '341323', '341324'])[n %% 5 + 1],
    '演示路' || n || '号', '', '张某某', '', 'baoan', 'active', false, false, false, 0, '2021-07-01'
FROM generate_series(1, %s) AS n
ON CONFLICT DO NOTHING
"""
GRADE = """
INSERT INTO registries_targetgrade (target_id, scheme_id, grade_id, graded_on, source)
SELECT t.id, 'credit', g.id, '2021-07-01', ''
FROM registries_target t
JOIN registries_grade g ON g.scheme_id = 'credit' AND g.position = t.id % 4
ON CONFLICT DO NOTHING
"""
RANDOM = """
SELECT * FROM registries_target
WHERE trade_id = 'baoan' AND region_id LIKE '3413%%' ORDER BY random() LIMIT %s
"""


@contextmanager
def scratch_database() -> Iterator[None]:
    """A database of the server of DATABASE_URL that lives as long as the block."""
    home, name = connection.settings_dict["NAME"], f"bench_draw_{uuid.uuid4().hex[:8]}"

    def go(database: str, command: str) -> None:
        connection.close()
        connection.settings_dict["NAME"] = home
        with connection.cursor() as cursor:
            cursor.execute(command)
        connection.close()
        connection.settings_dict["NAME"] = database

    go(name, f'CREATE DATABASE "{name}"')
    try:
        yield
    finally:
        go(home, f'DROP DATABASE "{name}"')


@contextmanager
def timed(times: dict[str, float], name: str) -> Iterator[None]:
    """Note the seconds of the block."""
    start = perf_counter()
    yield
    times[name] = perf_counter() - start


def published_line(lead: User, leader: User) -> PlanLine:
    """A plan of four tiers, five in a hundred each."""
    plan = plans.create_plan(lead.agency, 2021, "2021年度抽查计划", "", actor=lead)
    line = PlanLine(
        title="保安从业单位联合抽查",
        trade=Trade.objects.get(slug="baoan"),
        scope="全市保安从业单位",
        ratio_ppm=PPM,
        estimated=1,
        month_from=7,
        month_until=10,
        scheme=GradingScheme.objects.get(slug="credit"),
    )
    items = Item.objects.filter(version__status="published")
    joining = [Agency.objects.get(code="341300-shichang")]
    tiers = [(grade, PPM) for grade in Grade.objects.filter(scheme="credit")]
    plans.save_line(plan, line, items, joining, tiers, actor=lead)
    plans.submit(plan, actor=lead)
    plans.approve(plan, actor=leader)
    plans.publish(plan, actor=lead)
    return PlanLine.objects.get()


def lay(size: int) -> tuple[Task, User]:
    """A house, and a task over `size` targets in four tiers."""
    reverse("healthz")  # what a running server has long done: the addresses are read once
    sync_all()
    found(date(2021, 7, 15))
    lead, leader = (User.objects.get(username=name) for name in ("lead", "leader"))
    line = published_line(lead, leader)
    task = services.create_task(proposal(line), line, actor=lead)
    with connection.cursor() as cursor:
        missing = size - Target.objects.filter(trade="baoan").count()
        cursor.execute(FILL, [lead.agency_id, missing])
        cursor.execute(GRADE)
        cursor.execute("VACUUM ANALYZE")
    return task, lead


def plain(amount: int) -> float:
    """Seconds of the query that many systems call a draw, fetched by the same client."""
    start = perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(RANDOM, [amount])
        cursor.fetchall()
    return perf_counter() - start


def draw(task: Task, lead: User, times: dict[str, float]) -> int:
    """Freeze, open, store, certify; returns how many were drawn."""
    with timed(times, "freeze"):
        frozen = services.freeze_targets(task, actor=lead)
    draws.consent(frozen, actor=User.objects.get(username="admin-gongan"))
    with timed(times, "open"):
        opened = Draw.objects.get(pk=frozen.pk)
        services.open_targets(opened, witness="市司法局", phrase="704218", actor=lead)
    with timed(times, "certificate"):
        json.dumps(certificates.build(opened), ensure_ascii=False)
    return task.selections.count()


def measure(size: int) -> tuple[float, dict[str, float], int]:
    """Seconds by step for one size, and how many were drawn."""
    with scratch_database():
        call_command("migrate", verbosity=0)
        task, lead = lay(size)
        times: dict[str, float] = {}
        before = [plain(size // 20) for _ in range(ROUNDS)]
        drawn = draw(task, lead, times)
        after = [plain(size // 20) for _ in range(ROUNDS)]
    return median(before + after), times, drawn


def main(sizes: Sequence[int]) -> int:
    """Print a line per size; 1 when the last one is too slow or too large."""
    for size in sizes:
        query, times, drawn = measure(size)
        ours = sum(times.values())
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        steps = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in times.items())
        print(
            f"{size:,} candidates, {drawn:,} drawn: plain query {query:.2f} s; {steps}; "
            f"{ours / query:.1f} times the query, {ours / size * 1e6:.1f} µs per candidate, "
            f"peak {peak / 2**20:.0f} MiB",
            flush=True,
        )
    is_fast, is_small = ours <= BOUND * query, peak <= MEMORY
    print(f"{'ok' if is_fast else 'TOO SLOW'}: at most {BOUND} times the plain query")
    print(f"{'ok' if is_small else 'TOO LARGE'}: at most {MEMORY / 2**20:.0f} MiB")
    return 0 if is_fast and is_small else 1


if __name__ == "__main__":
    sys.exit(main([int(text) for text in sys.argv[1:]] or SIZES))
