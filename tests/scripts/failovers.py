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
import os
import pathlib
import random
import subprocess
import threading
import time

from programs import account_for, free_ports, postgresql_programs
from resilience import Client, Unknown, commitment, prepare
from service import LIMIT, Service, temporary_directory

NOTICED = 1.0  # seconds within which a replica must have noticed a loss
PATIENCE = 10


class Postgres:
    """A server on one port, over one data directory after the other."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        [self.port] = free_ports(1)
        self.programs = postgresql_programs()
        self.account = account_for(directory)
        self.data = self.directory / "data0"
        self.run("initdb", "-D", self.data, "-U", "pledgegraph", "-E", "UTF8", "--locale=C", "--auth=trust", "--no-sync")
        self.start()
        self.run("createdb", "-h", "127.0.0.1", "-p", self.port, "-U", "pledgegraph", "pledgegraph")

    def run(self, program, *arguments):
        command = [*self.account, str(self.programs / program), *map(str, arguments)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              cwd=self.directory, text=True, timeout=LIMIT)
        if done.returncode:
            raise SystemExit(f"{program}: {done.returncode}\n{done.stderr}")

    def start(self):
        options = f"-p {self.port} -k {self.directory} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=60"
        self.run("pg_ctl", "-D", self.data, "-l", self.directory / "log", "-w", "-o", options, "start")

    def stop(self):
        self.run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")

    def backup(self, name, *options):
        copy = self.directory / name
        self.run("pg_basebackup", "-h", "127.0.0.1", "-p", self.port, "-U", "pledgegraph", "-D", copy, "-X", "stream",
                 "-c", "fast", "--no-sync", *options)
        return copy

    def url(self):
        return f"postgres://pledgegraph@127.0.0.1:{self.port}/pledgegraph"


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


def wait(until, what):
    """Waits until something is true."""
    limit = time.monotonic() + LIMIT
    while not until():
        if time.monotonic() > limit:
            raise SystemExit(f"{what}: not within {LIMIT} s")
        time.sleep(0.01)


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


def load(program, postgres, directory, statements):
    """Fills the database before anything serves it."""
    lines, environment = directory / "graph.ndjson", {**os.environ, "DATABASE_URL": postgres.url()}
    for command in (["generate", "--edges", str(statements), "--output", lines], ["migrate"], ["import", lines]):
        done = subprocess.run([program, *command], env=environment, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{command[0]}: {done.returncode}\n{done.stdout[-500:]}{done.stderr[-500:]}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("program", help="the `pledgegraph` to test")
    arguments.add_argument("--failovers", type=int, default=30)
    arguments.add_argument("--statements", type=int, default=0, help="how large the graph is beforehand")
    arguments.add_argument("--seed", type=int, default=random.randrange(10**6))
    given = arguments.parse_args()
    choice = random.Random(given.seed)
    with temporary_directory() as directory:
        (directory / "postgres").mkdir()
        postgres = Postgres(directory / "postgres")
        try:
            program = str(pathlib.Path(given.program).resolve())
            if given.statements:
                load(program, postgres, directory, given.statements)
            serve(program, postgres, directory, given, choice)
        finally:
            postgres.stop()


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
