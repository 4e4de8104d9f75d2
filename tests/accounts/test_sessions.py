"""Sessions and tokens die when they must (threat T19)."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from accounts.accounts import account_by_code, block_account, grant_role, take_role, unblock_account
from accounts.sessions import end_all, end_session, roles_open, session_actor, start_session, switch_role
from accounts.tokens import list_tokens, make_token, revoke_token, token_actor
from core.actors import SYSTEM, Role
from core.errors import InvalidInput, NotAllowed, NotFound
from tests.cast import make_member

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


def test_session_knows_actor_and_person(session: Session) -> None:
    ben = make_member(session, "Ben", Role.WORKER, "W-1")
    token = start_session(session, account_by_code(session, ben.account), Role.WORKER, NOW)
    found = session_actor(session, token, NOW)
    assert found is not None
    assert (found[0].role, found[0].person) == (Role.WORKER, "W-1")
    assert session_actor(session, token + "x", NOW) is None


def test_session_ends_by_time_and_by_hand(session: Session) -> None:
    account = account_by_code(session, make_member(session, "Ada", Role.CUSTOMER).account)
    token = start_session(session, account, Role.CUSTOMER, NOW)
    assert session_actor(session, token, NOW + timedelta(days=29)) is not None
    assert session_actor(session, token, NOW + timedelta(days=30)) is None
    found = session_actor(session, token, NOW)
    assert found is not None
    end_session(found[1], NOW)
    assert session_actor(session, token, NOW) is None


def test_ban_kills_sessions_and_tokens_at_once(session: Session) -> None:
    ada = make_member(session, "Ada", Role.CUSTOMER)
    olu = make_member(session, "Olu", Role.OPS_LEAD)
    account = account_by_code(session, ada.account)
    token = start_session(session, account, Role.CUSTOMER, NOW)
    _, plain = make_token(session, ada.actor, "phone", NOW)
    assert session_actor(session, token, NOW)
    assert token_actor(session, plain, NOW)
    block_account(session, olu.actor, account, "fraud", NOW)
    assert session_actor(session, token, NOW) is None
    assert token_actor(session, plain, NOW) is None
    unblock_account(session, olu.actor, account, "a mistake", NOW)
    assert session_actor(session, token, NOW) is None


def test_only_staff_ban_and_with_a_reason(session: Session) -> None:
    ada = make_member(session, "Ada", Role.CUSTOMER)
    olu = make_member(session, "Olu", Role.OPS_LEAD)
    account = account_by_code(session, ada.account)
    with pytest.raises(NotAllowed):
        block_account(session, ada.actor, account, "x", NOW)
    with pytest.raises(NotAllowed):
        block_account(session, olu.actor, account_by_code(session, olu.account), "x", NOW)
    bare = type(olu.actor)(Role.OPS_LEAD, code=olu.account)
    with pytest.raises(InvalidInput):
        block_account(session, bare, account, " ", NOW)
    assert account.state == "active"


def test_losing_a_role_ends_its_sessions(session: Session) -> None:
    olu = make_member(session, "Olu", Role.OPS_LEAD)
    ben = make_member(session, "Ben", Role.WORKER)
    account = account_by_code(session, ben.account)
    token = start_session(session, account, Role.WORKER, NOW)
    take_role(session, olu.actor, account, Role.WORKER, NOW)
    assert session_actor(session, token, NOW) is None
    with pytest.raises(NotAllowed):
        start_session(session, account, Role.WORKER, NOW)


def test_desk_needs_the_second_factor(session: Session) -> None:
    account = account_by_code(session, make_member(session, "Ada", Role.CUSTOMER).account)
    grant_role(session, account, Role.OPS_AGENT, "", NOW, SYSTEM)
    assert roles_open(account, strong=False) == [Role.CUSTOMER]
    with pytest.raises(NotAllowed):
        start_session(session, account, Role.OPS_AGENT, NOW)
    assert start_session(session, account, Role.OPS_AGENT, NOW, strong=True)


def test_switching_role_ends_the_old_session(session: Session) -> None:
    account = account_by_code(session, make_member(session, "Ben", Role.WORKER).account)
    token = start_session(session, account, Role.CUSTOMER, NOW)
    found = session_actor(session, token, NOW)
    assert found is not None
    fresh = switch_role(session, found[1], Role.WORKER, NOW)
    assert session_actor(session, token, NOW) is None
    now_worker = session_actor(session, fresh, NOW)
    assert now_worker is not None
    assert now_worker[0].role is Role.WORKER
    with pytest.raises(NotAllowed):
        switch_role(session, now_worker[1], Role.FINANCE, NOW)


def test_sign_out_everywhere(session: Session) -> None:
    account = account_by_code(session, make_member(session, "Ada", Role.CUSTOMER).account)
    tokens = [start_session(session, account, Role.CUSTOMER, NOW) for _ in range(3)]
    end_all(account)
    assert [session_actor(session, token, NOW) for token in tokens] == [None] * 3


def test_tokens_are_ones_own(session: Session) -> None:
    ada, mallory = make_member(session, "Ada", Role.CUSTOMER), make_member(session, "Mallory", Role.CUSTOMER)
    token, plain = make_token(session, ada.actor, "phone", NOW)
    assert [one.code for one in list_tokens(session, ada.actor)] == [token.code]
    assert plain not in token.token_hash
    with pytest.raises(NotFound):
        revoke_token(session, mallory.actor, token.code, NOW)
    assert token_actor(session, plain, NOW + timedelta(days=364))
    assert token_actor(session, plain, NOW + timedelta(days=365)) is None
    revoke_token(session, ada.actor, token.code, NOW)
    assert token_actor(session, plain, NOW) is None
    with pytest.raises(InvalidInput):
        make_token(session, ada.actor, " ", NOW)
