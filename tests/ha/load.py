"""Clients of three services that write and read while the database fails over, and what they were told."""

import collections
import contextlib
import dataclasses
import random
import threading
import time
import types

from resilience import IMPATIENT, Client, Unknown, commitment
from service import LIMIT

WRITERS = 6
PATIENCE = 15  # seconds that a client waits for an answer
RECOVERY = 180  # seconds within which a write must be done, whatever happens
CREATING = 0.1  # the share of writes that make a new statement; the others correct one
AGO = 10  # seconds before an event from which on a version may be lost by it

# Nothing was written, or it will be known later.
LATER = ("store-unavailable", "overloaded", "write-contention", "in-progress", "reloading", "replica-behind")


@dataclasses.dataclass
class Acknowledged:
    """A write that a client was told to be done."""

    at: float  # when it was told
    sent: float
    replica: int
    record: str
    value: int
    version: str


@dataclasses.dataclass
class Outcome:
    """What an event meant to clients."""

    gap: float  # seconds without any acknowledged write
    gaps: list  # the same for each service
    ready: float  # seconds until all services were ready again
    lost: int  # acknowledged writes
    noticed: float  # seconds for which a service answered from a lost history, after the first write of the new one


def kind(content):
    return content["type"].rsplit("/", 1)[-1]


def is_lost(client, version):
    """Whether a service that is well says that a version is of a lost history."""
    until = time.monotonic() + LIMIT
    while time.monotonic() < until:
        with contextlib.suppress(Unknown):
            status, _, _ = client.request("GET", "/v1/commitments?limit=1&fields=id", None, {"Pledgegraph-At-Least": version})
            if status in (200, 409):
                return status == 409
        time.sleep(0.1)
    raise SystemExit(f"{version} is neither held nor lost")


def longest(times):
    """The longest time between two neighbours."""
    return max((after - before for before, after in zip(times, times[1:])), default=0.0)


class Load:
    """Writers, each at all services, and one who watches each service."""

    def __init__(self, replicas, token, seed, synchronous, since):
        """`since`: the version that has what the statements name."""
        self.replicas, self.token, self.seed, self.synchronous, self.since = replicas, token, seed, synchronous, since
        self.stopping, self.lock = threading.Event(), threading.Lock()
        self.figures = collections.Counter()
        self.acknowledged = []
        self.units = {}  # of each record its unit, which only it has
        self.seen = [[] for _ in replicas]  # of each: (time, status, version or kind)
        self.ready = [[] for _ in replicas]  # of each: (time, status)
        self.lost, self.told_lost = set(), set()  # versions: found to be lost after an event, and told to be so to a client
        self.false, self.failures = [], []

    @contextlib.contextmanager
    def running(self):
        """All of them at work; when they are done, every write has its outcome."""
        work = [(self.write, number) for number in range(WRITERS)] + [(self.watch, at) for at in range(len(self.replicas))]
        threads = [threading.Thread(target=self._guarded, args=each, daemon=True) for each in work]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.stopping.set()
            for thread in threads:
                thread.join(RECOVERY)
            for failure in self.failures:
                print(f"a client failed: {failure}", flush=True)
        if self.failures:
            raise SystemExit("clients failed")

    def _guarded(self, work, number):
        try:
            work(number)
        except BaseException as error:  # noqa: BLE001: what ends one client ends the run
            self.failures.append(repr(error))
            self.stopping.set()

    def note(self, what):
        with self.lock:
            self.figures[what] += 1

    def fault(self, text):
        with self.lock:
            self.false.append(text)

    def write(self, number):
        clients, choice = [Client(each, self.token) for each in self.replicas], random.Random(f"{self.seed} {number}")
        own, counter = [], 0  # own: (record, tag, version)
        while not self.stopping.is_set():
            counter += 1
            key = f"{self.seed}-{number}-{counter}"
            place = choice.randrange(len(own)) if own and choice.random() > CREATING else None
            if place is None:
                unit = f"unit {key}"
                made = self.settle(clients, choice, key, "POST", "/v1/commitments", commitment(unit, counter),
                                   {"Pledgegraph-At-Least": self.since})
                self.units[made.record] = unit
                own.append(None)
            else:
                record, tag, version = own[place]
                made = self.settle(clients, choice, key, "PATCH", f"/v1/commitments/{record}",
                                   {"quantity": {"value": counter}}, {"If-Match": tag, "Pledgegraph-At-Least": version})
            place = len(own) - 1 if place is None else place
            if made is None:
                del own[place]
                continue
            own[place] = (made.record, made.tag, made.version)
            with self.lock:
                self.acknowledged.append(Acknowledged(time.monotonic(), made.sent, made.replica, made.record, counter,
                                                      made.version))
            self.read_elsewhere(clients[(made.replica + choice.randrange(1, 3)) % 3], made, counter)
            time.sleep(choice.uniform(0.01, 0.06))

    def settle(self, clients, choice, key, method, path, body, headers):
        """Repeats one write with its key, at one service after the other, until it is done; `None` when the record was lost."""
        replica, unknown, until = choice.randrange(len(clients)), False, time.monotonic() + RECOVERY
        while time.monotonic() < until:
            timeout = choice.uniform(0.001, 0.02) if choice.random() < IMPATIENT else PATIENCE
            sent = time.monotonic()
            try:
                status, answered, content = clients[replica].request(method, path, body, {"Idempotency-Key": key, **headers},
                                                                     timeout)
            except Unknown:
                self.note("writes: broken or late answers")
                unknown = True
            else:
                if status in (200, 201):
                    replayed = answered.get("Idempotency-Replayed") == "true"
                    if replayed and not unknown:
                        self.fault(f"{key}: done although every earlier answer said that it was not")
                    self.note("writes: acknowledged" + (" on repetition" if replayed else ""))
                    return types.SimpleNamespace(record=content["id"], tag=answered["ETag"], sent=sent, replica=replica,
                                                 version=answered["Pledgegraph-Version"])
                self.note(f"writes: {status} {kind(content)}")
                if kind(content) in ("outcome-unknown", "in-progress"):
                    unknown = True
                elif kind(content) not in LATER and not self.is_told_of_the_lost(method, kind(content)):
                    return self.refused(f"{method} {path}: {status} {kind(content)}", status, content, headers)
            replica = (replica + 1) % len(clients)
            time.sleep(choice.uniform(0.02, 0.2))
        raise SystemExit(f"{method} {path} with the key {key} is not done within {RECOVERY} s")

    def is_told_of_the_lost(self, method, why):
        """Whether a service that has not noticed a loss yet may say this of a new statement: it has it already. It has not."""
        return not self.synchronous and method == "POST" and why == "constraint"

    def refused(self, text, status, content, headers):
        """Only what a client knows from a lost history may be refused."""
        version = headers.get("Pledgegraph-At-Least")
        if self.synchronous or version == self.since or status not in (404, 409, 412):
            raise SystemExit(f"{text} {content}")
        # 404 and 412 come from a database that has another history than the service knows yet.
        with self.lock:
            self.told_lost.add(version)
        return None

    def read_elsewhere(self, client, made, value):
        """What was acknowledged is there at another service, or that one says that it cannot tell."""
        path, headers = f"/v1/commitments/{made.record}", {"Pledgegraph-At-Least": made.version}
        try:
            status, answered, content = client.request("GET", path, None, headers, PATIENCE)
        except Unknown:
            return self.note("reads elsewhere: no answer")
        if status == 200:
            self.note("reads elsewhere: 200")
            older = int(answered["Pledgegraph-Version"].split(".")[0]) < int(made.version.split(".")[0])
            if older or content["quantity"]["value"] != value:
                self.fault(f"{made.record} of {made.version} is read as {content['quantity']} at "
                           f"{answered['Pledgegraph-Version']}")
            return None
        self.note(f"reads elsewhere: {status} {kind(content)}")
        if status == 409 and kind(content) == "history-diverged":
            if self.synchronous:
                self.fault(f"{made.version} was acknowledged and is told to be lost")
            with self.lock:
                self.told_lost.add(made.version)
        elif status != 503:
            self.fault(f"{made.record} of {made.version}: {status} {kind(content)}")
        return None

    def watch(self, replica):
        """Reads without any condition, and asks whether the service is ready."""
        client = Client(self.replicas[replica], self.token)
        while not self.stopping.is_set():
            try:
                status, answered, content = client.request("GET", "/v1/commitments?limit=1&fields=id", None, (), PATIENCE)
                told = answered.get("Pledgegraph-Version") if status == 200 else kind(content)
                self.seen[replica].append((time.monotonic(), status, told))
                self.note("watching: 200" if status == 200 else f"watching: {status} {told}")
                status, _, _ = client.request("GET", "/readyz", None, (), PATIENCE)
                self.ready[replica].append((time.monotonic(), status))
            except Unknown:
                self.note("watching: no answer")
                self.ready[replica].append((time.monotonic(), None))
            time.sleep(0.02)

    def succeeded_since(self, moment):
        """Whether a write that was sent after a moment was acknowledged by each service."""
        if self.stopping.is_set():
            raise SystemExit("a client ended the run")
        with self.lock:
            recent = self.acknowledged[-2000:]
        return {each.replica for each in recent if each.sent > moment} == set(range(len(self.replicas)))

    def outcome(self, began, done):
        """What the event meant that was begun and done at these times, now that all is well again."""
        with self.lock:
            recent = [each for each in self.acknowledged if each.at > began - AGO]
        times = [each.at for each in recent if each.at > began - 1]
        gaps = [longest([each.at for each in recent if each.replica == at and each.at > began - 1])
                for at in range(len(self.replicas))]
        unready = [at for ready in self.ready for at, status in ready if at > began and status != 200]
        lost, noticed = self.look_for_losses(recent, began, done)
        return Outcome(longest(times), gaps, max(unready, default=began) - began, lost, noticed)

    def look_for_losses(self, recent, began, done):
        """How many of the acknowledged writes are lost, and for how long services answered from what was lost."""
        client = Client(self.replicas[0], self.token)
        versions = {each.version for each in recent}
        versions |= {told for seen in self.seen for at, status, told in seen if status == 200 and at > began - AGO}
        lost = {version for version in versions if is_lost(client, version)}
        self.lost |= lost
        resumed = min((each.at for each in recent if each.sent > done and each.version not in lost), default=done)
        noticed = 0.0
        for replica, seen in enumerate(self.seen):
            from_lost = [at for at, status, told in seen if at > began - AGO and status == 200 and told in lost]
            noticed = max(noticed, max(from_lost, default=resumed) - resumed)
            told = [at for at, status, why in seen if at > began and status == 503 and why == "reloading"]
            if told and any(at > told[0] for at in from_lost):
                self.fault(f"service {replica + 1} answers from the lost history after it noticed")
        return sum(each.version in lost for each in recent), noticed

    def kept(self):
        """The writes that are not lost, as `compare` takes them, and how many were lost."""
        records = collections.defaultdict(list)
        for each in self.acknowledged:
            if each.version not in self.lost:
                records[each.record].append(each.value)
        return types.SimpleNamespace(records=records, units=self.units), sum(e.version in self.lost for e in self.acknowledged)

    def summary(self):
        for name, number in sorted(self.figures.items()):
            print(f"  {name}: {number}")
