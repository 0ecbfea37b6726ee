"""Processes by the directory that they work in, and waiting."""

import contextlib
import os
import pathlib
import time

LIMIT = 120  # seconds that anything may take on a busy machine


def wait(until, what, limit=LIMIT):
    """Waits until something is true."""
    end = time.monotonic() + limit
    while not until():
        if time.monotonic() > end:
            raise SystemExit(f"{what}: not within {limit} s")
        time.sleep(0.01)


def processes_in(directory):
    """The processes that work in a directory, and what they call themselves."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and pathlib.Path(os.readlink(entry / "cwd")).is_relative_to(directory):
                found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return found


def send(number, pids):
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
