from gate_controller.shell.server_clock import ServerClock

NOON = "Wed, 21 May 2025 12:00:00 GMT"
NOON_SECONDS = 1_747_828_800.0


class Clocks:
    def __init__(self, *, monotonic: float, wall: float) -> None:
        self.monotonic = monotonic
        self.wall = wall

    def server_clock(self) -> ServerClock:
        return ServerClock(monotonic=lambda: self.monotonic, wall=lambda: self.wall)


def test_before_the_first_answer_nothing_is_known() -> None:
    assert Clocks(monotonic=5.0, wall=0.0).server_clock().offset is None


def test_a_gate_whose_clock_stands_at_1970_learns_the_years() -> None:
    clock = Clocks(monotonic=5.0, wall=60.0).server_clock()
    clock.note(NOON)
    assert clock.offset == NOON_SECONDS - 60.0


def test_the_offset_holds_while_time_passes() -> None:
    clocks = Clocks(monotonic=5.0, wall=60.0)
    clock = clocks.server_clock()
    clock.note(NOON)
    clocks.monotonic += 3_600.0
    clocks.wall += 3_600.0
    assert clock.offset == NOON_SECONDS - 60.0


def test_the_offset_is_right_after_the_wall_clock_was_set() -> None:
    clocks = Clocks(monotonic=5.0, wall=60.0)
    clock = clocks.server_clock()
    clock.note(NOON)
    clocks.monotonic += 10.0
    clocks.wall = NOON_SECONDS + 10.0
    assert clock.offset == 0.0


def test_what_is_no_date_changes_nothing() -> None:
    clock = Clocks(monotonic=5.0, wall=60.0).server_clock()
    clock.note(NOON)
    for text in (
        "",
        "soon",
        "Wed, 99 May 2025 12:00:00 GMT",
        "Wed, 21 May 99999 12:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
    ):
        clock.note(text)
    assert clock.offset == NOON_SECONDS - 60.0


def test_a_jump_of_an_hour_is_believed_when_two_answers_in_a_row_agree() -> None:
    clock = Clocks(monotonic=5.0, wall=60.0).server_clock()
    clock.note(NOON)
    clock.note("Wed, 21 May 2025 13:00:00 GMT")
    assert clock.offset == NOON_SECONDS - 60.0
    clock.note("Wed, 21 May 2025 13:00:01 GMT")
    assert clock.offset == NOON_SECONDS + 3_601.0 - 60.0


def test_one_old_date_among_good_ones_changes_nothing() -> None:
    clock = Clocks(monotonic=5.0, wall=60.0).server_clock()
    clock.note(NOON)
    for _ in range(3):
        clock.note("Tue, 20 May 2025 09:00:00 GMT")
        clock.note(NOON)
        assert clock.offset == NOON_SECONDS - 60.0
