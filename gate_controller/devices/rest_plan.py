"""
The rest plan: which level each output has when no gate drives it. A gate leaves it before it touches a pin, and
`gate-controller relay safe` carries it out after that gate's end, whatever has become of the settings.

That must be quick on a slow board: nothing here brings in gpiozero where lgpio drives, nor anything else that is slow.
"""

import errno
import json
import os
import stat
from contextlib import suppress
from typing import Any, NamedTuple

from gate_controller.devices.errors import DeviceError, remedy_of
from gate_controller.devices.machine import boot

# ruff: noqa: PLC0415 - the one back end is not brought in for the other
# ruff: noqa: PTH123 - pathlib is slow to bring in, and has nothing for files in an open directory

FILE_NAME = "rest-plan.json"

LGPIO = "lgpio"
"""The back end that is driven without gpiozero."""

_BESIDE = f".{FILE_NAME}.new"
_MOST_BYTES = 65_536
_ANOTHER = "start the gate, which leaves another"


class Resting(NamedTuple):
    """One output at rest: what is connected to it, its BCM number, and its level."""

    what: str
    pin: int
    is_high: bool
    is_relay: bool
    """Whether it moves the gate. Anything else that does not come to rest is worth a warning only."""


class RestPlan(NamedTuple):
    """All outputs of a gate at rest, and what drives them."""

    back_end: str
    """gpiozero's name for it."""
    chip: int | None
    """The number of the GPIO chip, where the back end has one: a BCM number is a line on it."""
    outputs: tuple[Resting, ...]


class NotAtRest(NamedTuple):
    """An output that could not be brought to rest, and why, on one line."""

    output: Resting
    why: str


def leave(plan: RestPlan, directory: str) -> None:
    """Leave the plan in a directory, whole or not at all; one that is there is not written again. Raises `OSError`."""
    outputs = [each._asdict() for each in plan.outputs]
    text = json.dumps({"boot": boot(), "back_end": plan.back_end, "chip": plan.chip, "outputs": outputs})
    folder = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        if _is_there(folder, text):
            return
        with suppress(FileNotFoundError):
            os.unlink(_BESIDE, dir_fd=folder)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with open(os.open(_BESIDE, flags, 0o600, dir_fd=folder), "w", encoding="utf-8") as file:
            if os.geteuid() == 0:
                # What root's command has left must not be out of the gate's reach, whose directory it is.
                owner = os.fstat(folder)
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
            file.write(text)
        # Not synced: after a power cut nothing is driven, and the plan is one of another boot.
        os.replace(_BESIDE, FILE_NAME, src_dir_fd=folder, dst_dir_fd=folder)
    finally:
        os.close(folder)


def left_in(directory: str) -> RestPlan | None:
    """
    Return the plan that a gate has left in a directory since the machine was started, if one has: before that, nothing
    was driven that still is. Raises `DeviceError` for what is there and cannot be used.
    """
    try:
        folder = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            told = json.loads(_text_in(folder))
        finally:
            os.close(folder)
        if told["boot"] != boot():
            return None
        outputs = tuple(_resting(**each) for each in told["outputs"])
        return _plan(told["back_end"], told["chip"], outputs)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except PermissionError as error:
        raise _unusable(directory, str(error.strerror), "run this as the gate's user or as root") from None
    except OSError as error:
        why = "it is a symbolic link" if error.errno == errno.ELOOP else error.strerror or str(error)
        raise _unusable(directory, why, _ANOTHER) from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _unusable(directory, "it is damaged", _ANOTHER) from None


def carry_out(plan: RestPlan) -> list[NotAtRest]:
    """Bring every output to rest, whatever becomes of the others; return those that did not come to it."""
    return _by_lgpio(plan) if plan.back_end == LGPIO and plan.chip is not None else _by_gpiozero(plan)


def _by_lgpio(plan: RestPlan) -> list[NotAtRest]:
    from gate_controller.devices.lgpio_import import lgpio_imported

    try:
        lgpio = lgpio_imported()
        chip = lgpio.gpiochip_open(plan.chip)
    except Exception as error:  # noqa: BLE001 - lgpio.error is a plain Exception
        return [NotAtRest(each, _why(each, error)) for each in plan.outputs]
    failed = []
    for each in plan.outputs:
        try:
            # Level and direction in one step: an output that is at rest shows no other level, not for a moment.
            lgpio.gpio_claim_output(chip, each.pin, int(each.is_high))
        except Exception as error:  # noqa: BLE001 - as above
            failed.append(NotAtRest(each, _why(each, error)))
    lgpio.gpiochip_close(chip)
    return failed


def _why(output: Resting, error: Exception) -> str:
    return f"{output.what} on GPIO{output.pin}: {remedy_of(error)} ({type(error).__name__}: {error})"


def _by_gpiozero(plan: RestPlan) -> list[NotAtRest]:
    from gate_controller.devices import gpio

    gpio.prefer(plan.back_end)
    failed = []
    for each in plan.outputs:
        try:
            gpio.Output(each.pin, name=each.what, active_high=not each.is_high).close()
        except DeviceError as error:
            failed.append(NotAtRest(each, str(error)))
    return failed


def _is_there(folder: int, text: str) -> bool:
    try:
        return _text_in(folder) == text
    except (OSError, ValueError):
        return False  # whatever is there instead makes room


def _text_in(folder: int) -> str:
    # No symbolic link is followed, and nothing is waited for, should it be a FIFO.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with open(os.open(FILE_NAME, flags, dir_fd=folder), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ValueError("no file")
        return file.read(_MOST_BYTES).decode()


def _resting(*, what: Any, pin: Any, is_high: Any, is_relay: Any) -> Resting:
    if not (isinstance(what, str) and type(pin) is int and isinstance(is_high, bool) and isinstance(is_relay, bool)):
        raise TypeError("no output")
    return Resting(what, pin, is_high, is_relay)


def _plan(back_end: Any, chip: Any, outputs: tuple[Resting, ...]) -> RestPlan:
    if not (isinstance(back_end, str) and (chip is None or type(chip) is int)):
        raise TypeError("no back end")
    return RestPlan(back_end, chip, outputs)


def _unusable(directory: str, why: str, remedy: str) -> DeviceError:
    return DeviceError(f"rest plan {directory}/{FILE_NAME}: cannot be used ({why}): {remedy}")
