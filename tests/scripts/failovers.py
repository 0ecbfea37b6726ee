#!/usr/bin/env python3
"""Nothing is answered from a history that was lost: two replicas over a PostgreSQL that fails over and loses its last commits.

    tests/scripts/failovers.py target/release/pledgegraph [--failovers 30] [--statements 100000] [--seed N]

While clients write through both replicas, a base backup is taken, more is written, the server is stopped at once, and the
backup is started in its place, which lacks what was written since. Every acknowledged write is read on the other replica with
its version. An answer that has the version and not the record is a false read; so is one that carries a lost version when
the loss was noticed, and a `/readyz` that is ready then. Needs Linux and PostgreSQL's programs; starts and ends its own servers on
free ports of the loopback.
"""

import sys

sys.dont_write_bytecode = True

import argparse
import random
import threading
import time

from postgres import filled
from processes import wait
from resilience import Client, Unknown, commitment, prepare
from service import LIMIT, Service

NOTICED = 1.0  # seconds within which a replica must have noticed a loss
PATIENCE = 10


def ask(client, method, path, body=None, headers=()):
    """Status, version and body; `None` when there is no whole answer."""
    try:
        status, answered, content = client.request(method, path, body, headers, PATIENCE)
    except Unknown:
        return None
    return status, answered.get("Pledgegraph-Version"), content


class Run:
    """What clients were told."""

    def __init__(self, replicas, token, seed):
        self.replicas, self.token, self.seed = replicas, token, seed
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.acknowledged = []  # (time, replica, identifier, version)
        self.seen = [[] for _ in replicas]  # of each: (time, status, version)
        self.ready = [[] for _ in replicas]  # of each: (time, status)
        self.false = []

    def write(self, number):
        replica = number % len(self.replicas)
        own, other = (Client(self.replicas[at], self.token) for at in (replica, (replica + 1) % len(self.replicas)))
        counter = 0
        while not self.stopping.is_set():
            counter += 1
            answer = ask(own, "POST", "/v1/commitments", commitment(f"unit {self.seed}-{number}", counter))
            if answer is None or answer[0] != 201:
                time.sleep(0.02)
                continue
            _, version, made = answer
            with self.lock:
                self.acknowledged.append((time.monotonic(), replica, made["id"], version))
            for client in (own, other):
                read = ask(client, "GET", f"/v1/commitments/{made['id']}", None, {"Pledgegraph-At-Least": version})
                if read and read[0] == 404:
                    self.false.append(f"{made['id']} of {version} is not found at {read[1]}")

    def watch(self, replica):
        client = Client(self.replicas[replica], self.token)
        while not self.stopping.is_set():
            for path, told in (("/v1/commitments?limit=1&fields=id", self.seen), ("/readyz", self.ready)):
                answer = ask(client, "GET", path)
                if answer:
                    told[replica].append((time.monotonic(), answer[0], answer[1]))
            time.sleep(0.003)


def failover(postgres, run, number, choice):
    """One failover; gives how many acknowledged writes were lost, and how long each replica answered from them."""
    copy = postgres.backup(f"data{number}")
    time.sleep(choice.uniform(0.2, 0.6))
    postgres.stop()
    postgres.data = copy
    postgres.start()
    up = time.monotonic()

    def recovered():
        with run.lock:
            return {replica for at, replica, _, _ in run.acknowledged if at > up} == set(range(len(run.replicas)))

    wait(recovered, "writes after the failover")
    time.sleep(0.3)
    with run.lock:
        versions = {version for _, _, _, version in run.acknowledged}
    client = Client(run.replicas[0], run.token)
    versions |= {version for seen in run.seen for _, status, version in seen if status == 200}
    lost = set()
    for version in versions:
        answer = ask(client, "GET", "/v1/commitments?limit=1", None, {"Pledgegraph-At-Least": version})
        if answer and answer[0] == 409:
            lost.add(version)
    delays = []
    for replica, (seen, ready) in enumerate(zip(run.seen, run.ready)):
        from_lost = [at for at, status, version in seen if status == 200 and version in lost]
        delays.append(max(max(from_lost, default=up) - up, 0))
        noticed = [at for at, status, _ in seen if status == 503 and at > up - 1]
        if noticed:
            late = [at for at in from_lost if at > noticed[0]]
            told = [at for at, status, _ in ready if status == 200 and noticed[0] < at < max(noticed)]
            run.false += [f"replica {replica} answers from the lost history after it noticed"] * len(late)
            run.false += [f"replica {replica} is ready over a lost history"] * len(told)
    with run.lock:
        gone = sum(version in lost for _, _, _, version in run.acknowledged)
        run.acknowledged = [entry for entry in run.acknowledged if entry[3] not in lost]
        for seen, ready in zip(run.seen, run.ready):
            seen.clear()
            ready.clear()
    return gone, delays


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("program", help="the `pledgegraph` to test")
    arguments.add_argument("--failovers", type=int, default=30)
    arguments.add_argument("--statements", type=int, default=0, help="how large the graph is beforehand")
    arguments.add_argument("--seed", type=int, default=random.randrange(10**6))
    given = arguments.parse_args()
    choice = random.Random(given.seed)
    with filled(given.program, given.statements) as (postgres, directory):
        serve(given.program, postgres, directory, given, choice)


def serve(program, postgres, directory, given, choice):
    """Two replicas, clients, and one failover after the other."""
    unlimited = ("--writes-per-minute", "0", "--reads-per-minute", "0")
    homes = [directory / "one", directory / "two"]
    for home in homes:
        home.mkdir()
    extra = {"DATABASE_URL": postgres.url()}
    with Service(program, homes[0], arguments=unlimited, extra=extra) as one, \
            Service(program, homes[1], arguments=unlimited, extra=extra) as two:
        token = one.make_token("failovers", "admin")
        prepare(Client(one, token))
        run = Run([one, two], token, given.seed)
        threads = [threading.Thread(target=run.write, args=(number,), daemon=True) for number in range(4)]
        threads += [threading.Thread(target=run.watch, args=(replica,), daemon=True) for replica in range(2)]
        for thread in threads:
            thread.start()
        lost, delays = 0, []
        try:
            for number in range(1, given.failovers + 1):
                wait(lambda: len(run.acknowledged) > 20, "writes")
                gone, each = failover(postgres, run, number, choice)
                lost += gone
                delays += each
        finally:
            run.stopping.set()
            for thread in threads:
                thread.join(LIMIT)
        kept = Client(two, token)
        missing = [record for _, _, record, version in run.acknowledged
                   if ask(kept, "GET", f"/v1/commitments/{record}", None, {"Pledgegraph-At-Least": version})[0] != 200]
        slow = sum(delay > NOTICED for delay in delays)
        print(f"failovers: {given.failovers} that lost {lost} acknowledged writes, seed {given.seed}; each replica answered from "
              f"the lost history for {max(delays):.2f} s at most after the other server was there; false reads: "
              f"{len(run.false)}; of {len(run.acknowledged)} writes acknowledged since and kept, missing: {len(missing)}", flush=True)
        if not lost:
            raise SystemExit("no failover lost anything, so nothing was tried")
        if run.false or missing or slow:
            raise SystemExit("\n".join([*run.false[:10], *missing[:10], f"noticed too late: {slow}"]))


if __name__ == "__main__":
    main()
