"""A code asked for reaches the phone, once, and its digits are stored nowhere."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import sessionmaker

from accounts.codes import CodeAsk, ask_code, digits
from app.reactions import HANDLERS
from app.sending import channel, outlet
from app.settings import SettingsError
from core.clock import wall
from core.db import SessionFactory
from core.events import deliver_pending
from notices.channels import Console, Smtp
from notices.models import Notice
from notices.notices import send_pending
from tests.fixtures_app import PEPPER, settings_for


@pytest.fixture
def factory(fresh_database: str) -> Iterator[SessionFactory]:
    engine = create_engine(fresh_database)
    yield sessionmaker(engine)
    engine.dispose()


def test_a_code_is_sent_once_and_stored_nowhere(factory: SessionFactory, tmp_path: Path) -> None:
    with factory.begin() as session:
        made = ask_code(session, CodeAsk("13800138000", "browser"), wall())
        code = digits(made, PEPPER)
    out = outlet(settings_for("x", tmp_path))
    for _ in range(2):
        deliver_pending(factory, HANDLERS, wall())
        send_pending(factory, out, wall())
    sent = (tmp_path / "messages.log").read_text()
    assert len(re.findall(code, sent)) == 1
    assert "13800138000" not in sent
    with factory() as session:
        assert [row.state for row in session.scalars(select(Notice))] == ["sent"]
        for table in ("event", "event_delivery", "notice", "sign_in_challenge"):
            rows = session.execute(text(f"select row_to_json({table})::text from {table}")).scalars()
            assert all(code not in row for row in rows)


def test_a_code_that_is_over_is_not_sent(factory: SessionFactory, tmp_path: Path) -> None:
    with factory.begin() as session:
        made = ask_code(session, CodeAsk("13800138000", "browser"), wall())
        made.expires_at = wall()
    deliver_pending(factory, HANDLERS, wall())
    with factory() as session:
        assert session.scalars(select(Notice)).all() == []


def test_channels_follow_the_settings(tmp_path: Path) -> None:
    mail = "smtp://me:p%40ss@mail.example:587?to={phone}@sms.example&starttls=1"
    assert isinstance(channel(settings_for("x", tmp_path, smtp_url=mail)), Smtp)
    assert isinstance(channel(settings_for("x", tmp_path)), Console)
    with pytest.raises(SettingsError):
        channel(settings_for("x", tmp_path, smtp_url="mail.example"))
