#!/usr/bin/env python3
"""Reads go on while the database is away, writes are refused at once, and all is well when it is back.

    tests/scripts/outage.py target/release/pledgegraph [--seconds 60] [--statements 100000] [--form stopped|frozen] [--seed N]

Two replicas over one PostgreSQL, under a steady load of reads and writes. After some good seconds the server is stopped at
once, stays away, and is started again; then the same with a server that is frozen, so that connections stay open and nothing
comes on them. Of reads from memory 99.99 % must be answered. Writes must be refused, 95 % of them within 0.2 s, with a problem
that says so, and each within 1 s once the loss must be known, 3 s later; so must be what is read from the database (histories,
the past, quotations) and cannot be answered, 95 % within 0.2 s from then on and within 3 s before. In the end both replicas must
have each acknowledged write once, none that was refused, and at most once what had an unknown outcome. Needs Linux and
PostgreSQL's programs; starts and ends its own servers on free ports of the loopback.
"""

import sys

sys.dont_write_bytecode = True

import argparse
import dataclasses
import datetime
import math
import os
import random
import time

from clients import Clients, Read, of_kinds, told
from figures import conclude, milliseconds, percentile, table
from postgres import filled
from processes import wait
from resilience import Client, commitment, prepare
from service import Service

ANSWERED = 0.9999  # the share of reads from memory that must be answered
AT_ONCE = 0.2  # seconds within which 95 % of refusals must come
NOTICED = 3.0  # seconds within which the loss of the database is known
EARLY = 5.0  # seconds within which is refused what was sent before
LONGEST = 1.0  # seconds within which every write is refused from then on
COMMITS = 110  # between an old version and the newest
PATIENCE = 60  # seconds that a client waits for an answer
LIGHT = {"a record": "/v1/commitments/{record}", "a page": "/v1/commitments?limit=20", "an entity": "/v1/countries/GB"}
STORED = [Read("a history", "/v1/commitments/{record}/history"), Read("the past", "/v1/commitments?limit=20&known_at={moment}"),
          Read("quotations", "/v1/commitments/{record}?include=quotations")]


@dataclasses.dataclass
class Times:
    """When what happened of one outage."""

    good: float  # all was well from then on
    gone: float  # the database was taken away
    returning: float  # it was let come back
    back: float  # it was there


@dataclasses.dataclass
class Old:
    """What was before many commits."""

    version: str
    records: list
    moments: list


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def make_history(client):
    """Many commits; gives the version before them, the records that they made, and moments between them."""
    headers, _ = client.ok("GET", "/v1/commitments?limit=1")
    records, moments = [], []
    for number in range(COMMITS):
        records.append(client.ok("POST", "/v1/commitments", commitment(f"old {number}", number))[1]["id"])
        moments.append(now())
    return Old(headers["Pledgegraph-Version"], records, moments)


def light_reads(token, version):
    """Each kind without a token, with one, and of a version that is at least an old one."""
    for kind, path in LIGHT.items():
        yield Read(f"{kind}, no token", path)
        yield Read(f"{kind}, a token", path, token)
        yield Read(f"{kind}, at least an old version", path, None, {"Pledgegraph-At-Least": version})


def outage(clients, postgres, form, seconds, good_seconds):
    """Takes the database away for a time; gives when what happened."""
    leave, come_back = {"stopped": (postgres.stop, postgres.start), "frozen": (postgres.freeze, postgres.thaw)}[form]
    good = time.monotonic()
    time.sleep(good_seconds)
    gone = time.monotonic()
    leave()
    time.sleep(max(gone + seconds - time.monotonic(), 0))
    returning = time.monotonic()
    come_back()
    back = time.monotonic()
    for replica in range(len(clients.services)):
        wait(lambda: clients.acknowledged_since(returning, replica), "a write after the return")
    wait(lambda: clients.all_answered(back), "answers to what was sent before the return")
    return Times(good, gone, returning, back)


def report_reads(before, during, kinds):
    """What became of reads from memory; gives what is wrong with it."""
    rows, wrong = [], []
    for name, chosen in [*((kind, [kind]) for kind in kinds), ("all of them", kinds)]:
        good, away = of_kinds(before, *chosen), of_kinds(during, *chosen)
        answered = sum(answer.is_good() for answer in away)
        rows.append([name, len(good), *milliseconds([answer.seconds for answer in good], 50, 95, 99), len(away),
                     f"{100 * answered / max(len(away), 1):.3f}", *milliseconds([answer.seconds for answer in away], 50, 95, 99)])
        if answered < ANSWERED * len(away) or not away:
            wrong.append(f"{name}: {answered} of {len(away)} reads answered")
    times = ["p50 ms", "p95 ms", "p99 ms"]
    table("reads from memory", ["before", *times, "away", "answered %", *times], rows)
    return wrong


def report_refusals(during, gone):
    """How fast writes, and reads from the database, are refused; gives what is wrong with it. Writers wait for each answer, so
    that few writes are under way when the database goes away; who reads from it comes whatever others wait for."""
    kinds, noticed = ["write", *(read.kind for read in STORED)], gone + NOTICED
    parts = [("all writes", of_kinds(during, "write"), AT_ONCE)]
    for kind in kinds:
        early = [answer for answer in of_kinds(during, kind) if answer.sent < noticed]
        late = [answer for answer in of_kinds(during, kind) if answer.sent >= noticed]
        parts += [(f"{kind}, in the first {NOTICED:.0f} s", early, math.inf if kind == "write" else EARLY),
                  (f"{kind}, later", late, AT_ONCE)]
    rows, wrong = [], []
    for name, answers, limit in parts:
        refused = [answer.seconds for answer in answers if not answer.is_good()]
        rows.append([name, len(answers) - len(refused), len(refused), *milliseconds(refused, 50, 95, 99, 100)])
        if percentile(refused, 95) > limit:
            wrong.append(f"{name}: 95 % of the refusals come within {percentile(refused, 95):.3f} s, not {limit} s")
    table("what needs the database, away", ["answered", "refused", "p50 ms", "p95 ms", "p99 ms", "max ms"], rows)
    for kind in ["repetition", *kinds]:
        print(f"  {kind}: {told(of_kinds(during, kind))}")
    # Few writers that wait for each answer send few writes when they are kept: a percentile does not show it.
    kept = sum(answer.seconds > LONGEST for answer in of_kinds(during, "write") if answer.sent >= noticed)
    if kept:
        wrong.append(f"writes sent after the first {NOTICED:.0f} s that had no answer within {LONGEST:.0f} s: {kept}")
    if all(answer.is_good() for answer in of_kinds(during, "write")):
        wrong.append("no write was refused, so nothing was tried")
    return wrong


def report_readiness(clients, times):
    """What `/readyz` told while the database was away, and when it changed."""
    for replica in range(len(clients.services)):
        answers = [answer for answer in of_kinds(clients.sent_between(times.gone), "readiness") if answer.replica == replica]
        away = [answer for answer in answers if answer.sent < times.returning]
        noticed = min((answer.came() for answer in away if not answer.is_good()), default=math.nan)
        ready = min((answer.came() for answer in answers if answer.is_good() and answer.sent > times.returning), default=math.nan)
        print(f"  /readyz of replica {replica + 1}, away: {told(away)}; not ready after {noticed - times.gone:.2f} s, "
              f"ready {ready - times.returning:.2f} s after the return began")


def report(clients, form, times, reads):
    """One outage; gives what is wrong with it."""
    before, during = clients.sent_between(times.good, times.gone), clients.sent_between(times.gone, times.returning)
    print(f"the server was {form} for {times.returning - times.gone:.1f} s (load of the machine: {os.getloadavg()[0]:.1f})\n")
    wrong = report_reads(before, during, [read.kind for read in reads]) + report_refusals(during, times.gone)
    report_readiness(clients, times)
    first = [clients.acknowledged_since(times.returning, replica) for replica in range(len(clients.services))]
    print("  the first write was acknowledged " + " and ".join(f"{at - times.returning:.2f} s" for at in first) +
          f" after the return began, which itself took {times.back - times.returning:.2f} s\n", flush=True)
    return [f"{form}: {text}" for text in wrong]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("program", help="the `pledgegraph` to test")
    arguments.add_argument("--seconds", type=float, default=60, help="how long the database is away")
    arguments.add_argument("--statements", type=int, default=0, help="how large the graph is beforehand")
    arguments.add_argument("--form", choices=("stopped", "frozen"), help="only one form of being away")
    arguments.add_argument("--seed", type=int, default=random.randrange(10**6))
    given = arguments.parse_args()
    with filled(given.program, given.statements) as (postgres, directory):
        wrong = serve(postgres, directory, given)
    conclude(given.seed, wrong)


def serve(postgres, directory, given):
    """Two replicas, clients, and an outage of each form; gives what was wrong."""
    unlimited = ("--writes-per-minute", "0", "--reads-per-minute", "0")
    homes, extra = [directory / "one", directory / "two"], {"DATABASE_URL": postgres.url(), "PLEDGEGRAPH_LOG_LEVEL": "warn"}
    for home in homes:
        home.mkdir()
    with Service(given.program, homes[0], arguments=unlimited, extra=extra) as one:
        token = one.make_token("outage", "admin")
        prepare(Client(one, token))
        old = make_history(Client(one, token))
        # The old version is from before this one starts.
        with Service(given.program, homes[1], arguments=unlimited, extra=extra) as two:
            clients, reads = Clients([one, two], token, given.seed, PATIENCE), list(light_reads(token, old.version))
            clients.add_readers(8, 0.03, reads, old.records)
            clients.add_visitors(0.1, STORED, old.records, old.moments)
            clients.add_readers(2, 0.1, [Read("readiness", "/readyz")], old.records)
            clients.add_writers(8, 0.04)
            wrong = []
            with clients:
                for form in [given.form] if given.form else ["stopped", "frozen"]:
                    times = outage(clients, postgres, form, given.seconds, min(given.seconds / 5, 5))
                    wrong += report(clients, form, times, reads)
            return wrong + clients.report_writes()


if __name__ == "__main__":
    main()
