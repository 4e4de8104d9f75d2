"""Content at rest: only whoever has the key reads it, and nobody changes or moves it unnoticed."""

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core import sealing
from core.sealing import MAGIC, SealingError, derived_key, key_name, newest_head, seal, unseal, use_keys

OLD, NEW = b"o" * 32, b"n" * 32


@pytest.fixture(autouse=True)
def ring():
    before = list(sealing._RING.values())
    use_keys(OLD)
    yield
    use_keys(*before)


def test_what_is_sealed_is_not_what_it_was_and_opens_again():
    sealed = seal(b"canary photo", "a.content")
    assert b"canary" not in sealed
    assert sealed.startswith(MAGIC + key_name(OLD))
    assert unseal(sealed, "a.content") == b"canary photo"


def test_the_same_content_never_looks_the_same():
    assert seal(b"x", "a") != seal(b"x", "a")


@pytest.mark.parametrize("at", [0, 5, 15, 30, -1])
def test_a_changed_sign_is_noticed(at):
    sealed = bytearray(seal(b"canary photo", "a"))
    sealed[at] ^= 1
    if at == 0:  # no longer sealed at all: read as it is, and it is no picture
        assert unseal(bytes(sealed), "a") == bytes(sealed)
    else:
        with pytest.raises(SealingError):
            unseal(bytes(sealed), "a")


def test_content_does_not_open_in_another_column():
    with pytest.raises(SealingError):
        unseal(seal(b"x", "a"), "b")


def test_what_was_never_sealed_is_read_as_it_is():
    assert unseal(b"\xff\xd8\xff old photo", "a") == b"\xff\xd8\xff old photo"


def test_a_new_key_seals_and_the_old_one_still_opens():
    old = seal(b"x", "a")
    use_keys(OLD, NEW)
    assert newest_head() == MAGIC + key_name(NEW)
    assert (unseal(old, "a"), unseal(seal(b"y", "a"), "a")) == (b"x", b"y")
    use_keys(NEW)
    with pytest.raises(SealingError, match="not among the secrets"):
        unseal(old, "a")


@pytest.mark.parametrize("keys", [(), (b"short",), (OLD, b"")])
def test_bad_keys_are_refused(keys):
    with pytest.raises(SealingError):
        use_keys(*keys)


def test_without_a_key_nothing_is_written_in_the_open():
    sealing._RING.clear()
    with pytest.raises(SealingError):
        seal(b"x", "a")


def test_names_say_nothing_and_derived_keys_are_keys():
    key = derived_key("s" * 40)
    assert len(key) == 32
    assert key_name(key) not in key.hex().encode()
    AESGCM(key)
