"""A real mail server for the portal, and work in several threads."""

import threading

import pytest
from django.db import connection

from config.settings import mail_server
from tests.office import Office


@pytest.fixture
def office(settings):
    """The portal's mail goes to this server."""
    one = Office()
    for name, value in mail_server(f"smtp://127.0.0.1:{one.port}").items():
        setattr(settings, name, value)
    settings.PORTAL_MAIL_DOMAIN = "portal.example"
    settings.PORTAL_URL = "https://portal.example"
    settings.DEFAULT_FROM_EMAIL = "portal@portal.example"
    yield one
    one.close()


@pytest.fixture
def at_once():
    """`at_once(work, 4)` runs `work` in threads that start together; what each returned."""

    def gather(work, threads):
        barrier, results = threading.Barrier(threads), []

        def run():
            try:
                barrier.wait(10)
                results.append(work())
            finally:
                connection.close()

        crew = [threading.Thread(target=run) for _ in range(threads)]
        for thread in crew:
            thread.start()
        for thread in crew:
            thread.join(30)
        assert len(results) == threads
        return results

    return gather
