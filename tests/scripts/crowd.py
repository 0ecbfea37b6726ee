#!/usr/bin/env python3
"""How long others wait while one address occupies a class of requests.

    tests/scripts/crowd.py target/release/pledgegraph [--statements 100000] [--seconds 10] [--rounds 3] [--only CLASS]

One client asks for `/healthz`, a record and a page of ten, one after the other, from an address of its own. Beside it run two
busy loops all the time, and in turn nobody else (idle), or sixteen concurrent requests of one class in a closed loop from
another address. Idle phases and phases of classes alternate, in rounds; all idle phases together are what each class is
compared with. Printed are the median and the 99th percentile in milliseconds, the ratio of the latter to the idle one, what
the class was answered, and how many processors the service and the crowd used. Fails when a ratio is above its bound. Needs
Linux (any address of 127.0.0.0/8 is the loopback's) and PostgreSQL's programs; starts and ends its own service and processes.
"""

import sys

sys.dont_write_bytecode = True

import argparse
import collections
import gc
import http.client
import json
import multiprocessing
import os
import statistics
import threading
import time
import urllib.parse

from measured import PATIENCE, PIECE, Asked, connected, content, cpu_seconds, day, exchange
from service import Service, fill, temporary_directory

PROBING, CROWDING = "127.0.0.2", "127.0.0.3"
BUSY = 2
CROWD = 16
BOUNDS = {"healthz": 3, "record": 5, "list": 10}
ENOUGH = 500  # answers of each kind in all phases of a class
LONGEST = 12  # how many times as long as asked a phase may take to get them
BREATH = 0.002  # seconds between two questions of the probing client
SETTLED = 1  # seconds that a phase runs before it is measured
AFTER_REFUSAL = 0.1  # seconds that a crowding client waits that was sent away
SILENCE = 1  # seconds after which a stream of events is ended and begun anew
BODY = 900_000  # bytes of a large body


def count_for_ever():
    """A busy loop."""
    number = 0
    while True:
        number += 1


def probe(address, paths, orders):
    """Measures when told: for so many seconds, and until there are so many answers of each kind, but no longer than LONGEST."""
    gc.disable()
    host, port = address.rsplit(":", 1)
    connection = http.client.HTTPConnection(host, int(port), timeout=PATIENCE, source_address=(PROBING, 0))
    while (order := orders.recv()) is not None:
        seconds, enough = order
        measured, begun = {name: [] for name in paths}, time.monotonic()
        while (passed := time.monotonic() - begun) < seconds or (
                len(measured["healthz"]) < enough and passed < LONGEST * seconds):
            for name, path in paths.items():
                sent = time.perf_counter()
                connection.request("GET", path)
                answer = connection.getresponse()
                answer.read()
                measured[name].append(time.perf_counter() - sent)
                if answer.status != 200:
                    raise SystemExit(f"{path}: {answer.status}")
                time.sleep(BREATH)
        orders.send(measured)


def follow(address, asked):
    """Reads a stream of events until nothing comes any more."""
    piece, kept = bytearray(PIECE), b""
    with connected(address, CROWDING, SILENCE) as connection:
        connection.sendall(asked.head(address))
        try:
            while count := connection.recv_into(piece):
                kept = kept or bytes(piece[:16])
        except (TimeoutError, ConnectionResetError):
            pass
    return int(kept[9:12]) if kept.startswith(b"HTTP/1.1 ") else 0


def crowd(address, requests, count, endless, begun, answers):
    """Loops that ask until the process is ended; `answers` gets each status."""
    turns, lock = iter(range(1 << 62)), threading.Lock()

    def loop():
        while True:
            with lock:
                asked = requests[next(turns) % len(requests)]
            try:
                status = follow(address, asked) if endless else exchange(address, CROWDING, asked)[0]
            except OSError:
                status = 0
            answers.put(status)
            if status in (0, 503):
                time.sleep(AFTER_REFUSAL)

    threads = [threading.Thread(target=loop, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    begun.set()
    for thread in threads:
        thread.join()


def ends(address, path):
    """References of a collection."""
    return [f"{item['kind']}:{item['slug']}" for item in content(address, path)["items"]]


def analyses(countries, conditions):
    """Heavy ones, of a day each, so that nothing is kept from one to the next."""
    for number in range(40):
        on, actor = f"valid_at={day(number)}", countries[number % len(countries)]
        yield Asked("matrix", "GET", f"/v1/matrix?{on}&stance_min=refused&limit=100000")
        yield Asked("fall-out", "GET", f"/v1/analyses/fall-out?{on}&actor={actor}&stance_min=refused&limit=1000")
        yield Asked("deadlocks", "GET", f"/v1/analyses/deadlocks?{on}&limit=10000")
        yield Asked("conflicts", "GET", f"/v1/conflicts?{on}&limit=1000")
        assumed = [{"condition": condition, "truth": "true"} for condition in conditions[:number + 1]]
        scenario = {"assume": assumed, "withdraw": countries[:number + 1], "valid_at": day(number), "limit": 10000,
                    "stance_min": "refused"}
        yield Asked("scenario", "POST", "/v1/scenario-evaluations", scenario)
        goal = {"goal": {"actors": countries[:100], "at_least": 50}, "valid_at": day(number), "limit": 10000}
        yield Asked("unlocking sets", "POST", "/v1/analyses/unlocking-sets", goal)


def queries(countries):
    """Structured queries of many parts, most of which are refused when they have cost all that they may."""
    for number in range(40):
        days = [day(number * 40 + part) for part in range(40)]
        for parts in ([{"in_force": ["true"], "valid_at": on} for on in days[:4]],
                      [{"standing": ["stands"], "valid_at": on} for on in days[:8]],
                      [{"stance_min": "refused", "valid_at": on, "subject": countries} for on in days],
                      [{"subject_is": {"subject_of": {"find": "statements", "where": {"valid_at": on}}}} for on in days]):
            yield Asked("query", "POST", "/v1/query", {"find": "commitments", "where": {"any_of": parts}, "limit": 10000})


def faults(token):
    """Large bodies none of which is accepted."""
    headers = {"Authorization": f"Bearer {token}"}
    unknown = {f"x{number:06}": [{}] for number in range(BODY // 15)}
    yield Asked("unknown fields", "POST", "/v1/commitments", unknown, headers)
    yield Asked("unknown fields", "POST", "/v1/query", {"find": "commitments", "where": unknown})
    codes = [{"stance": ["nosuch"] * 99} for _ in range(90)]
    yield Asked("unknown codes", "POST", "/v1/query", {"find": "commitments", "where": {"any_of": codes}, "assume": [{}] * 9999})
    texts = {"evidence": [{"source": f"source:none-{number}"} for number in range(BODY // 31)]}
    yield Asked("unknown sources", "POST", "/v1/commitments", texts, headers)
    nested = b'{"where":' * 3 + b"[" * (BODY - 100)
    yield Asked("no end", "POST", "/v1/query", nested, {"Content-Type": "application/json"})


def imports(lines, token):
    """Statements of the graph under other keys, checked and not written."""
    headers, new = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}, []
    with open(lines, encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            if "subject" in record and "links" not in record:
                del record["id"]
                new.append(json.dumps({**record, "key": f"crowd-{len(new)}"}))
            if len(new) == 2000:
                break
    yield Asked("import", "POST", "/v1/import?dry_run=true", "\n".join([*new, ""]).encode(), headers)


def questions(countries):
    """In English, of one country each."""
    names = [country.split(":")[1].replace("synthetic-cou-", "Synthetic country ") for country in countries]
    forms = ("Who is willing to do what", "Which countries are willing to send forces to {}?", "What did {} pledge?",
             "What would it take for {} to send forces to Ukraine?", "Who pledged what under which conditions?")
    for form in forms:
        for name in names[:20]:
            asked = urllib.parse.quote(form.format(name))
            yield Asked("question", "GET", f"/v1/questions?limit=1000&q={asked}")


# Told, and not held to the bounds: most of it is connections that are refused and tried again at once.
FLOOD = "200 events"


def classes(address, lines, token):
    """Of each class: its name, how many at a time, whether its answers never end, and the requests."""
    countries, conditions = (ends(address, f"/v1/{kind}?limit=100") for kind in ("countries", "conditions"))
    gzip = {"Accept-Encoding": "gzip"}
    downloads = [f"/v1/{of}.csv" for of in ("commitments", "edges", "positions")]
    events = [Asked("events", "GET", "/v1/changes", None, {"Accept": "text/event-stream"})]
    return [
        ("analyses", CROWD, False, list(analyses(countries, conditions))),
        ("queries", CROWD, False, list(queries(countries))),
        ("csv", CROWD, False, [Asked("csv", "GET", path) for path in downloads]),
        ("csv, gzip", CROWD, False, [Asked("csv", "GET", path, None, gzip) for path in downloads]),
        ("export", CROWD, False, [Asked("export", "GET", "/v1/export")]),
        ("export, gzip", CROWD, False, [Asked("export", "GET", "/v1/export", None, gzip)]),
        ("faults", CROWD, False, list(faults(token))),
        ("import", CROWD, False, list(imports(lines, token))),
        ("events", CROWD, True, events),
        (FLOOD, 200, True, events),
        ("questions", CROWD, False, list(questions(countries))),
    ]


class Measured:
    """What the phases of one class gave."""

    def __init__(self):
        self.latencies = {name: [] for name in BOUNDS}
        self.statuses = collections.Counter()
        self.seconds = self.service = self.crowd = 0.0

    def add(self, latencies):
        for name, more in latencies.items():
            self.latencies[name] += more

    def percentile(self, name, percent):
        """In milliseconds."""
        return statistics.quantiles(self.latencies[name], n=100, method="inclusive")[percent - 1] * 1000


class Run:
    """The processes beside the service."""

    def __init__(self, service, given, paths):
        self.service, self.given = service, given
        self.context = multiprocessing.get_context("spawn")
        self.busy = [self.context.Process(target=count_for_ever, daemon=True) for _ in range(BUSY)]
        self.orders, theirs = self.context.Pipe()
        self.prober = self.context.Process(target=probe, args=(service.address, paths, theirs), daemon=True)

    def __enter__(self):
        for process in (*self.busy, self.prober):
            process.start()
        return self

    def __exit__(self, *_):
        for process in (*self.busy, self.prober):
            process.kill()
            process.join()

    def measure(self):
        """What the probing client finds in one phase."""
        self.orders.send((self.given.seconds / self.given.rounds, -(-ENOUGH // self.given.rounds)))
        while not self.orders.poll(1):
            if not self.prober.is_alive():
                raise SystemExit("the probing client ended")
        return self.orders.recv()

    def idle(self, measured):
        measured.add(self.measure())

    def crowded(self, measured, count, endless, requests):
        """One phase of a class."""
        begun, answers = self.context.Event(), self.context.Queue()
        asking = (self.service.address, requests, count, endless, begun, answers)
        crowding = self.context.Process(target=crowd, args=asking, daemon=True)
        crowding.start()
        try:
            begun.wait(PATIENCE)
            time.sleep(SETTLED)
            pids, started = (self.service.process.pid, crowding.pid), time.monotonic()
            before = [cpu_seconds(pid) for pid in pids]
            measured.add(self.measure())
            used = [cpu_seconds(pid) - earlier for pid, earlier in zip(pids, before)]
            measured.seconds += time.monotonic() - started
            measured.service += used[0]
            measured.crowd += used[1]
            while not answers.empty():
                measured.statuses[answers.get()] += 1
        finally:
            crowding.kill()
            crowding.join()
        time.sleep(SETTLED)


def told(name, measured, idle):
    """The line of a class, and what of it is above its bound."""
    cells, above = [], []
    for kind, bound in BOUNDS.items():
        median, late = measured.percentile(kind, 50), measured.percentile(kind, 99)
        ratio = late / idle.percentile(kind, 99)
        cells.append(f"{median:8.1f} {late:8.1f} {ratio:6.1f}{'!' if ratio > bound else ' '}")
        if ratio > bound:
            above.append(f"{name}: p99 of {kind} is {ratio:.1f} times the idle one, above {bound}")
    answered = ", ".join(f"{count} x {status or 'none'}" for status, count in sorted(measured.statuses.items())) or "no whole answer" * bool(measured.seconds)
    used = f"{measured.service / measured.seconds:5.2f} {measured.crowd / measured.seconds:5.2f}" if measured.seconds else " " * 11
    return f"{name:13} {len(measured.latencies['healthz']):6} {' '.join(cells)} {used}  {answered}", above


def report(idle, by_class):
    """Prints the table; gives what is above its bound."""
    print(f"{'':20} " + " ".join(f"{kind + f' (<= {bound})':>24}" for kind, bound in BOUNDS.items()) + "  processors")
    print(f"{'class':13} {'each':>6} " + " ".join([f"{'p50':>8} {'p99':>8} {'ratio':>6} "] * len(BOUNDS)) + " serv. crowd  answers")
    above = []
    for name, measured in (("idle", idle), *by_class.items()):
        line, more = told(name, measured, idle)
        print(line, flush=True)
        above += more if name != FLOOD else []
    return above


def run(service, lines, given):
    """All rounds; gives what is above its bound."""
    chosen = classes(service.address, lines, service.first_token())
    if given.only:
        chosen = [each for each in chosen if each[0] in given.only]
    record = content(service.address, "/v1/commitments?limit=1&stance=pledged&fields=id")["items"][0]["id"]
    paths = {"healthz": "/healthz", "record": f"/v1/commitments/{record}", "list": "/v1/commitments?stance=pledged&limit=10"}
    idle, by_class = Measured(), {name: Measured() for name, *_ in chosen}
    with Run(service, given, paths) as processes:
        time.sleep(SETTLED)
        for _ in range(given.rounds):
            for name, count, endless, requests in chosen:
                processes.idle(idle)
                processes.crowded(by_class[name], count, endless, requests)
    return report(idle, by_class)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("program", help="the `pledgegraph` to test")
    arguments.add_argument("--statements", type=int, default=100000, help="how large the graph is")
    arguments.add_argument("--seconds", type=float, default=10, help="how long a class is measured in all")
    arguments.add_argument("--rounds", type=int, default=3, help="in so many phases")
    arguments.add_argument("--only", action="append", help="a class; may be given again")
    given = arguments.parse_args()
    unlimited = ("--writes-per-minute", "0", "--reads-per-minute", "0", "--log-level", "warn")
    with temporary_directory() as directory:
        lines = fill(given.program, None, directory, given.statements)
        with Service(given.program, directory, arguments=unlimited) as service:
            above = run(service, lines, given)
            load = os.getloadavg()
            service.stop()
    print(f"{given.statements} statements, {os.cpu_count()} processors, {BUSY} busy loops, load {load[0]:.1f} {load[1]:.1f}")
    if above:
        raise SystemExit("\n".join(above))


if __name__ == "__main__":
    main()
