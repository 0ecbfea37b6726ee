#!/usr/bin/env python3
"""Nothing that was acknowledged is lost, and nothing is done twice: under concurrency, and under SIGKILL.

    tests/scripts/resilience.py target/release/pledgegraph [--increments 5000] [--kills 20] [--seed N]

First eight clients count up a few records, each step with `If-Match`. Then eight clients create and correct statements,
each request with an `Idempotency-Key`, while the embedded PostgreSQL and the service are killed in turn; whatever has no
certain outcome is repeated with its key until it has one. In the end the history of every record must be exactly what was
acknowledged. Needs Linux and PostgreSQL's programs; starts and ends its own service on a free port of the loopback.
"""

import sys

sys.dont_write_bytecode = True

import argparse
import collections
import http.client
import json
import random
import statistics
import threading
import time

from service import Service, temporary_directory

CLIENTS = 8
PATIENCE = 60  # seconds that a client waits for an answer
IMPATIENT = 0.03  # the share of requests whose client goes away before the answer
RECOVERY = 120  # seconds within which writes must succeed again after a kill


class Unknown(Exception):
    """The request may have been done or not."""


class Client:
    """One connection at a time to wherever the service is now, with a token or `None`."""

    def __init__(self, service, token):
        self.service, self.token, self.connection, self.address = service, token, None, None

    def request(self, method, path, body=None, headers=(), timeout=PATIENCE):
        """Status, headers, body. Raises `Unknown` when there is no whole answer."""
        headers = {**({"Authorization": f"Bearer {self.token}"} if self.token else {}), **dict(headers)}
        if body is not None:
            merge = "merge-patch+" if method == "PATCH" else ""
            headers["Content-Type"] = f"application/{merge}json"
            body = json.dumps(body).encode()
        try:
            if self.connection is None or self.address != self.service.address:
                self.close()
                self.address = self.service.address
                self.connection = http.client.HTTPConnection(self.address, timeout=timeout)
            self.connection.timeout = timeout
            if self.connection.sock:
                self.connection.sock.settimeout(timeout)
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
            content = answer.read()
            if answer.will_close:
                self.close()
            return answer.status, answer.headers, json.loads(content) if content else None
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            raise Unknown(repr(error)) from error

    def ok(self, method, path, body=None, headers=()):
        """The answer, which must be a good one."""
        status, headers, content = self.request(method, path, body, headers)
        if status not in (200, 201):
            raise SystemExit(f"{method} {path}: {status} {content}")
        return headers, content

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None


def commitment(unit, value):
    return {"pledger": "country:GB", "beneficiary": "country:UA", "capability": "military.forces", "stance": "willing",
            "quantity": {"value": value, "unit": unit}, "evidence": [{"source": "source:report"}]}


def prepare(client):
    """What the statements name."""
    for alpha2, alpha3, numeric, name in (("GB", "GBR", "826", "United Kingdom"), ("UA", "UKR", "804", "Ukraine")):
        codes = {"alpha2": alpha2, "alpha3": alpha3, "numeric": numeric}
        client.ok("POST", "/v1/countries", {"slug": alpha2, "names": {"en": name}, "iso3166": codes})
    client.ok("POST", "/v1/sources", {"slug": "report", "names": {"en": "A report"}, "url": "https://example.org/report"})


def history(client, record):
    """The values of a statement's quantity, version by version."""
    values, cursor = [], ""
    while cursor is not None:
        path = f"/v1/commitments/{record}/history?limit=1000"
        _, page = client.ok("GET", path + (f"&cursor={cursor}" if cursor else ""))
        values += [item["record"]["quantity"]["value"] for item in page["items"]]
        cursor = page["page"].get("next_cursor")
    return values


def in_threads(count, work):
    """Runs `work(number)` in threads; the first failure of one is the failure of all."""
    failures = []

    def guarded(number):
        try:
            work(number)
        except BaseException as error:  # noqa: BLE001: a SystemExit of a thread must not be lost
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(number,), daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        for thread in threads:
            thread.join(0.1)
        if failures:
            raise failures[0]
    if failures:
        raise failures[0]


def concurrency(service, token, increments):
    """Eight clients count up; nothing is lost."""
    client, started = Client(service, token), time.monotonic()
    records = [client.ok("POST", "/v1/commitments", commitment(f"counter {n}", 0))[1]["id"] for n in range(4)]
    left, lock = iter(range(increments)), threading.Lock()
    acknowledged, conflicts = collections.Counter(), collections.Counter()

    def count(number):
        client, choice = Client(service, token), random.Random(number)
        while True:
            with lock:
                if next(left, None) is None:
                    return
            record, done = choice.choice(records), False
            while not done:
                headers, now = client.ok("GET", f"/v1/commitments/{record}")
                body = {"quantity": {"value": now["quantity"]["value"] + 1}}
                condition = {"If-Match": headers["ETag"]}
                status, _, content = client.request("PATCH", f"/v1/commitments/{record}", body, condition)
                if status not in (200, 412):
                    raise SystemExit(f"an increment: {status} {content}")
                done = status == 200
                with lock:
                    (acknowledged if done else conflicts)[record] += 1

    in_threads(CLIENTS, count)
    seconds, lost = time.monotonic() - started, 0
    client = Client(service, token)  # the first one's connection was idle for long
    for record in records:
        final = client.ok("GET", f"/v1/commitments/{record}")[1]["quantity"]["value"]
        lost += acknowledged[record] - final
        if history(client, record) != list(range(acknowledged[record] + 1)):
            raise SystemExit(f"the history of {record} is not 0 to {acknowledged[record]} one by one")
    print(f"concurrency: {CLIENTS} clients, {sum(acknowledged.values())} increments of {len(records)} records in "
          f"{seconds:.1f} s, {sum(conflicts.values())} conflicts (412), lost updates: {lost}", flush=True)
    if lost or sum(acknowledged.values()) != increments:
        raise SystemExit("updates were lost")
    return 1 + len(records) + increments


class Writers:
    """Clients that write under kills, and what they were told."""

    def __init__(self, service, token, seed):
        self.service, self.token, self.seed = service, token, seed
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.figures = collections.Counter()
        self.records = {}  # identifier: the acknowledged values, in order
        self.units = {}  # identifier: the unit, which only this record has
        self.last_success = 0.0  # when the request was sent that was acknowledged last

    def note(self, what, count=1):
        with self.lock:
            self.figures[what] += count

    def run(self, number):
        client, choice = Client(self.service, self.token), random.Random(f"{self.seed} {number}")
        own, counter = [], 0
        while not self.stopping.is_set():
            counter += 1
            key = f"{self.seed}-{number}-{counter}"
            if not own or choice.random() < 0.5:
                unit = f"unit {key}"
                made = self.settle(client, choice, key, "POST", "/v1/commitments", commitment(unit, counter))
                record, tag = made["id"], made["etag"]
                with self.lock:
                    self.records[record], self.units[record] = [counter], unit
                own.append((record, tag))
            else:
                place = choice.randrange(len(own))
                record, tag = own[place]
                made = self.settle(client, choice, key, "PATCH", f"/v1/commitments/{record}",
                                   {"quantity": {"value": counter}}, {"If-Match": tag})
                own[place] = (record, made["etag"])
                with self.lock:
                    self.records[record].append(counter)
            self.read_back(client, own[-1][0] if made["id"] == own[-1][0] else made["id"], made["etag"])

    def settle(self, client, choice, key, method, path, body, headers=()):
        """Repeats one write with its key until it is done."""
        headers = {"Idempotency-Key": key, **dict(headers)}
        self.note("writes")
        unknown, until = False, time.monotonic() + RECOVERY
        while True:
            # Some clients lose patience: theirs is done, or not, after they left.
            timeout = choice.uniform(0.001, 0.02) if choice.random() < IMPATIENT else PATIENCE
            sent = time.monotonic()
            if sent > until:
                raise SystemExit(f"{method} {path} with the key {key} is not done within {RECOVERY} s")
            try:
                status, answered, content = client.request(method, path, body, headers, timeout)
            except Unknown:
                unknown = self.count_unknown(unknown, "broken or late answers")
            else:
                kind = content["type"].rsplit("/", 1)[-1] if status >= 400 else None
                if status in (200, 201):
                    self.count_success(sent, unknown, answered.get("Idempotency-Replayed") == "true", key)
                    return {"id": content["id"], "etag": answered["ETag"]}
                if kind == "outcome-unknown":
                    unknown = self.count_unknown(unknown, "503 outcome-unknown")
                elif kind in ("store-unavailable", "overloaded", "write-contention", "in-progress"):
                    self.note(f"{status} {kind}")
                else:
                    raise SystemExit(f"{method} {path}: {status} {content}")
            time.sleep(choice.uniform(0.01, 0.1))

    def count_unknown(self, already, how):
        self.note(how)
        if not already:
            self.note("unknown")
        return True

    def count_success(self, sent, unknown, replayed, key):
        with self.lock:
            self.last_success = max(self.last_success, sent)
            self.figures["acknowledged"] += 1
            if unknown:
                self.figures["settled as done" if replayed else "settled as not done"] += 1
            elif replayed:
                raise SystemExit(f"{key}: done although every earlier answer said that it was not")

    def read_back(self, client, record, tag):
        """What was acknowledged is found by the next read, if it is answered."""
        try:
            status, headers, content = client.request("GET", f"/v1/commitments/{record}")
        except Unknown:
            return
        if status == 200 and headers["ETag"].split(".")[0] == tag.split(".")[0]:
            self.note("read back")
        elif status < 500:
            raise SystemExit(f"acknowledged as {tag}, then read: {status} {headers.get('ETag')} {content}")

    def wait_for_success(self, since, count=1):
        """When the first request that was sent after `since` was acknowledged, and so many after it."""
        first, until = None, time.monotonic() + RECOVERY
        while time.monotonic() < until and not self.stopping.is_set():
            with self.lock:
                succeeded, acknowledged = self.last_success > since, self.figures["acknowledged"]
            if succeeded and first is None:
                first, target = time.monotonic(), acknowledged + count
            if first is not None and acknowledged >= target:
                return first
            time.sleep(0.002)
        if self.stopping.is_set():
            return time.monotonic()
        raise SystemExit(f"no write succeeded within {RECOVERY} s:\n{self.service.tail()}")


def kills(service, token, count, seed):
    """Kills PostgreSQL and the service in turn under load; gives how many commits there must be."""
    writers, choice = Writers(service, token, seed), random.Random(seed)
    downtimes = {"PostgreSQL": [], "the service": []}
    started = time.monotonic()

    def disturb():
        try:
            victims = ["PostgreSQL", "the service"] * count
            choice.shuffle(victims)
            for victim in victims:
                writers.wait_for_success(time.monotonic(), choice.randrange(2, 60))
                time.sleep(choice.uniform(0, 0.1))
                killed = time.monotonic()
                if victim == "the service":
                    service.kill()
                    service.start()
                else:
                    while not service.kill_postgresql():
                        time.sleep(0.01)
                        killed = time.monotonic()
                downtimes[victim].append(writers.wait_for_success(killed) - killed)
            writers.wait_for_success(time.monotonic(), 20)
        finally:
            writers.stopping.set()

    def work(number):
        try:
            disturb() if number == CLIENTS else writers.run(number)
        finally:
            if sys.exc_info()[0]:
                writers.stopping.set()

    in_threads(CLIENTS + 1, work)
    seconds = time.monotonic() - started
    lost, doubled = compare(Client(service, token), writers)
    figures = writers.figures
    print(f"kills: {len(downtimes['PostgreSQL'])} of PostgreSQL, {len(downtimes['the service'])} of the service, "
          f"under {CLIENTS} clients, in {seconds:.1f} s, seed {seed}")
    for victim, times in downtimes.items():
        if times:
            print(f"  {victim}: no write succeeded for {statistics.median(times):.2f} s (median), {max(times):.2f} s at most")
    names = ("writes", "acknowledged", "unknown", "settled as done", "settled as not done", "read back")
    print("  " + ", ".join(f"{name} {figures[name]}" for name in names))
    print("  " + ", ".join(f"{name}: {number}" for name, number in sorted(figures.items()) if name not in names))
    print(f"  lost: {lost}, doubled: {doubled}")
    if lost or doubled or figures["writes"] != figures["acknowledged"]:
        raise SystemExit("writes were lost or doubled")
    if figures["unknown"] != figures["settled as done"] + figures["settled as not done"]:
        raise SystemExit("an outcome stayed unknown")
    return figures["acknowledged"]


def count_units(client, headers=()):
    """How many statements there are of each unit."""
    units, cursor = collections.Counter(), ""
    while cursor is not None:
        path = "/v1/commitments?limit=1000&fields=quantity" + (f"&cursor={cursor}" if cursor else "")
        _, page = client.ok("GET", path, None, headers)
        units.update(item["quantity"]["unit"] for item in page["items"] if item.get("quantity"))
        cursor = page["page"].get("next_cursor")
    return units


def compare(client, writers):
    """How many acknowledged writes are not in the histories, and how many are there that should not be."""
    units, lost, doubled = count_units(client), 0, 0
    for record, expected in writers.records.items():
        unit = writers.units[record]
        doubled += max(units.pop(unit, 0) - 1, 0)
        found = collections.Counter(history(client, record))
        lost += sum((collections.Counter(expected) - found).values())
        doubled += sum((found - collections.Counter(expected)).values())
        if not found == collections.Counter(expected):
            print(f"  {record}: acknowledged {expected}, found {sorted(found.elements())}")
    strangers = [unit for unit in units if unit.startswith("unit ")]
    if strangers:
        print(f"  never acknowledged: {strangers}")
    return lost, doubled + len(strangers)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("program", help="the `pledgegraph` to test")
    arguments.add_argument("--increments", type=int, default=5000)
    arguments.add_argument("--kills", type=int, default=20, help="of PostgreSQL, and as many of the service")
    arguments.add_argument("--seed", type=int, default=random.randrange(10**6))
    given = arguments.parse_args()
    unlimited = ("--writes-per-minute", "0", "--reads-per-minute", "0")
    with temporary_directory() as directory, Service(given.program, directory, arguments=unlimited) as service:
        token = service.first_token()
        prepare(Client(service, token))
        commits = 2 + concurrency(service, token, given.increments)
        if given.kills:
            commits += kills(service, token, given.kills, given.seed)
        service.stop()
        verified = service.verify()
        print(f"verify: {verified['entities']} entities, {verified['edges']} edges, {verified['seq']} commits")
        if int(verified["seq"]) != commits:
            raise SystemExit(f"{verified['seq']} commits, where {commits} writes were acknowledged")


if __name__ == "__main__":
    main()
