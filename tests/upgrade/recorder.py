"""What a portal over a database answers, as JSON: run in a process of its own on each side of an upgrade.

    python -m tests.upgrade.recorder

Knows addresses, tables and words only, no model of draws or tasks, so that it ran before the draws
had an app of their own just as it runs now.
"""

import hashlib
import html
import json
import os
import re
import sys

import django

FILES = ("plan", "candidates", "inspectors", "recusals", "freeze", "closed", "result")
ROLES = ("lead", "admin-shichang", "deputy-gongan", "office", "officer-gongan", "auditor")


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings_test")
    django.setup()
    json.dump(recorded(), sys.stdout, ensure_ascii=False, indent=1, sort_keys=True)


def recorded():
    """Every part of the record."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415

    people = get_user_model().objects.filter(username__in=ROLES).order_by("username")
    return {
        "public": {address: answer(None, address) for address in public_addresses()},
        "histories": {draw: log_of(None, f"/draws/{draw}/") for draw in draws(public=True)},
        "task logs": {
            number: log_of(people.get(username="lead"), f"/desk/tasks/{number}/log/")
            for number in column("SELECT number FROM tasks_task ORDER BY number")
        },
        "rows": {table: column(f"SELECT count(*) FROM {table}")[0] for table in TABLES},  # noqa: S608
        "texts": dict(rows(TEXTS)),
        "of tasks": dict(rows(OF_TASKS)),
        "permissions": {
            one.username: sorted(name.partition(".")[2] for name in one.get_all_permissions())
            for one in people
        },
        "visible": {
            one.username: [
                number
                for number in column("SELECT number FROM tasks_task ORDER BY number")
                if answer(one, f"/desk/tasks/{number}/")["status"] == 200
            ]
            for one in people
        },
    }


TABLES = (
    "tasks_draw", "tasks_contributor", "tasks_beaconentry", "tasks_drawrecord", "tasks_drawevent",
    "tasks_opening", "tasks_task", "tasks_selection", "tasks_assignment", "tasks_replacement",
    "tasks_substitution", "core_auditevent", "core_auditseal", "guardian_groupobjectpermission",
    "publication_publication",
)  # fmt: skip
TEXTS = """SELECT draw_id, md5(concat_ws('|', plan_text, candidates_text, inspectors_text,
    recusals_text, freeze_text, closed_text, result_text, freeze_digest, closed_digest,
    result_digest, seed, assurance, status, purpose, secret)) FROM tasks_draw ORDER BY draw_id"""
OF_TASKS = (
    os.environ.get("OF_TASKS")
    or """SELECT draw.draw_id, task.number FROM tasks_draw draw
    JOIN tasks_taskdraw kept ON kept.draw_id = draw.id JOIN tasks_task task ON task.id = kept.task_id"""
)


def rows(sql):
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def column(sql):
    return [row[0] for row in rows(sql)]


def draws(*, public):
    where = "WHERE purpose = 'targets'" if public else ""
    return column(f"SELECT draw_id FROM tasks_draw {where} ORDER BY draw_id")  # noqa: S608


def public_addresses():
    yield from ("/", "/draws/", "/tasks/", "/results/", "/plans/", "/items/")
    for draw in draws(public=False):
        yield f"/draws/{draw}/"
        yield f"/draws/{draw}/certificate.json"
        yield from (f"/draws/{draw}/files/{name}.txt" for name in FILES)
    yield from (f"/tasks/{n}/" for n in column("SELECT number FROM tasks_task ORDER BY number"))


def answer(user, address):
    """Status, and the digest of what is a file."""
    response = client(user).get(address)
    body = b"".join(response) if response.streaming else response.content
    found = {"status": response.status_code}
    if response.status_code == 200 and not response["Content-Type"].startswith("text/html"):
        found["sha256"] = hashlib.sha256(body).hexdigest()
    return found


LATER = (
    "各方随机数",
    "各档应抽和实抽",
)  # captions for those who listen, given after the record was made


def log_of(user, address):
    """The words of the lists of what happened on a page."""
    text = client(user).get(address).content.decode()
    for caption in LATER:
        text = text.replace(f'<caption class="vh">{caption}</caption>', "")
    lists = re.findall(r'<ol class="log[^"]*">.*?</ol>|<table.*?</table>', text, re.DOTALL)
    lines = [
        re.sub(r"<[^>]+>", " ", line) for part in lists for line in re.split("</li>|</tr>", part)
    ]
    return [" ".join(html.unescape(line).split()) for line in lines if line.strip()]


def client(user):
    from django.test import Client  # noqa: PLC0415

    one = Client(SERVER_NAME="localhost")
    if user is not None:
        one.force_login(user)
    return one


if __name__ == "__main__":
    main()
