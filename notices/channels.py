"""Ways a message leaves the house. A channel sends or raises; whether to try again is the outbox's business."""

from __future__ import annotations

import logging
import re
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Final, Protocol

LOG = logging.getLogger("hourhand.notices")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


@dataclass(frozen=True)
class Recipient:
    """Who a message is for. ``phone`` is E.164 or empty."""

    code: str
    phone: str = ""
    locale: str = "zh"


@dataclass(frozen=True)
class Text:
    """What a message says."""

    subject: str
    body: str


@dataclass(frozen=True)
class Message:
    """One message on its way. ``key`` is the same at every try, so that a receiver can drop a second copy."""

    key: str
    kind: str
    to: Recipient
    text: Text


class Channel(Protocol):
    """A way out."""

    @property
    def name(self) -> str:
        """A short name, kept on the notice."""

    def reaches(self, to: Recipient) -> bool:
        """Return whether this channel can reach somebody."""

    def send(self, message: Message) -> None:
        """Send, or raise."""


class Null:
    """Sends nothing: messages are read in the house only."""

    name = "null"

    def reaches(self, to: Recipient) -> bool:  # noqa: ARG002  (the protocol's argument)
        """Everybody, silently."""
        return True

    def send(self, message: Message) -> None:
        """Nothing leaves."""


class Console:
    """Writes one line per message: the embedded default, where the screen stands in for the telephone."""

    name = "console"

    def __init__(self, write: Callable[[str], None] = LOG.info) -> None:
        self._write = write

    def reaches(self, to: Recipient) -> bool:  # noqa: ARG002  (the protocol's argument)
        """Everybody."""
        return True

    def send(self, message: Message) -> None:
        """Write the text on one line; of the telephone number only its end."""
        whom = masked(message.to.phone) if message.to.phone else message.to.code
        self._write(f"{message.key} {message.kind} → {whom}: {one_line(message.text.body)}")


def to_file(path: Path) -> Callable[[str], None]:
    """Return a writer for :class:`Console` that appends lines to a file only its owner may read."""
    path.touch(mode=0o600)

    def write(line: str) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")

    return write


@dataclass(frozen=True)
class SmtpServer:
    """Where mail is handed in. ``sender`` is an address; ``login`` empty means: no login."""

    host: str
    port: int
    sender: str
    login: str = ""
    password: str = ""
    starttls: bool = False
    seconds: float = 10.0


class Smtp:
    """Hands messages to a mail server; ``address_of`` says where somebody's mail goes (see :func:`mail_gateway`)."""

    name = "smtp"

    def __init__(self, server: SmtpServer, address_of: Callable[[Recipient], str]) -> None:
        self._server = server
        self._address_of = address_of

    def reaches(self, to: Recipient) -> bool:
        """Whoever has an address that is one."""
        return _ADDRESS.fullmatch(self._address_of(to)) is not None

    def send(self, message: Message) -> None:
        """Hand the message in, or raise ``OSError`` / ``smtplib.SMTPException``."""
        mail = self.mail(message)
        with smtplib.SMTP(self._server.host, self._server.port, timeout=self._server.seconds) as smtp:
            if self._server.starttls:
                smtp.starttls(context=ssl.create_default_context())
            if self._server.login:
                smtp.login(self._server.login, self._server.password)
            smtp.send_message(mail)

    def mail(self, message: Message) -> EmailMessage:
        """Return the mail. No header can be injected: what comes from people is one line, addresses are checked."""
        address = self._address_of(message.to)
        if _ADDRESS.fullmatch(address) is None:
            raise ValueError("This is not an address.")
        mail = EmailMessage()
        mail["From"] = self._server.sender
        mail["To"] = address
        mail["Subject"] = one_line(message.text.subject)[:200]
        mail["Message-ID"] = f"<{one_line(message.key)}@{self._server.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(_CONTROL_BUT_LINES.sub(" ", message.text.body))
        return mail


_CONTROL_BUT_LINES: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]+")


def mail_gateway(template: str) -> Callable[[Recipient], str]:
    """Return where a gateway takes messages for telephones, such as ``{phone}@sms.example.org``."""

    def address_of(to: Recipient) -> str:
        return template.replace("{phone}", to.phone.lstrip("+")) if to.phone else ""

    return address_of


def one_line(text: str) -> str:
    """Return the text on one line, without control characters."""
    return " ".join(_CONTROL.sub(" ", text).split())


def masked(phone: str) -> str:
    """Return a telephone number of which only the last four digits can be read."""
    return f"{'*' * max(0, len(phone) - 4)}{phone[-4:]}"
