#!/usr/bin/env python3
"""A connection to the database that is frozen keeps nobody long.

    tests/scripts/frozen.py target/release/pledgegraph [--times 20] [--statements 100000] [--seed N]

Between the service and its PostgreSQL is a proxy. Again and again, under a load of reads and writes, it freezes all connections
that are open: nothing more comes through them and none is closed, as when a firewall forgets them; new ones work. Every other
time that is just after a question came through, so that it has no answer. Within five seconds a write that is sent then must be
acknowledged, and each request must have an answer within 15. Each round lasts until all that was sent before has its answer; then
the frozen connections are closed. In the end each acknowledged write must be there once, none that was refused, and at most
once what had an unknown outcome. Needs Linux and PostgreSQL's programs; starts and ends its own servers on free ports of the
loopback.
"""

import sys

sys.dont_write_bytecode = True

import argparse
import itertools
import os
import random
import statistics
import time

from clients import Clients, Read, of_kinds, told
from figures import conclude, table
from outage import STORED, make_history
from postgres import filled
from processes import wait
from proxy import Proxy
from resilience import Client, prepare
from service import Service

RESUMED = 5.0  # seconds after a freeze within which a write must be acknowledged
PATIENCE = 15  # seconds within which each request must have an answer
CALM = 20  # writes that must be acknowledged before a freeze
READS = [Read("a record", "/v1/commitments/{record}"), Read("a page", "/v1/commitments?limit=20")]
KINDS = (["write"], ["repetition"], [read.kind for read in READS], [read.kind for read in STORED])
ROWS = ("from the freeze to the next acknowledged write, s", "from the first write sent after it, s",
        "longest wait for the answer to a write, s", "to the repetition of one, s", "to a read from memory, s",
        "to a read from the database, s", "requests without an answer at the freeze", "connections frozen")


def freeze(proxy, clients, choice, in_midst):
    """One freeze, until all is well again; gives the figures of `ROWS`."""
    calm = time.monotonic()
    wait(lambda: sum(answer.is_good() for answer in of_kinds(clients.sent_between(calm), "write")) > CALM, "calm")
    time.sleep(choice.uniform(0, 0.1))
    frozen, connections = proxy.freeze(in_midst)
    wait(lambda: clients.acknowledged_since(frozen, 0), "a write after a freeze")
    resumed = clients.acknowledged_since(frozen, 0)
    wait(lambda: clients.all_answered(resumed), "answers to what was sent before")
    proxy.drop()
    answers = [answer for answer in clients.sent_between(frozen - PATIENCE, resumed) if answer.came() > frozen]
    first = min(answer.sent for answer in of_kinds(answers, "write") if answer.sent > frozen)
    longest = [max((answer.seconds for answer in of_kinds(answers, *kinds)), default=0.0) for kinds in KINDS]
    return resumed - frozen, resumed - first, *longest, sum(answer.sent < frozen for answer in answers), connections


def report(clients, freezes):
    """Prints the figures of all freezes; gives what is wrong with them."""
    rows = []
    for name, values in zip(ROWS, zip(*freezes)):
        figures = min(values), statistics.median(values), max(values)
        rows.append([name, *(f"{figure:.2f}" if isinstance(figure, float) else figure for figure in figures)])
    table(f"{len(freezes)} freezes, load of the machine {os.getloadavg()[0]:.1f}", ["min", "median", "max"], rows)
    for kind in itertools.chain(*KINDS):
        print(f"  {kind}: {told(of_kinds(clients.answers, kind))}")
    late = sum(figures[0] > RESUMED for figures in freezes)
    return [f"{late} times no write was acknowledged within {RESUMED:.0f} s"] if late else []


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("program", help="the `pledgegraph` to test")
    arguments.add_argument("--times", type=int, default=20, help="how often connections are frozen")
    arguments.add_argument("--statements", type=int, default=0, help="how large the graph is beforehand")
    arguments.add_argument("--seed", type=int, default=random.randrange(10**6))
    given = arguments.parse_args()
    with filled(given.program, given.statements) as (postgres, directory):
        with Proxy(postgres.port) as proxy:
            wrong = serve(postgres.url(proxy.port), proxy, directory, given)
    conclude(given.seed, wrong)


def serve(url, proxy, directory, given):
    """A service behind the proxy, clients, and one freeze after the other; gives what was wrong."""
    unlimited = ("--writes-per-minute", "0", "--reads-per-minute", "0")
    extra = {"DATABASE_URL": url, "PLEDGEGRAPH_LOG_LEVEL": "warn"}
    with Service(given.program, directory, arguments=unlimited, extra=extra) as service:
        token = service.make_token("frozen", "admin")
        client, choice = Client(service, token), random.Random(given.seed)
        prepare(client)
        old = make_history(client)
        clients = Clients([service], token, given.seed, PATIENCE)
        clients.add_readers(4, 0.03, READS, old.records)
        clients.add_visitors(0.1, STORED, old.records, old.moments)
        clients.add_writers(6, 0.05)
        with clients:
            freezes = [freeze(proxy, clients, choice, number % 2 == 0) for number in range(given.times)]
            wrong = report(clients, freezes)
        return wrong + clients.report_writes()


if __name__ == "__main__":
    main()
