"""Which messages may change a gate: every refusal, keys that are rolled and revoked, and clocks that are wrong."""

import contextlib
import json
import zlib

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from gate_controller.settings.provisioning.acceptance import after, believed, trust_now
from gate_controller.settings.provisioning.content import Content, HouseToJoin, Network, PageUser, read_content
from gate_controller.settings.provisioning.provisioned_state import BY_HOUSE, Provisioned
from gate_controller.settings.provisioning.rejections import Rejected, Rejection
from gate_controller.settings.provisioning.sealed import Letter, Sealing, seal, unpack
from gate_controller.settings.provisioning.venue_keys import (
    StatementKind,
    Trust,
    TrustFileError,
    key_id,
    key_line,
    read_statement,
    read_trust,
    shown_id,
    stated,
)
from tests.rig.venue import API_KEY, CONTENT, NOW, PASSPHRASE, SET_ID, Venue, circumstances, gate_public

VENUE, STRANGER = Venue(), Venue()
MADE = VENUE.sealed()
DAY = 86_400


def refusal(packed: bytes, **changed: object) -> Rejection:
    with pytest.raises(Rejected) as caught:
        believed(unpack(packed), circumstances(VENUE, **changed))
    return caught.value.why


def test_what_the_venue_signed_is_believed_and_opened_by_its_passphrase() -> None:
    sealed = unpack(MADE.packed)

    believed(sealed, circumstances(VENUE))
    key = sealed.content_key(passphrase=PASSPHRASE)

    assert key == MADE.content_key
    assert read_content(sealed.opened(key)) == CONTENT


@pytest.mark.parametrize(
    ("letter", "changed", "why"),
    [
        (VENUE.letter(expires=NOW), {}, Rejection.EXPIRED),
        (VENUE.letter(), {"now": NOW + 3601.0}, Rejection.EXPIRED),
        (VENUE.letter(), {"now": 0.0, "is_sure": False, "taken": Provisioned(not_before=NOW + DAY)}, Rejection.EXPIRED),
        (VENUE.letter(issued=NOW + 2 * DAY, expires=NOW + 3 * DAY), {}, Rejection.NOT_YET),
        (VENUE.letter(serial=7), {"taken": Provisioned(serial=7)}, Rejection.REPLAYED),
        (VENUE.letter(serial=6), {"taken": Provisioned(serial=7)}, Rejection.REPLAYED),
        (VENUE.letter(address="west"), {}, Rejection.OTHER_GATE),
        (VENUE.letter(address=""), {"is_provisioned": True}, Rejection.OTHER_GATE),
        (VENUE.letter(address="east"), {"is_provisioned": True, "gate_id": "east "}, Rejection.OTHER_GATE),
        (VENUE.letter(), {"trust": STRANGER.trust}, Rejection.UNTRUSTED),
        (VENUE.letter(), {"trust": Trust({})}, Rejection.UNTRUSTED),
        (VENUE.letter(), {"trust": Trust({}, frozenset({key_id(VENUE.public)}))}, Rejection.REVOKED),
    ],
)
def test_a_message_that_is_not_for_now_or_not_for_here_is_refused(
    letter: Letter, changed: dict[str, object], why: Rejection
) -> None:
    assert refusal(VENUE.sealed(letter=letter).packed, **changed) is why


def test_a_message_for_this_gate_is_believed_at_a_gate_that_is_set_up() -> None:
    made = VENUE.sealed(letter=VENUE.letter(address="east"))

    believed(unpack(made.packed), circumstances(VENUE, is_provisioned=True, gate_id="east"))


def test_a_gate_whose_clock_is_years_behind_takes_what_was_made_since() -> None:
    believed(unpack(MADE.packed), circumstances(VENUE, now=0.0, is_sure=False))


def test_what_is_signed_by_another_key_in_the_venues_name_is_forged() -> None:
    letter = VENUE.letter()
    made = STRANGER.sealed(letter=STRANGER.letter())
    forged = bytearray(made.packed)
    place = made.packed.index(key_id(STRANGER.public))
    forged[place : place + 8] = letter.signer

    assert refusal(bytes(forged)) is Rejection.FORGED


@given(st.data())
@settings(max_examples=200)
def test_no_changed_byte_is_believed(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(MADE.packed) - 1))
    changed = bytearray(MADE.packed)
    changed[place] ^= data.draw(st.integers(1, 255))

    with pytest.raises(Rejected):
        believed(unpack(bytes(changed)), circumstances(VENUE))


@given(st.binary(max_size=800) | st.integers(0, len(MADE.packed)).map(lambda cut: MADE.packed[:cut]))
def test_no_bytes_are_a_message_but_those_that_were_sealed(packed: bytes) -> None:
    if packed == MADE.packed:
        return
    with pytest.raises(Rejected):
        believed(unpack(packed), circumstances(VENUE))


def test_a_wrong_passphrase_is_told_apart_from_a_damaged_message() -> None:
    with pytest.raises(Rejected) as caught:
        unpack(MADE.packed).content_key(passphrase=b"another sixteen.")
    assert caught.value.why is Rejection.WRONG_PASSPHRASE


def test_a_message_for_a_gates_key_is_opened_by_that_key_alone() -> None:
    gate, other = X25519PrivateKey.generate(), X25519PrivateKey.generate()
    made = VENUE.sealed(letter=VENUE.letter(sealing=Sealing.GATE_KEY), gate=gate_public(gate))
    sealed = unpack(made.packed)

    believed(sealed, circumstances(VENUE, is_provisioned=True, gate_id="whatever"))
    assert read_content(sealed.opened(sealed.content_key(gate_key=gate))) == CONTENT
    for wrong in (other, None):
        with pytest.raises(Rejected) as caught:
            sealed.content_key(gate_key=wrong)
        assert caught.value.why is Rejection.OTHER_GATE


def test_a_message_holds_its_secrets_only_encrypted() -> None:
    content = Content(CONTENT.settings, (Network("Museum", "wifi-passphrase"),))
    made = VENUE.sealed(content)

    for secret in (API_KEY, "wifi-passphrase", "Museum"):
        assert secret.encode() not in made.packed
        assert secret not in repr(content) or secret == "Museum"


# -- keys that come and go


def test_a_key_that_a_trusted_one_introduces_is_believed_and_the_old_one_no_more() -> None:
    roll = stated(StatementKind.ROLL, VENUE.private, STRANGER.public)
    revoke = stated(StatementKind.REVOKE, STRANGER.private, key_id(VENUE.public))
    made = STRANGER.sealed(letter=STRANGER.letter(statements=(roll, revoke)))
    sealed = unpack(made.packed)

    believed(sealed, circumstances(VENUE))
    taken = after(Provisioned(), sealed, CONTENT, float(NOW))
    now = trust_now(VENUE.trust, taken)

    assert set(now.keys) == {key_id(STRANGER.public)}
    assert refusal(VENUE.sealed(letter=VENUE.letter(serial=9)).packed, taken=taken) is Rejection.REVOKED
    later = STRANGER.sealed(letter=STRANGER.letter(serial=10))
    believed(unpack(later.packed), circumstances(VENUE, taken=taken))


def test_a_stranger_can_neither_introduce_nor_revoke_anybody() -> None:
    for statement in (
        stated(StatementKind.ROLL, STRANGER.private, STRANGER.public),
        stated(StatementKind.REVOKE, STRANGER.private, key_id(VENUE.public)),
    ):
        assert VENUE.trust.after([statement]) == VENUE.trust
        made = STRANGER.sealed(letter=STRANGER.letter(statements=(statement,)))
        assert refusal(made.packed) is Rejection.UNTRUSTED


def test_a_revoked_key_introduces_nobody_afterwards() -> None:
    third = Venue()
    revoke = stated(StatementKind.REVOKE, VENUE.private, key_id(VENUE.public))
    roll = stated(StatementKind.ROLL, VENUE.private, third.public)

    assert VENUE.trust.after([revoke, roll]).is_empty
    assert set(VENUE.trust.after([roll, revoke]).keys) == {key_id(third.public)}


def test_a_key_that_roots_file_revokes_is_never_introduced_again() -> None:
    trust = read_trust(f"{key_line(VENUE.public, 'Museum')}\nrevoked {shown_id(key_id(STRANGER.public))}\n", "keys")

    assert trust.after([stated(StatementKind.ROLL, VENUE.private, STRANGER.public)]).keys == VENUE.trust.keys


def test_roots_file_is_read_with_remarks_and_a_line_that_is_none_is_a_mistake() -> None:
    text = f"# the museum's\n\n{key_line(VENUE.public, 'Museum, 2026')}  # on the safe's stick\n"

    assert read_trust(text, "keys") == VENUE.trust
    for line in ("ed25519", "ed25519 AAAA", "rsa AAAA", "revoked xyz", f"ed25519 {'A' * 44} x"[:30]):
        with pytest.raises(TrustFileError, match="keys line 1"):
            read_trust(line, "keys")


@given(st.text(max_size=200))
def test_no_text_is_a_statement_by_accident(text: str) -> None:
    with pytest.raises(Rejected):
        read_statement(text)


# -- what a message may say


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (Content({"eguma.base_url": "https://elsewhere.example"}), "cannot be given by a code"),
        (Content({"relay.pin": 5}), "cannot be given by a code"),
        (Content({"web.host": "0.0.0.0"}), "cannot be given by a code"),  # noqa: S104 - that is what is refused
        (Content({"provisioning.keys_file": "/tmp/mine"}), "cannot be given by a code"),  # noqa: S108 - as above
        (Content({"admission.price_cents": 0}), "less than 1"),
        (Content({"admission.price_cents": "free"}), "no whole number"),
        (Content({"id": "a b"}), "reference number"),
        (Content(networks=(Network("x" * 33),)), "1 to 32 bytes"),
        (Content(networks=(Network("Museum", "short"),)), "8 to 63"),
        (Content(networks=(Network("Mus\neum", "long enough"),)), "no printable text"),
        (Content(networks=(Network("Museum", "long enough", country="Schweiz"),)), "two capitals"),
        (Content(people=(PageUser("Anna", "root", "$argon2id$" + "x" * 40),)), "is none of"),
        (Content(people=(PageUser("Anna", "staff", "secret-in-clear"),)), "no hash"),
        (Content(people=(PageUser("../x", "staff", "$argon2id$" + "x" * 40),)), "none to log in with"),
        (Content(networks=tuple(Network(f"n{n}") for n in range(5))), "the most"),
    ],
)
def test_what_no_gate_would_take_is_refused_without_its_secrets(content: Content, why: str) -> None:
    with pytest.raises(Rejected) as caught:
        content.packed()
    assert why in str(caught.value)
    assert "secret-in-clear" not in str(caught.value)
    assert "short" not in caught.value.detail or "passphrase" in caught.value.detail


def test_a_content_that_unpacks_to_more_than_any_or_to_none_is_refused() -> None:
    for packed in (zlib.compress(b" " * 10_000_000), zlib.compress(b"[1]"), b"", b"x", zlib.compress(b"{")):
        with pytest.raises(Rejected):
            read_content(packed)


HOUSE = HouseToJoin("https://venue.museum.ch:8090", "7KQ2M0XD4RFP9TBNC3WV")


def test_a_house_to_join_comes_out_as_it_went_in_and_its_code_is_not_shown() -> None:
    content = Content(house=HOUSE)

    assert not content.is_empty
    assert read_content(content.packed()) == content
    assert HOUSE.code not in repr(content)


@pytest.mark.parametrize(
    "told",
    [
        None,
        7,
        [],
        {},
        {"a": HOUSE.address},
        {"a": HOUSE.address, "c": HOUSE.code, "k": "ed25519 AAAA"},
        {"a": HOUSE.address, "c": 7},
        {"a": HOUSE.address, "c": HOUSE.code[:-1]},
        {"a": HOUSE.address, "c": HOUSE.code.lower()},
        {"a": HOUSE.address, "c": HOUSE.code + "\n"},
        *(
            {"a": address, "c": HOUSE.code}
            for address in (
                "",
                "venue.museum.ch",
                "ftp://venue.museum.ch",
                "https://anna@venue.museum.ch",
                "https://venue.museum.ch/else",
                "https://venue.museum.ch?to=else",
                "https://venue.museum.ch:8090\n",
                "https://venue.museum.ch:8090000",
                "https://" + "v" * 300,
            )
        ),
    ],
)
def test_a_house_that_is_none_is_refused(told: object) -> None:
    with pytest.raises(Rejected) as caught:
        read_content(zlib.compress(json.dumps({"v": told}).encode()))
    assert HOUSE.code not in str(caught.value)


@pytest.mark.parametrize("name", BY_HOUSE)
def test_no_message_gives_what_a_house_tells_by_itself(name: str) -> None:
    with pytest.raises(Rejected, match="cannot be given by a code"):
        Content({name: "x"}).packed()


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=30),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from("acsvwu") | st.text(max_size=3), inner, max_size=4)
        ),
        max_leaves=12,
    )
)
def test_no_table_in_a_message_brings_its_reader_to_fall(tree: object) -> None:
    for told in (tree, {"v": tree}):
        with contextlib.suppress(Rejected):
            read_content(zlib.compress(json.dumps(told).encode()))


@given(st.binary(max_size=300))
def test_no_bytes_in_a_message_bring_its_reader_to_fall(content: bytes) -> None:
    for packed in (content, zlib.compress(content)):
        try:
            read_content(packed)
        except Rejected:
            continue


def test_a_venue_cannot_make_a_message_that_is_longer_than_a_gate_takes() -> None:
    with pytest.raises(ValueError, match="leave users or networks out"):
        seal(bytes(5000), VENUE.letter(), VENUE.private, passphrase=PASSPHRASE)
    assert SET_ID
