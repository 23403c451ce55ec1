#!/usr/bin/env python3
"""Requests per second with templates parsed once, beside templates parsed anew at every request.

    DATABASE_URL=postgres://... python bench/pages.py [SECONDS]

The same pages through the same process, in turns: with the settings as they are, and with a loader
named in them, which switches Django's cached loader off. Works in a database of its own, which is
dropped at the end. Exit 1 when a page is not faster with its templates kept.
"""

import copy
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parent.parent))
os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings_test"}

import django

django.setup()

from django.conf import settings
from django.db import connection
from django.test import Client, override_settings

from agencies.models import User
from agencies.services import sync_reference

PAGES = ("/", "/login/", "/desk/")
ROUNDS = 5


def parsed_anew() -> list[dict]:
    """The settings of the templates with a loader named."""
    engines = copy.deepcopy(settings.TEMPLATES)
    engines[0]["OPTIONS"]["loaders"] = ["django.template.loaders.filesystem.Loader"]
    return engines


@contextmanager
def own_database() -> Iterator[None]:
    """A fresh database with the shipped reference data."""
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        sync_reference()
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def visitor() -> Client:
    """A browser of somebody who is logged in."""
    user = User.objects.create(username="bench", name="张三")
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    return client


def rate(client: Client, page: str, seconds: float) -> float:
    """Requests per second of one page."""
    for _ in range(2):
        answer = client.get(page)
        if answer.status_code != 200:
            raise SystemExit(f"{page}: {answer.status_code}")
    done, start = 0, perf_counter()
    while perf_counter() - start < seconds:
        client.get(page)
        done += 1
    return done / (perf_counter() - start)


def main() -> int:
    """Print the table; 1 when keeping the templates does not pay."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    slower = 0
    with own_database():
        client = visitor()
        print(f"{'page':<10}{'anew/s':>10}{'kept/s':>10}{'ratio':>8}   median of {ROUNDS} rounds")
        for page in PAGES:
            anew, kept = [], []
            for _ in range(ROUNDS):
                with override_settings(TEMPLATES=parsed_anew()):
                    anew.append(rate(client, page, seconds))
                kept.append(rate(client, page, seconds))
            ratio = median(k / a for k, a in zip(kept, anew, strict=True))
            slower += ratio <= 1
            print(f"{page:<10}{median(anew):>10.0f}{median(kept):>10.0f}{ratio:>8.2f}")
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main())
