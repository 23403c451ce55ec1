"""Mail: what a message looks like, and the difference between a bad letter and a closed office."""

import re
import smtplib
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from core.models import Portal

SUBJECT_LENGTH = 78
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=12)
LAST_ATTEMPT = 8  # two hours after the first; what is refused then waits for a person
CLOSED_ATTEMPTS = 5  # a closed office says nothing about the letter: its pauses stay short
ADDRESS = re.compile(r"([^\s@'\"<>{}()]{1,2})[^\s@'\"<>{}()]*@")
FOOT = "此邮件由系统自动发出，请勿回复。可在平台“消息”中查看全部通知。"
# The server as a whole takes no mail now; every other answer to a letter is about that letter.
CLOSED = (
    smtplib.SMTPServerDisconnected,
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPSenderRefused,
)
SERVICE_CLOSING = 421


class MailRefused(Exception):
    """The server does not take this letter: a bad address, a bad text."""


class MailServerClosed(Exception):
    """The server takes no letter at all at present."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One letter. `key` names the row it was made from; the Message-ID is taken from it."""

    key: str
    to: str
    subject: str
    text: str

    @property
    def message_id(self) -> str:
        """`<notice-123@portal.example>`: the same however often the letter is sent."""
        return f"<{self.key}@{settings.PORTAL_MAIL_DOMAIN}>"


def pause(attempts: int) -> timedelta:
    """How long to wait after so many failures: a minute, two, four, at most half a day."""
    doubled: int = 2 ** min(attempts - 1, 16)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


def masked(text: str) -> str:
    """Every address in `text` without most of its name: `zh***@example.org`."""
    return ADDRESS.sub(r"\1***@", text)


def absolute(link: str) -> str:
    """The address of a page as a mail needs it."""
    return f"{settings.PORTAL_URL.rstrip('/')}{link}"


class Outbox:
    """One connection to the mail server for as many letters as there are; use with `with`."""

    def __init__(self) -> None:
        self._connection = get_connection()

    def __enter__(self) -> "Outbox":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(OSError):  # the goodbye: what was taken has been taken
            self._connection.close()

    def send(self, mail: Mail) -> None:
        """Hand one letter over; when this returns, the server has taken it.

        Raises MailRefused for what is wrong with this letter, MailServerClosed when no letter goes out.
        """
        try:
            self._connection.open()
        except OSError as error:  # SMTPException is one
            raise MailServerClosed(_words(error)) from error
        try:
            self._message(mail).send()
        except (OSError, ValueError) as error:
            raise (MailServerClosed if _is_closed(error) else MailRefused)(_words(error)) from error

    def _message(self, mail: Mail) -> EmailMessage:
        return EmailMessage(
            subject=" ".join(mail.subject.split())[:SUBJECT_LENGTH],
            body=f"{mail.text}\n\n{FOOT}\n{Portal.objects.title()}\n",
            to=[mail.to],
            headers={"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"},
            connection=self._connection,
        )


def _is_closed(error: Exception) -> bool:
    """Whether the failure says something about the server and not about the letter."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return SERVICE_CLOSING in {code for code, _ in error.recipients.values()}
    if isinstance(error, smtplib.SMTPException):
        return isinstance(error, CLOSED) or getattr(error, "smtp_code", 0) == SERVICE_CLOSING
    return isinstance(error, OSError)


def _words(error: Exception) -> str:
    """`SMTPDataError: 554 rejected`: the kind of the failure and what the server said."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers: list[tuple[int, bytes | str]] = list(error.recipients.values())
    elif isinstance(error, smtplib.SMTPResponseException):
        answers = [(error.smtp_code, error.smtp_error)]
    else:
        return f"{type(error).__name__}: {error}"
    said = [f"{code} {_text(words)}" for code, words in answers]
    return f"{type(error).__name__}: {'; '.join(said)}"


def _text(words: bytes | str) -> str:
    return words.decode(errors="replace") if isinstance(words, bytes) else words
