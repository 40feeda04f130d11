"""What a process gives up before it parses a hostile file.

    limits       address space, CPU time, file size 0, no core dump         (setrlimit)
    no new file  no descriptor can be opened any more: no file, no socket  (RLIMIT_NOFILE = 0)
    few calls    the kernel refuses every system call that parsing and arithmetic don't need:
                 open, connect, fork, execve, kill, unlink, …               (seccomp, Linux)
    no events    Python's own functions for these raise                     (audit hook)

Each holds without the others. The first two need a Unix, the third Linux on x86-64 or arm64;
what the system can't do is said by `closed`.

Source: man pages setrlimit(2), seccomp(2); PEP 578.

Example:
    >>> Limits().seconds
    20
"""

import contextlib
import ctypes
import os
import platform
import signal
import struct
import sys
from dataclasses import dataclass
from typing import Any

with contextlib.suppress(ImportError):  # Windows has none
    import resource

MEBI = 2**20


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Attributes:
        memory: bytes beyond what the process has before it begins.
        seconds: of CPU time.
        wall: seconds on the clock, after which the process is killed.
        reply: bytes that may come back.
    """

    memory: int = 768 * MEBI
    seconds: int = 20
    wall: float = 40.0
    reply: int = 8 * MEBI


@dataclass(frozen=True)
class Closed:
    """What this system can hold a process to.

    Attributes:
        memory: whether its memory is limited.
        files: whether it can be kept from opening files and sockets.
        calls: whether the kernel refuses other system calls.
    """

    memory: bool
    files: bool
    calls: bool

    def missing(self) -> tuple[str, ...]:
        """Return what can't be limited here, each in a sentence."""
        said = {
            "This system can't limit a process's memory; a submission that asks for too much may "
            "slow the machine down until its time is over.": self.memory,
            "This system can't keep a process from opening files; submissions are read by code "
            "that opens none.": self.files,
        }
        return tuple(text for text, here in said.items() if not here)


def possible() -> Closed:
    """Return what this system can do, without doing it."""
    unix = os.name == "posix"
    return Closed(memory=sys.platform == "linux", files=unix, calls=_numbers() is not None)


def limit(limits: Limits) -> None:
    """Limit this process's memory and CPU time for good, and its life to that of its parent."""
    if os.name != "posix":
        return
    if sys.platform == "linux":
        _lower(resource.RLIMIT_AS, _address_space() + limits.memory)
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    _lower(resource.RLIMIT_CPU, limits.seconds, limits.seconds + 1)  # SIGXCPU, then SIGKILL
    _lower(resource.RLIMIT_CORE, 0)


def close() -> None:
    """Give up files, sockets and processes for good; what is open already stays usable."""
    if os.name == "posix":
        _lower(resource.RLIMIT_FSIZE, 0)
        _lower(resource.RLIMIT_NOFILE, 0)
    filter_calls()
    sys.addaudithook(_refuse)


def _lower(which: int, soft: int, hard: int | None = None) -> None:
    """Lower a limit for good; one that is lower already stays."""
    hard = soft if hard is None else hard
    _, now = resource.getrlimit(which)
    if now != resource.RLIM_INFINITY:
        soft, hard = min(soft, now), min(hard, now)
    resource.setrlimit(which, (soft, hard))


def _address_space() -> int:
    """Return how many bytes of address space this process has (Linux)."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")


# ── Python's own events ─────────────────────────────────────────────────────────────────────────

REFUSED = ("open", "os.", "socket.", "subprocess.", "shutil.", "ctypes.", "pty.", "signal.",
           "ftplib.", "http.", "urllib.", "smtplib.", "webbrowser.", "sqlite3.", "winreg.",
           "pickle.", "code.__new__", "marshal.", "import")  # fmt: skip


def _refuse(event: str, args: tuple[Any, ...]) -> None:
    """Raise for an event that reading a submission has no use for."""
    if event.startswith(REFUSED) and not (event == "import" and args[0] in sys.modules):
        raise PermissionError(f"{event} is refused while a submission is read")


# ── system calls ────────────────────────────────────────────────────────────────────────────────

# What parsing, arithmetic, memory and the end of a process need; numbers of (x86-64, arm64).
ALLOWED = {
    "read": (0, 63), "write": (1, 64), "writev": (20, 66), "close": (3, 57), "lseek": (8, 62),
    "fstat": (5, 80), "poll": (7, None), "ppoll": (271, 73), "mmap": (9, 222),
    "mprotect": (10, 226), "munmap": (11, 215), "brk": (12, 214), "mremap": (25, 216),
    "madvise": (28, 233), "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139), "sigaltstack": (131, 132), "futex": (202, 98),
    "sched_yield": (24, 124), "nanosleep": (35, 101), "clock_nanosleep": (230, 115),
    "clock_gettime": (228, 113), "gettimeofday": (96, 169), "time": (201, None),
    "getpid": (39, 172), "gettid": (186, 178), "getuid": (102, 174), "getrandom": (318, 278),
    "getrusage": (98, 165), "sched_getaffinity": (204, 123), "sysinfo": (99, 179),
    "set_robust_list": (273, 99), "rseq": (334, 293), "restart_syscall": (219, 128),
    "exit": (60, 93), "exit_group": (231, 94),
}  # fmt: skip
ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD, JUMP_EQUAL, JUMP_ABOVE, RETURN = 0x20, 0x15, 0x35, 0x06  # of the kernel's filter language
ALLOW, KILL, REFUSE = 0x7FFF0000, 0x80000000, 0x00050000 | 1  # refuse: "operation not permitted"
X32 = 0x40000000  # system calls of a second kind begin here


def filter_calls() -> bool:
    """Have the kernel refuse every call that isn't in `ALLOWED`, for good; whether it does."""
    program = _numbers()
    if program is None:
        return False
    code = _program(*program)
    steps = ctypes.create_string_buffer(code, len(code))

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]

    libc = ctypes.CDLL(None, use_errno=True)
    given = Program(len(code) // 8, ctypes.cast(steps, ctypes.c_void_p))
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    return not libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(given), 0, 0)


def _numbers() -> tuple[int, list[int]] | None:
    """Return this machine's mark and the numbers of the allowed calls; None where unknown."""
    if sys.platform != "linux" or sys.maxsize < 2**32 or platform.machine() not in ARCHITECTURES:
        return None
    column, mark = ARCHITECTURES[platform.machine()]
    numbers = (pair[column] for pair in ALLOWED.values())
    return mark, sorted(one for one in numbers if one is not None)


def _program(mark: int, numbers: list[int]) -> bytes:
    """Return the filter: the right machine, a call of the first kind, one of the numbers."""
    n = len(numbers)
    steps = [
        (LOAD, 0, 0, 4),  # the machine's mark
        (JUMP_EQUAL, 1, 0, mark),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, 0),  # the call's number
        (JUMP_ABOVE, n, 0, X32),
        *((JUMP_EQUAL, n - k, 0, number) for k, number in enumerate(numbers)),
        (RETURN, 0, 0, REFUSE),
        (RETURN, 0, 0, ALLOW),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)
