#!/usr/bin/env python3
"""Three services over a PostgreSQL that really fails over: Patroni with three nodes, and HAProxy before them.

    tests/ha/run.py target/release/pledgegraph [--switchovers 10] [--kills 10] [--freezes 2] [--mode asynchronous] [--seed N]

Clients write through all three services, each write with an `Idempotency-Key`, repeated at the next service until its
outcome is certain; what is acknowledged is read at another service with its version. Meanwhile the primary is switched over,
killed with its Patroni (every other time after a second in which nothing reached a standby), and frozen. In the end all three
services must have what was acknowledged, once. Whoever was told a version is answered from it, or with 503, and never without
it; with a synchronous standby no version is ever lost, without one a lost version is 409 everywhere.

Needs Linux, PostgreSQL's programs, and `apt-get install --no-install-recommends patroni python3-etcd etcd-server haproxy`.
Everything runs on free ports of the loopback in a temporary directory, and is ended at the end.
"""

import sys

sys.dont_write_bytecode = True

import argparse
import contextlib
import pathlib
import random
import shutil
import signal
import statistics
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts"))

from cluster import Cluster, Node
from load import Load, is_lost
from processes import wait
from resilience import Client, compare, prepare
from service import Service, temporary_directory

HELD = 1.0  # seconds in which nothing reaches a standby, before a kill
FROZEN = 5.0  # seconds that the old primary stays frozen beside the new one
CALM = 1.0  # seconds that all must be well before the next event
NOTICED = 1.0  # seconds within which a service must have noticed a loss, once it can


def switch_over(node):
    status, text = node.ask("POST", "/switchover", {"leader": node.name})
    if status != 200:
        raise SystemExit(f"switchover: {status} {text}")


def kill_after_standstill(node):
    node.hold_replication()
    time.sleep(HELD)
    node.kill()


def reset(node):
    """As a watchdog does: a node that goes on after its time may take the lock back from its successor (Patroni 3.0.2 does),
    and what was written there is lost."""
    time.sleep(FROZEN)
    node.kill()
    node.run()


# What is done to the primary, and what to the same node when there is another one.
EVENTS = {
    "switchover": (switch_over, lambda _: None),
    "kill": (Node.kill, Node.run),
    "kill after a standstill of replication": (kill_after_standstill, Node.run),
    "freeze": (Node.freeze, reset),
}


class Trial:
    """One event after the other, and what it meant to clients."""

    def __init__(self, cluster, load):
        self.cluster, self.load = cluster, load
        self.results = {}

    def is_calm(self):
        return self.cluster.is_settled() and all(ready[-1:] and ready[-1][1] == 200 for ready in self.load.ready)

    def settle(self):
        """Waits until the cluster and all services have been well for a while."""
        since = None
        end = time.monotonic() + 180
        while since is None or time.monotonic() - since < CALM:
            since = (since or time.monotonic()) if self.is_calm() else None
            if time.monotonic() > end or self.load.stopping.is_set():
                raise SystemExit(f"not well again: {self.cluster.members()}")
            time.sleep(0.05)

    def event(self, name, do, undo):
        self.settle()
        old, began = self.cluster.primary(), time.monotonic()
        do(old)
        done = time.monotonic()
        wait(lambda: self.cluster.primary() not in (None, old), "another primary")
        changed = time.monotonic()
        undo(old)
        wait(lambda: self.load.succeeded_since(changed), "writes through every service")
        self.settle()
        outcome = self.load.outcome(began, done)
        self.results.setdefault(name, []).append(outcome)
        new = self.cluster.primary().name
        print(f"{name}: {old.name} -> {new}; without an acknowledged write {outcome.gap:.1f} s (each service "
              f"{', '.join(f'{gap:.1f}' for gap in outcome.gaps)}); all ready again after {outcome.ready:.1f} s; "
              f"acknowledged and lost: {outcome.lost}" + (f", noticed after {outcome.noticed:.2f} s" if outcome.lost else ""),
              flush=True)

    def run(self, events):
        for name in events:
            self.event(name, *EVENTS[name])

    def summary(self):
        for name, outcomes in self.results.items():
            gaps, ready = [o.gap for o in outcomes], [o.ready for o in outcomes]
            print(f"{len(outcomes)} x {name}: without an acknowledged write {statistics.median(gaps):.1f} s (median), "
                  f"{max(gaps):.1f} s at most; all services ready again after {statistics.median(ready):.1f} s (median), "
                  f"{max(ready):.1f} s at most; acknowledged and lost: {sum(o.lost for o in outcomes)}")


def schedule(given, choice):
    held = given.kills // 2
    events = (["switchover"] * given.switchovers + ["kill"] * (given.kills - held)
              + ["kill after a standstill of replication"] * held + ["freeze"] * given.freezes)
    choice.shuffle(events)
    return events


def conclude(load, services, token, synchronous, trial):
    """Compares what every service has with what it acknowledged; gives what is wrong."""
    wrong = list(load.false)
    kept, lost = load.kept()
    for at, service in enumerate(services):
        missing, doubled = compare(Client(service, token), kept)
        print(f"service {at + 1}: of {sum(map(len, kept.records.values()))} writes acknowledged and kept, missing: {missing}, "
              f"doubled: {doubled}")
        wrong += [f"service {at + 1}: missing {missing}, doubled {doubled}"] * bool(missing or doubled)
        client = Client(service, token)
        told = {version: is_lost(client, version) for version in load.told_lost}
        wrong += [f"service {at + 1} has {version}, which was told to be lost" for version, gone in told.items() if not gone]
    if synchronous and lost:
        wrong.append(f"{lost} acknowledged writes were lost in spite of a synchronous standby")
    late = [o.noticed for outcomes in trial.results.values() for o in outcomes if o.noticed > NOTICED]
    wrong += [f"a loss was noticed after {seconds:.2f} s" for seconds in late]
    verified = services[0].verify()
    commits = 3 + sum(map(len, kept.records.values()))
    print(f"verify: {verified['entities']} entities, {verified['edges']} edges, {verified['seq']} commits")
    if int(verified["seq"]) != commits:
        wrong.append(f"{verified['seq']} commits, where {commits} writes were acknowledged and kept")
    return wrong


def serve(given, cluster, directory):
    """Three services, clients, and all the events; gives what is wrong."""
    choice = random.Random(given.seed)
    unlimited = ("--writes-per-minute", "0", "--reads-per-minute", "0")
    with contextlib.ExitStack() as running:
        services = []
        for name in ("first", "second", "third"):
            (directory / name).mkdir()
            extra = {"DATABASE_URL": cluster.url(), "PLEDGEGRAPH_LOG_LEVEL": "warn"}
            service = Service(given.program, directory / name, arguments=unlimited, extra=extra)
            services.append(running.enter_context(service))
        token = services[0].make_token("failovers", "admin")
        client = Client(services[0], token)
        prepare(client)
        since = client.ok("GET", "/v1/sources")[0]["Pledgegraph-Version"]
        load = Load(services, token, given.seed, given.mode == "synchronous", since)
        trial = Trial(cluster, load)
        with load.running():
            trial.run(schedule(given, choice))
            trial.settle()
        trial.summary()
        load.summary()
        return conclude(load, services, token, given.mode == "synchronous", trial)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("program", help="the `pledgegraph` to test")
    arguments.add_argument("--switchovers", type=int, default=10)
    arguments.add_argument("--kills", type=int, default=10, help="of the primary with its Patroni")
    arguments.add_argument("--freezes", type=int, default=2, help="of the primary with its Patroni, which are reset later")
    arguments.add_argument("--mode", choices=("synchronous", "asynchronous"), default="synchronous",
                           help="whether a commit waits for one of the standbys")
    arguments.add_argument("--checks", default="inter 1s fall 2 rise 1", help="how HAProxy finds the primary")
    arguments.add_argument("--logs", type=pathlib.Path, help="a directory, made anew, for the logs of all processes")
    arguments.add_argument("--seed", type=int, default=random.randrange(10**6))
    given = arguments.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by a signal"))
    started = time.monotonic()
    with temporary_directory() as directory:
        try:
            with Cluster(directory, given.mode == "synchronous", given.checks) as cluster:
                wrong = serve(given, cluster, directory)
        finally:
            if given.logs:
                for log in directory.glob("*/*log"):
                    (given.logs / log.parent.name).mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(log, given.logs / log.parent.name / log.name)
    print(f"{given.mode}, seed {given.seed}, {time.monotonic() - started:.0f} s; wrong: {len(wrong)}", flush=True)
    if wrong:
        raise SystemExit("\n".join(wrong[:20]))


if __name__ == "__main__":
    main()
