"""
A disk that falls ill under a running process: the kernel itself refuses what SQLite asks it for.

`program(fate)` is `gate-controller` under a seccomp filter (seccomp(2), SECCOMP_RET_USER_NOTIF): its writes, syncs and
openings for writing are decided by a supervisor, a process of its own, which looks into a file each time. It takes no
root, no mount and no change to the program under test. A real read-only remount would be refused while the journal is
open for writing (EBUSY); a file system that turns read-only after an error answers EROFS, as this does.
"""

import ctypes
import errno
import json
import os
import platform
import select
import socket
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

PROGRAM = Path(sys.executable).with_name("gate-controller")

# Numbers of asm/unistd.h and linux/audit.h.
_MACHINES: dict[str, tuple[int, dict[str, int]]] = {
    "x86_64": (
        0xC000003E,
        {"seccomp": 317, "pwrite64": 18, "ftruncate": 77, "fsync": 74, "fdatasync": 75, "openat": 257},
    ),
    "aarch64": (
        0xC00000B7,
        {"seccomp": 277, "pwrite64": 68, "ftruncate": 46, "fsync": 82, "fdatasync": 83, "openat": 56},
    ),
}
_ARCHITECTURE, _CALLS = _MACHINES[platform.machine()]
_NAMES = {number: name for name, number in _CALLS.items()}
_WRITES, _SYNCS, _OPENS = ("pwrite64", "ftruncate"), ("fsync", "fdatasync"), ("openat",)

# linux/seccomp.h, linux/prctl.h, linux/bpf_common.h.
_SET_MODE_FILTER, _NEW_LISTENER, _NO_NEW_PRIVS = 1, 8, 38
_ALLOW, _USER_NOTIF, _CONTINUE = 0x7FFF0000, 0x7FC00000, 1
_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_LOAD, _JUMP_EQUAL, _JUMP_SET, _RETURN = 0x20, 0x15, 0x45, 0x06
_NR, _ARCH, _THIRD_ARGUMENT = 0, 4, 32
_NOTICE = struct.Struct("=QIIiIQ6Q")
_ANSWER = struct.Struct("=QqiI")
_WRITING = os.O_WRONLY | os.O_RDWR


class Illness(Enum):
    """What is refused, and with which error."""

    SYNC_FAILS = (_SYNCS, errno.EIO)
    FULL = (_WRITES, errno.ENOSPC)
    READ_ONLY = ((*_WRITES, *_OPENS), errno.EROFS)
    DEAD = ((*_WRITES, *_SYNCS, *_OPENS), errno.EIO)


@dataclass(frozen=True, slots=True)
class Fate:
    """From the call after the next `skip` ones on, `times` calls (None: all) meet an illness."""

    illness: Illness | None = None
    skip: int = 0
    times: int | None = None

    def write(self, file: Path) -> None:
        """Let it begin now."""
        new = file.with_suffix(".new")
        new.write_text(json.dumps([self.illness.name if self.illness else None, self.skip, self.times]))
        new.replace(file)


def program(fate: Path) -> Sequence[str | Path]:
    """Return the gate's program on a disk that `Fate.write` decides about; it takes the gate's own arguments."""
    Fate().write(fate)
    # Without the script's folder in front of the search path, as an installed program.
    return sys.executable, "-P", Path(__file__), fate, PROGRAM


class _Ward:
    """Decides each call by the newest fate."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read: tuple[int, int] | None = None
        self._fate = Fate()
        self._met = 0

    def error(self, call: str) -> int:
        """Return what a call fails with; 0: it works."""
        stat = self._file.stat()
        if self._read != (stat.st_mtime_ns, stat.st_ino):
            self._read = (stat.st_mtime_ns, stat.st_ino)
            name, skip, times = json.loads(self._file.read_text())
            self._fate, self._met = Fate(Illness[name] if name else None, skip, times), 0
        illness = self._fate.illness
        if illness is None or call not in illness.value[0]:
            return 0
        self._met += 1
        over = self._fate.times is not None and self._met > self._fate.skip + self._fate.times
        return 0 if self._met <= self._fate.skip or over else illness.value[1]


def _supervise(listener: int, file: Path) -> None:
    """Answer until the process and all its children are gone."""
    libc, ward = ctypes.CDLL(None, use_errno=True), _Ward(file)
    poll = select.poll()
    poll.register(listener, select.POLLIN)
    while not any(events & select.POLLHUP for _, events in poll.poll()):
        notice = ctypes.create_string_buffer(_NOTICE.size)
        if libc.ioctl(listener, ctypes.c_ulong(_RECEIVE), notice) < 0:
            continue  # it was killed meanwhile
        serial, _pid, _flags, number, *_ = _NOTICE.unpack(notice.raw)
        error = ward.error(_NAMES[number])
        answer = ctypes.create_string_buffer(_ANSWER.pack(serial, 0, -error, 0 if error else _CONTINUE))
        libc.ioctl(listener, ctypes.c_ulong(_SEND), answer)


def _filter() -> bytes:
    """Return the filter (classic BPF): tell the supervisor of writes, syncs, and openings for writing."""
    told = [_CALLS[name] for name in (*_WRITES, *_SYNCS)]
    program = [(_LOAD, 0, 0, _ARCH), (_JUMP_EQUAL, 1, 0, _ARCHITECTURE), (_RETURN, 0, 0, _ALLOW), (_LOAD, 0, 0, _NR)]
    # Each jump goes over what is left of the comparisons, to the last instruction.
    program += [(_JUMP_EQUAL, len(told) - place + 3, 0, number) for place, number in enumerate(told)]
    program += [
        (_JUMP_EQUAL, 0, 2, _CALLS["openat"]),
        (_LOAD, 0, 0, _THIRD_ARGUMENT),
        (_JUMP_SET, 1, 0, _WRITING),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _USER_NOTIF),
    ]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)


def _fall_ill() -> int:
    """Put this process under the filter, for good; return the supervisor's end."""
    code = _filter()
    instructions = ctypes.create_string_buffer(code, len(code))
    program = ctypes.create_string_buffer(struct.pack("@HP", len(code) // 8, ctypes.addressof(instructions)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "no_new_privs cannot be set")
    listener = libc.syscall(_CALLS["seccomp"], _SET_MODE_FILTER, _NEW_LISTENER, program)
    if listener < 0:
        raise OSError(ctypes.get_errno(), "this kernel lets nobody supervise its system calls (seccomp)")
    return int(listener)


def main() -> None:
    """Be the command that is given, on a disk that another process decides about."""
    fate, *command = sys.argv[1:]
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        ours.close()
        _, [listener, *_], _, _ = socket.recv_fds(theirs, 1, 1)
        theirs.close()
        _supervise(listener, Path(fate))
        os._exit(0)
    theirs.close()
    listener = _fall_ill()
    socket.send_fds(ours, [b"x"], [listener])
    os.close(listener)
    ours.close()
    os.execv(command[0], command)  # noqa: S606 - the command is ours


if __name__ == "__main__":
    main()
