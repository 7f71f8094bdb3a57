import pytest

from gate_controller.demo.keys import KeyReader, Wish


class Heard:
    """A keyboard, and what came of its keys, in order."""

    def __init__(self) -> None:
        self.all: list[str | Wish] = []
        self.keyboard = KeyReader(self.all.append, self.all.append)

    def type(self, *pieces: str) -> "Heard":
        for piece in pieces:
            self.keyboard.feed(piece.encode())
        return self

    def pause(self) -> "Heard":
        self.keyboard.pause()
        return self


def test_a_code_that_begins_with_a_wish_is_a_code() -> None:
    assert Heard().type("L4FU5LQTKJR3\r").all == ["L4FU5LQTKJR3"]
    assert Heard().type("l", "4", "fu-5lqt-kjr3", "\r").all == ["l4fu-5lqt-kjr3"]


@pytest.mark.parametrize("wish", list(Wish))
def test_a_letter_and_a_silence_are_a_wish(wish: Wish) -> None:
    heard = Heard().type(wish.value)

    assert heard.all == []
    assert heard.keyboard.wants_pause
    assert heard.pause().all == [wish]


@pytest.mark.parametrize("letter", ["q", "Q"])
def test_a_letter_and_enter_are_a_wish_at_once(letter: str) -> None:
    assert Heard().type(letter + "\r").all == [Wish.QUIT]


@pytest.mark.parametrize("end", ["", "\r"])
def test_a_letter_pressed_again_before_the_silence_is_a_wish_each_time(end: str) -> None:
    heard = Heard().type("f", "f", f"f{end}").pause()

    assert heard.all == [Wish.FAULT] * 3
    assert heard.keyboard.typed == ""


@pytest.mark.parametrize("end", ["", "\r"])
def test_several_letters_before_the_silence_are_a_wish_each(end: str) -> None:
    assert Heard().type("f", "l", f"a{end}").pause().all == [Wish.FAULT, Wish.LANGUAGE, Wish.ALARM]


def test_what_waits_for_the_silence_to_be_a_wish_does_not_stand_where_a_code_goes() -> None:
    assert Heard().type("f", "f").keyboard.shown == ""
    assert Heard().type("f", "4").keyboard.shown == "f4"
    assert Heard().type("F").keyboard.shown == "F"


def test_a_code_that_begins_with_a_letter_twice_is_a_code() -> None:
    assert Heard().type("f", "f", "4FU5LQTKJR3").pause().type("\r").all == ["ff4FU5LQTKJR3"]
    assert Heard().type("fact").pause().type("\r").all == ["fact"]


def test_a_silence_in_the_middle_of_a_code_is_nothing() -> None:
    assert Heard().type("L").pause().type("4FU").pause().type("5LQTKJR3\r").all == ["L4FU5LQTKJR3"]


@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_ctrl_c_and_ctrl_d_quit_whatever_has_been_typed(key: str) -> None:
    assert Heard().type("L4F", key).all == [Wish.QUIT]


def test_arrows_and_control_characters_type_nothing() -> None:
    assert Heard().type("1", "\x1b[A", "\x1bOP", "\x07", "2", "\r").all == ["12"]


def test_backspace_and_ctrl_u_take_back() -> None:
    assert Heard().type("13", "\x7f", "2", "\r").all == ["12"]
    assert Heard().type("garbage", "\x15", "1", "\r").all == ["1"]


def test_enter_alone_is_nothing() -> None:
    assert Heard().type("\r", "  \r").all == []


def test_letters_cut_in_two_by_a_read_are_whole_again() -> None:
    heard = Heard()
    for byte in "é\r".encode():
        heard.keyboard.feed(bytes([byte]))

    assert heard.all == ["é"]


def test_bytes_that_are_no_text_do_not_end_the_demo() -> None:
    heard = Heard()
    heard.keyboard.feed(b"\xff\xfe\r")

    assert len(heard.all) == 1
