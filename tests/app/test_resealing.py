"""Photos lie sealed; old ones are sealed by the clock; a key can be changed."""

from datetime import timedelta

import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.orm import sessionmaker

from app.photo_answers import photo_answer
from app.resealing import SEALING_TICK, reseal, reseal_all
from core import sealing
from core.sealing import MAGIC, SealingError, key_name, use_keys
from recruiting.models import ScreeningPhoto
from tests import factories as make

NEW = b"n" * 32
RAW = text("select content from screening_photo order by id")


@pytest.fixture(autouse=True)
def ring():
    before = list(sealing._RING.values())
    yield before
    use_keys(*before)


def photo(session, content=b"\xff\xd8\xff canary") -> ScreeningPhoto:
    code = f"PH-{session.scalar(select(func.count()).select_from(ScreeningPhoto))}"
    row = ScreeningPhoto(code=code, worker="W-1", by="R-1", mime="image/jpeg", content=content, at=make.MONDAY_NOON)
    session.add(row)
    session.flush()
    return row


def raw(session) -> list[bytes]:
    return [bytes(one) for one in session.execute(RAW).scalars()]


def test_the_database_holds_no_picture(session):
    row = photo(session)
    assert b"canary" not in raw(session)[0]
    session.expire_all()
    assert row.content == b"\xff\xd8\xff canary"


def test_an_open_photo_and_one_under_an_old_key_are_sealed_anew(session, ring):
    photo(session)
    row = photo(session)
    session.execute(text("update screening_photo set content = 'plain' where id = :id"), {"id": row.id})
    use_keys(*ring, NEW)
    session.expire_all()
    assert (reseal(session), reseal(session)) == (2, 0)
    assert {one[:12] for one in raw(session)} == {MAGIC + key_name(NEW)}
    session.expire_all()
    use_keys(NEW)
    assert [one.content for one in session.scalars(select(ScreeningPhoto).order_by(ScreeningPhoto.id))] == [
        b"\xff\xd8\xff canary",
        b"plain",
    ]


def test_the_clock_and_the_command_do_it(fresh_database, ring):
    engine = create_engine(fresh_database)
    factory = sessionmaker(engine)
    with factory.begin() as session:
        photo(session)
    use_keys(*ring, NEW)
    SEALING_TICK.run(factory, "1", make.MONDAY_NOON)
    assert reseal_all(factory) == 0
    use_keys(*ring)  # the newer key was lost: this is said aloud at every turn, and nothing is overwritten
    with pytest.raises(SealingError):
        SEALING_TICK.run(factory, "2", make.MONDAY_NOON + timedelta(hours=1))
    engine.dispose()


def test_photos_are_kept_never_run(house):
    with house.test_request_context("/"):
        answer = photo_answer(b"\xff\xd8\xff", "image/jpeg", "X-1")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "private, no-store"
