"""Prices: lines add up, the worker's share is whole, subsidies only from a pool that can pay."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from catalogue.facts import HOME_FACTS
from catalogue.models import Service
from catalogue.seed import seed_catalogue
from catalogue.services import get_service
from core.errors import Conflict, InvalidInput, NotFound
from core.policies import PolicyRow
from money import accounts as acc
from money.funds import owner_funds
from money.pricing import at_full_price, price, with_first_order
from money.quotes import get_quote, make_quote, priced_of, use_quote

NOW = datetime(2026, 11, 26, 6, 0, tzinfo=UTC)


@pytest.fixture
def service(session: Session) -> Service:
    seed_catalogue(session)
    return get_service(session, "standard")


def test_two_hours_with_a_cat(session: Session, service: Service) -> None:
    priced = price(session, service, 120, ["pets", "own_tools"], "liuan", NOW)
    assert [(line.kind, line.fen) for line in priced.lines] == [("base", 9000), ("extra", 500)]
    assert (priced.total_fen, priced.worker_fen, priced.subsidy_fen) == (9500, 9500, 0)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rate=st.integers(1, 50_000),
    minutes=st.integers(1, 960),
    fen=st.lists(st.integers(0, 5000), min_size=4, max_size=4),
    facts=st.sets(st.sampled_from(HOME_FACTS)),
    first=st.booleans(),
)
def test_lines_always_add_up(
    session: Session, rate: int, minutes: int, fen: list[int], facts: set[str], first: bool
) -> None:
    owner_funds(session, acc.SUBSIDY_POOL, 100_000, "pool", NOW, "liuan")
    extras = [{"fact": fact, "fen": sum_, "zh": "", "en": ""} for fact, sum_ in zip(HOME_FACTS, fen, strict=True)]
    made = Service(slug="x", fen_per_hour=rate, min_minutes=1, max_minutes=960, step_minutes=1, extras=extras)
    priced = price(session, made, minutes, facts, "liuan", NOW)
    if first:
        priced = with_first_order(session, priced, "liuan", NOW)
    assert sum(line.fen for line in priced.lines) == priced.total_fen > -1
    assert sum(line.fen for line in priced.lines if line.kind != "subsidy") == priced.worker_fen
    assert abs(priced.lines[0].fen * 60 - rate * minutes) <= 30
    assert at_full_price(priced).total_fen == priced.worker_fen


@pytest.mark.parametrize(
    ("minutes", "facts", "wrong"),
    [
        (90, [], {"minutes": ["too_short"]}),
        (510, [], {"minutes": ["too_long"]}),
        (125, [], {"minutes": ["not_in_steps"]}),
        (120, ["dragon"], {"facts": ["unknown_fact"]}),
    ],
)
def test_odd_requests_are_field_errors(
    session: Session, service: Service, minutes: int, facts: list[str], wrong: dict[str, list[str]]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        price(session, service, minutes, facts, "liuan", NOW)
    assert caught.value.fields == wrong


def test_a_first_order_is_helped_by_a_pool_that_can_pay(session: Session, service: Service) -> None:
    owner_funds(session, acc.SUBSIDY_POOL, 1000, "pool", NOW, "liuan")
    priced = with_first_order(session, price(session, service, 120, ["pets"], "liuan", NOW), "liuan", NOW)
    assert (priced.total_fen, priced.worker_fen, priced.subsidy_fen) == (8500, 9500, 1000)
    assert priced.lines[-1].params == {"why": "first_order", "zone": "liuan"}
    assert with_first_order(session, priced, "liuan", NOW) == priced


def test_an_empty_pool_helps_nobody(session: Session, service: Service) -> None:
    owner_funds(session, acc.SUBSIDY_POOL, 999, "pool", NOW, "liuan")
    owner_funds(session, acc.SUBSIDY_POOL, 5000, "other", NOW, "yunhe")
    full = price(session, service, 120, [], "liuan", NOW)
    assert with_first_order(session, full, "liuan", NOW) == full


def test_the_policy_version_is_kept(session: Session, service: Service) -> None:
    owner_funds(session, acc.SUBSIDY_POOL, 5000, "pool", NOW, "liuan")
    row = PolicyRow(
        name="prices",
        zone="liuan",
        effective_from=NOW,
        value={"first_order_fen": 2000},
        proposed_by="A-1",
        approved_by="A-2",
    )
    session.add(row)
    session.flush()
    priced = with_first_order(session, price(session, service, 120, [], "liuan", NOW), "liuan", NOW)
    assert (priced.policy_version, priced.subsidy_fen) == (row.id, 2000)
    assert price(session, service, 120, [], "yunhe", NOW).policy_version == 0


def test_a_quote_belongs_to_the_session_that_asked(session: Session, service: Service) -> None:
    priced = price(session, service, 120, ["pets"], "liuan", NOW)
    quote = make_quote(session, {"service": "standard", "zone": "liuan"}, priced, "hash-a", NOW)
    assert priced_of(get_quote(session, quote.code, "hash-a", NOW)) == priced
    with pytest.raises(NotFound):
        get_quote(session, quote.code, "hash-b", NOW)
    with pytest.raises(NotFound):
        get_quote(session, "Q-none", "hash-a", NOW)


def test_a_quote_lasts_half_an_hour(session: Session, service: Service) -> None:
    quote = make_quote(session, {}, price(session, service, 120, [], "liuan", NOW), "h", NOW)
    get_quote(session, quote.code, "h", NOW + timedelta(minutes=29, seconds=59))
    with pytest.raises(Conflict) as caught:
        get_quote(session, quote.code, "h", NOW + timedelta(minutes=30))
    assert caught.value.code == "quote_expired"


def test_a_quote_becomes_one_job(session: Session, service: Service) -> None:
    quote = make_quote(session, {}, price(session, service, 120, [], "liuan", NOW), "h", NOW)
    use_quote(session, quote, "J-1")
    with pytest.raises(Conflict) as caught:
        use_quote(session, quote, "J-2")
    assert (caught.value.code, caught.value.params) == ("quote_used", {"job": "J-1"})
    assert get_quote(session, quote.code, "h", NOW + timedelta(days=1)).job_code == "J-1"
