"""Sending: which channels this machine has, and the words of what leaves.

``SMTP_URL`` names a mail server that takes messages for telephones (a gateway):
``smtp://login:password@host:587?to={phone}@sms.example.org&starttls=1``. Without it messages are written to
``messages.log`` in the data folder, which only its owner may read.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from urllib.parse import parse_qs, unquote, urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.codes import digits
from accounts.models import SignInChallenge
from app.settings import Settings, SettingsError, read_settings
from core.db import SessionFactory
from notices.channels import Channel, Console, Recipient, Smtp, SmtpServer, Text, mail_gateway, to_file
from notices.models import Notice
from notices.notices import Outlet, Renderer, send_pending

CODE_KIND = "sign_in_code"
_CODE_TEXT = {
    "zh": ("时针验证码", "【时针】验证码 {digits}，五分钟内有效。不是您本人操作请忽略，工作人员不会向您索要。"),
    "en": (
        "Hourhand code",
        "Hourhand: your code is {digits}, good for 5 minutes. We never ask you for it.",
    ),
}


def outlet(settings: Settings) -> Outlet:
    """Return the channels and words of this machine."""
    return Outlet([channel(settings)], renderer(settings.code_pepper))


def channel(settings: Settings) -> Channel:
    """Return the way out: the mail gateway if there is one, else the file."""
    if not settings.smtp_url:
        return Console(to_file(settings.var / "messages.log"))
    url = urlsplit(settings.smtp_url)
    asked = parse_qs(url.query)
    if url.scheme != "smtp" or not url.hostname or "to" not in asked:
        raise SettingsError("SMTP_URL must look like smtp://host:25?to={phone}@sms.example.org.")
    server = SmtpServer(
        url.hostname, url.port or 25, settings.mail_from, unquote(url.username or ""), unquote(url.password or ""),
        starttls=asked.get("starttls", ["0"])[0] == "1",
    )  # fmt: skip
    return Smtp(server, mail_gateway(asked["to"][0]))


def renderer(pepper: str) -> Renderer:
    """Return what makes the words. The digits of a code are derived here, at the last moment, and stored nowhere."""
    other = _texts()

    def render(session: Session, notice: Notice, to: Recipient) -> Text:
        if notice.kind != CODE_KIND:
            return other(session, notice, to)
        challenge = session.scalars(select(SignInChallenge).where(SignInChallenge.code == notice.about)).one()
        subject, body = _CODE_TEXT["en" if to.locale == "en" else "zh"]
        return Text(subject, body.format(digits=digits(challenge, pepper)))

    return render


def send_messages(factory: SessionFactory, now: datetime) -> int:
    """Send what waits, as this process's environment says."""
    return send_pending(factory, _own_outlet(), now)


@cache
def _own_outlet() -> Outlet:
    return outlet(read_settings())


def _texts() -> Callable[[Session, Notice, Recipient], Text]:
    if find_spec("app.notice_texts") is None:
        return lambda _session, notice, _to: Text("Hourhand", f"{notice.kind} {notice.about}")
    render: Renderer = import_module("app.notice_texts").render
    return render
