from gate_controller.admission.words.messages import Signal, Sound
from tests.docs.signals import MEANINGS, PAGE, REASONS, drawn


def test_the_drawn_signals_are_those_of_the_code() -> None:
    page = PAGE.read_text()

    assert page == drawn(page), "make it anew: python -m tests.docs.signals"


def test_the_page_has_a_meaning_for_every_signal_and_sound() -> None:
    assert set(MEANINGS) == set(Signal)
    assert set(REASONS) == set(Sound)
