"""A real mail server on loopback."""

import asyncio
import email
import socket
from email.policy import default

from aiosmtpd.controller import Controller


class Handler:
    """Keeps what arrives.

    answers: what an address (or `data`) gets instead of 250. silent_after: how many mails to take
    before none is acknowledged any more.
    """

    def __init__(self):
        self.mails = []
        self.answers = {}
        self.silent_after = None
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
        while self.silent_after is not None and len(self.mails) >= self.silent_after:
            await asyncio.sleep(0.05)
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
