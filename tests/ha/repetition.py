#!/usr/bin/env python3
"""A repetition is acknowledged only when what it repeats is as safe as any commit: at the standby, where commits wait for one.

    tests/ha/repetition.py target/release/pledgegraph

A commit waits for a synchronous standby that nothing reaches; then the primary crashes and recovers by itself, so that it shows
the commit, and the client repeats its write with the same key. Then the primary is lost and the standby promoted: it must have
what was acknowledged. Needs Linux and PostgreSQL's programs; starts and ends its own servers on free ports of the loopback.
"""

import sys

sys.dont_write_bytecode = True

import argparse
import contextlib
import pathlib
import signal
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts"))

from failovers import ask
from postgres import Postgres
from processes import processes_in, send
from programs import free_ports
from resilience import Client, commitment, prepare
from service import Service, temporary_directory

REPEATED = 20  # seconds in which the client repeats its write


def follow(primary):
    """A synchronous standby of a server: the server's own class over a copy that follows."""
    standby = object.__new__(Postgres)
    standby.directory, standby.programs, standby.account = primary.directory, primary.programs, primary.account
    standby.data, [standby.port] = primary.backup("standby", "--write-recovery-conf"), free_ports(1)
    standby.start()
    with open(primary.data / "postgresql.auto.conf", "a", encoding="utf-8") as settings:
        settings.write("synchronous_standby_names = '*'\n")
    primary.run("pg_ctl", "-D", primary.data, "reload")
    return standby


def repeat(client, write, key):
    """Repeats a write with its key; whether it was acknowledged."""
    until = time.monotonic() + REPEATED
    while time.monotonic() < until:
        answer = ask(client, "POST", "/v1/commitments", write, {"Idempotency-Key": key})
        if answer and answer[0] == 201:
            return True
        time.sleep(0.5)
    return False


def crash(primary, standby):
    """Kills what waits for the standby, and what sends to it, while the standby cannot come back."""
    send(signal.SIGSTOP, processes_in(standby.data))
    titles = processes_in(primary.data).items()
    send(signal.SIGKILL, [pid for pid, title in titles if "COMMIT" in title or "walsender" in title])


def trial(program, directory, primary, standby):
    (directory / "service").mkdir()
    extra = {"DATABASE_URL": primary.url()}
    with Service(program, directory / "service", extra=extra) as service:
        token = service.make_token("repetition", "admin")
        client, write = Client(service, token), commitment("unit", 1)
        prepare(client)
        send(signal.SIGSTOP, [pid for pid, title in processes_in(primary.data).items() if "walsender" in title])
        unanswered = ask(client, "POST", "/v1/commitments", write, {"Idempotency-Key": "once"})
        if unanswered:
            raise SystemExit(f"a commit did not wait for its standby: {unanswered}")
        crash(primary, standby)
        acknowledged = repeat(client, write, "once")
        primary.stop()
        send(signal.SIGCONT, processes_in(standby.data))
        standby.run("pg_ctl", "-D", standby.data, "-w", "promote")
    with Service(program, directory / "service", extra={"DATABASE_URL": standby.url()}) as service:
        client = Client(service, token)
        _, page = client.ok("GET", "/v1/commitments")
        if not repeat(client, write, "once"):
            raise SystemExit("a repetition is not done where nothing is waited for")
    print(f"acknowledged: {acknowledged}; at the standby: {len(page['items'])}")
    if acknowledged and not page["items"]:
        raise SystemExit("an acknowledged write is lost")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("program", help="the `pledgegraph` to test")
    given = arguments.parse_args()
    with temporary_directory() as directory, contextlib.ExitStack() as running:
        (directory / "postgres").mkdir()
        primary = Postgres(directory / "postgres")
        running.callback(primary.end)
        standby = follow(primary)
        running.callback(standby.end)
        trial(str(pathlib.Path(given.program).resolve()), directory, primary, standby)


if __name__ == "__main__":
    main()
