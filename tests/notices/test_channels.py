"""Console and mail: what leaves, and what cannot be smuggled in."""

import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from notices.channels import (
    Console,
    Message,
    Recipient,
    Smtp,
    SmtpServer,
    Text,
    mail_gateway,
    masked,
    one_line,
    to_file,
)

ADA = Recipient("A-ada", "+8613800001234", "zh")


class Mailbox:
    """Keeps the mails a real SMTP server took in."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.rcpts: list[str] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  (the library's name)
        self.rcpts += envelope.rcpt_tos
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


def smtp(port: int, template: str = "{phone}@sms.example.org") -> Smtp:
    return Smtp(SmtpServer("127.0.0.1", port, "hello@hourhand.example"), mail_gateway(template))


def note(subject: str = "时针", body: str = "你好", to: Recipient = ADA, key: str = "T-1") -> Message:
    return Message(key, "visit_done", to, Text(subject, body))


def test_a_mail_arrives_as_it_was_written(mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    smtp(port).send(note("您的师傅出发了", "第一行\n第二行"))
    [mail] = box.mails
    assert box.rcpts == ["8613800001234@sms.example.org"]
    assert mail["Subject"] == "您的师傅出发了"
    assert mail.get_content().splitlines() == ["第一行", "第二行"]
    assert mail["Message-ID"] == "<T-1@hourhand.example>"
    assert mail["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(
    "evil", ["\r\nBcc: eve@example.org", "\nX-A: 1", "\r", "\x00", "\u2028Bcc: x@y", "\x85Bcc: x@y", "\x0b\x0c"]
)
def test_no_header_can_be_injected(mailbox: tuple[Mailbox, int], evil: str) -> None:
    box, port = mailbox
    smtp(port).send(note(f"Hello{evil}", f"body{evil}", key=f"T-1{evil}"))
    [mail] = box.mails
    assert len(box.rcpts) == 1
    assert set(mail.keys()) <= {
        "From", "To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version",
        "Content-Type", "Content-Transfer-Encoding", "X-Peer", "X-MailFrom", "X-RcptTo",
    }  # fmt: skip
    assert mail["Bcc"] is None


@pytest.mark.parametrize("phone", ["1\r\nBcc: eve@example.org", "a b", "x,y@z", "", "1@2@3", "<1>"])
def test_an_address_that_is_none_is_not_used(mailbox: tuple[Mailbox, int], phone: str) -> None:
    box, port = mailbox
    channel = smtp(port)
    assert not channel.reaches(Recipient("A-x", phone))
    with pytest.raises(ValueError, match="address"):
        channel.send(note(to=Recipient("A-x", phone)))
    assert box.mails == []


def test_a_dead_server_raises(mailbox: tuple[Mailbox, int]) -> None:
    with pytest.raises(OSError):
        smtp(1).send(note())


def test_the_console_writes_one_line_and_hides_the_number() -> None:
    lines: list[str] = []
    Console(lines.append).send(note(body="您的验证码\n是 123456\x1b[31m"))
    assert lines == ["T-1 visit_done → **********1234: 您的验证码 是 123456 [31m"]


def test_the_console_may_write_to_a_private_file(tmp_path: Path) -> None:
    path = tmp_path / "notices.log"
    console = Console(to_file(path))
    console.send(note(to=Recipient("A-ada")))
    console.send(note(to=Recipient("A-ben")))
    assert path.read_text(encoding="utf-8") == "T-1 visit_done → A-ada: 你好\nT-1 visit_done → A-ben: 你好\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_masks() -> None:
    assert masked("+8613800001234") == "**********1234"
    assert masked("12") == "12"
    assert one_line(" a\tb\r\n\u2029 c ") == "a b c"
