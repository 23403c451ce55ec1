"""A real mail server on loopback."""

import email
import socket
import threading
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from django.db import connection

from config.settings import mail_server


class Handler:
    """Keeps what arrives; `answers` says what an address gets instead of 250."""

    def __init__(self):
        self.mails = []
        self.answers = {}
        self.sessions = set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        self.sessions.add(id(session))
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=default)
        self.mails.append((envelope.rcpt_tos, mail))
        return self.answers.get("data", "250 OK")


class Office:
    """A mail server that can be closed and opened again at the same address."""

    def __init__(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.handler = Handler()
        self.controller = None
        self.open()

    def open(self):
        self.controller = Controller(self.handler, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def close(self):
        if self.controller:
            self.controller.stop()
            self.controller = None

    @property
    def seen(self):
        """(recipient, Message-ID) of every mail taken, in order."""
        return [(to[0], mail["Message-ID"]) for to, mail in self.handler.mails]

    @property
    def last(self):
        return self.handler.mails[-1][1]


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
