"""Clients that read and write at a steady pace, whatever becomes of the database, and what they were told."""

import collections
import contextlib
import dataclasses
import itertools
import random
import threading
import time

from resilience import Client, Unknown, commitment, count_units
from service import LIMIT

NOTHING_WRITTEN = ("store-unavailable", "overloaded", "write-contention")
UNKNOWN = ("outcome-unknown", "in-progress")


@dataclasses.dataclass
class Read:
    """A kind of read. The path may name a `{record}`, of which each request has another, and a `{moment}`."""

    kind: str
    path: str
    token: str | None = None
    headers: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Answer:
    """What one request was told."""

    kind: str
    replica: int
    sent: float
    seconds: float
    status: int | None  # `None`: there was no whole answer
    problem: str | None  # what type of problem it is, without its address

    def came(self):
        return self.sent + self.seconds

    def is_good(self):
        return self.status in (200, 201)

    def outcome(self):
        """Of a write."""
        return "acknowledged" if self.is_good() else "refused" if self.problem in NOTHING_WRITTEN else "unknown"


@dataclasses.dataclass
class Write:
    """One statement to be made, by one request or by several with the same key."""

    key: str
    number: int
    outcome: str = "refused"

    def unit(self):
        """Only this statement has it."""
        return f"unit {self.key}"


def of_kinds(answers, *kinds):
    return [answer for answer in answers if answer.kind in kinds]


def told(answers):
    """How often what was told."""
    counts = collections.Counter(f"{answer.status} {answer.problem or ''}".strip() for answer in answers)
    return ", ".join(f"{what}: {count}" for what, count in sorted(counts.items()))


class Clients:
    """Threads that work while this is entered."""

    def __init__(self, services, token, seed, patience):
        """`patience`: seconds that an answer is waited for."""
        self.services, self.token, self.seed, self.patience = services, token, seed, patience
        self.stopping, self.lock = threading.Event(), threading.Lock()
        self.work = []
        self.answers = []  # in the order in which they came
        self.writes = []
        self.version = None  # of the write that was acknowledged last
        self.waiting = {}  # thread: when it sent the request whose answer it waits for
        self.faults = []

    def __enter__(self):
        self.threads = [threading.Thread(target=self._guarded, args=each, daemon=True) for each in self.work]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join(LIMIT)

    def _guarded(self, work, *arguments):
        try:
            work(*arguments)
        except BaseException as error:  # noqa: BLE001: what ends one client is a fault of the run
            self.fault(f"a client failed: {error!r}")

    def fault(self, text):
        with self.lock:
            self.faults.append(text)

    def add_readers(self, count, pause, reads, records, moments=("",)):
        """So many threads, each of which reads one kind after the other, one every `pause` seconds."""
        self.work += [(self._read, number, pause, reads, records, moments) for number in range(count)]

    def add_visitors(self, pause, reads, records, moments):
        """Somebody new every `pause` seconds, who reads once: nobody waits for the answer to another one."""
        self.work.append((self._invite, pause, reads, records, moments))

    def add_writers(self, count, pause):
        """So many threads that make a statement about every `pause` seconds. Every other one repeats a write with its key
        until it is done, and often once more; the others go on to the next whatever they are told."""
        self.work += [(self._write, number, pause) for number in range(count)]

    def _ticks(self, choice, pause):
        """Goes on about every `pause` seconds; what is late is not made up for."""
        due = time.monotonic()
        while not self.stopping.is_set():
            yield
            due = max(due + pause * choice.uniform(0.5, 1.5), time.monotonic())
            time.sleep(max(due - time.monotonic(), 0))

    def _read(self, number, pause, reads, records, moments):
        replica, choice = number % len(self.services), random.Random(f"{self.seed} reader {number}")
        client, turn = Client(self.services[replica], None), choice.randrange(len(reads))
        for _ in self._ticks(choice, pause):
            turn = (turn + 1) % len(reads)
            path = reads[turn].path.format(record=choice.choice(records), moment=choice.choice(moments))
            self._look(client, replica, reads[turn], path)

    def _invite(self, pause, reads, records, moments):
        choice = random.Random(f"{self.seed} visitors")
        for _ in self._ticks(choice, pause):
            read, replica = choice.choice(reads), choice.randrange(len(self.services))
            path = read.path.format(record=choice.choice(records), moment=choice.choice(moments))
            visitor = self._look, Client(self.services[replica], None), replica, read, path
            threading.Thread(target=self._guarded, args=visitor, daemon=True).start()

    def _look(self, client, replica, read, path):
        client.token = read.token
        self.ask(client, replica, read.kind, "GET", path, None, read.headers)

    def _write(self, number, pause):
        replica, choice = number % len(self.services), random.Random(f"{self.seed} writer {number}")
        client, write, repeats = Client(self.services[replica], self.token), None, number // len(self.services) % 2 == 0
        for _ in self._ticks(choice, pause):
            if write is None or not repeats or write.outcome == "acknowledged" and choice.random() < 0.5:
                write = Write(f"{self.seed}-{number}-{len(self.writes)}", number)
                self.writes.append(write)
            self.attempt(client, replica, write)

    def attempt(self, client, replica, write):
        """Sends a write, for the first time or again."""
        kind = "repetition" if write.outcome == "acknowledged" else "write"
        body, key = commitment(write.unit(), write.number), {"Idempotency-Key": write.key}
        answer, headers = self.ask(client, replica, kind, "POST", "/v1/commitments", body, key)
        if answer.is_good():
            if headers.get("Idempotency-Replayed") == "true" and write.outcome == "refused":
                self.fault(f"{write.key}: done although every earlier answer said that nothing was written")
            self.version = headers["Pledgegraph-Version"]
        if answer.is_good() or write.outcome == "refused":
            write.outcome = answer.outcome()

    def ask(self, client, replica, kind, method, path, body=None, headers=()):
        """Sends one request; gives what is noted of its answer, and the headers."""
        thread, sent = threading.get_ident(), time.monotonic()
        self.waiting[thread] = sent
        try:
            status, answered, content = client.request(method, path, body, headers, self.patience)
        except Unknown as error:
            status, answered, content = None, {}, None
            self.fault(f"{kind}: no answer after {time.monotonic() - sent:.1f} s: {error}")
        answer = Answer(kind, replica, sent, time.monotonic() - sent, status, None)
        if status is not None and not answer.is_good() and path != "/readyz":
            answer.problem = self._problem(kind, status, answered, content)
        with self.lock:
            self.answers.append(answer)
            self.waiting.pop(thread)
        return answer, answered

    def _problem(self, kind, status, headers, content):
        """What a refusal is for; each must be a problem of a known type."""
        is_problem = headers.get("Content-Type", "").startswith("application/problem+json")
        if not is_problem or not content.get("type") or content.get("status") != status:
            self.fault(f"{kind}: {status} without a problem: {content}")
            return None
        problem = content["type"].rsplit("/", 1)[-1]
        if kind in ("write", "repetition") and problem not in (*NOTHING_WRITTEN, *UNKNOWN):
            self.fault(f"a write is refused for what it is not: {status} {problem}: {content.get('detail')}")
        return problem

    def sent_between(self, since, until=float("inf")):
        """The answers to what was sent in this time, as far as they have come."""
        with self.lock:
            later = list(itertools.takewhile(lambda answer: answer.came() >= since, reversed(self.answers)))
        return [answer for answer in reversed(later) if since <= answer.sent < until]

    def acknowledged_since(self, moment, replica):
        """When the first write was acknowledged that was sent to a replica after this moment, or `None`."""
        came = [answer.came() for answer in self.sent_between(moment)
                if answer.kind == "write" and answer.is_good() and answer.replica == replica]
        return min(came, default=None)

    def all_answered(self, moment):
        """Whether nobody waits for the answer to what was sent before this moment."""
        with self.lock:
            return all(sent > moment for sent in self.waiting.values())

    def settle(self):
        """Repeats the writes of unknown outcome with their keys until they are done."""
        until = time.monotonic() + LIMIT
        with contextlib.closing(Client(self.services[0], self.token)) as client:
            for write in self.writes:
                while write.outcome == "unknown" and time.monotonic() < until:
                    self.attempt(client, 0, write)

    def compare(self, replica):
        """What a replica has that it should not, or lacks: how many writes that were acknowledged are lost, how many are
        there more than once, and how many that were refused or never sent are there."""
        found = count_units(Client(self.services[replica], self.token), {"Pledgegraph-At-Least": self.version})
        lost = [write for write in self.writes if write.outcome == "acknowledged" and not found[write.unit()]]
        doubled = [write for write in self.writes if found[write.unit()] > 1]
        refused = [write for write in self.writes if write.outcome == "refused" and found[write.unit()]]
        known = {write.unit() for write in self.writes}
        strange = [unit for unit in found if unit.startswith(f"unit {self.seed}-") and unit not in known]
        return len(lost), len(doubled), len(refused) + len(strange)

    def report_writes(self):
        """Whether each replica has what it must, before and after what is unknown is repeated; gives all that is wrong."""
        counts, wrong = collections.Counter(write.outcome for write in self.writes), []
        print("  writes: " + ", ".join(f"{outcome}: {count}" for outcome, count in sorted(counts.items())))
        for when in ("as they were told", "with the unknown ones repeated"):
            for replica in range(len(self.services)):
                lost, doubled, strange = self.compare(replica)
                found = f"{when}, replica {replica + 1}: lost: {lost}, doubled: {doubled}, never acknowledged: {strange}"
                print(f"  {found}", flush=True)
                if lost or doubled or strange:
                    wrong.append(found)
            self.settle()
        if any(write.outcome == "unknown" for write in self.writes):
            wrong.append("an outcome stayed unknown")
        return wrong + self.faults
