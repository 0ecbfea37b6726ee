#!/usr/bin/env python3
"""The most expensive request of at most 8 KB.

    tests/scripts/expensive.py target/release/pledgegraph [--statements 100000] [--minutes 5] [--times 5] [--seed N]
                               [--directory KEPT]

Asks constructed requests that are expensive by design, then random ones made from the checked-in document and the running
service's own records, then changes the most expensive again and again. One request at a time; measured is what the service's
process uses until it rests again, also after the answer. Printed are the most expensive ones that were answered and those that
were refused: status, CPU seconds (the median of so many times), seconds to the answer, and CPU as a multiple of that of `GET /v1/matrix` of a day
that was not asked before, in the same run; the matrix of today, of which the service keeps all standings, is told beside it.
Fails when one that was not refused (4xx) costs more than 20 times the former. Requests that write, and imports, are left out. With a directory the filled database
is kept there and used again. Needs Linux and PostgreSQL's programs; starts and ends its own service.
"""

import sys

sys.dont_write_bytecode = True

import argparse
import collections
import contextlib
import copy
import json
import os
import pathlib
import random
import re
import statistics
import time
import urllib.parse

from measured import Asked, content, cpu_seconds, day, exchange
from service import Service, fill, temporary_directory

HERE = pathlib.Path(__file__).resolve().parent
DOCUMENT = HERE.parent.parent / "openapi" / "openapi.json"
QUESTIONS = HERE.parent.parent / "crates" / "questions" / "tests" / "sets"
LARGEST = 8192  # bytes of target and body
MOST = 20  # times the matrix
TOLD = 10
WARM = 20  # matrices that are measured at once, since the clock of processes ticks in hundredths of a second
BEST = 20  # of which requests are changed
NEW = 0.3  # the share of requests that are made anew
PAUSE, REST = 0.02, 60  # seconds between looks at the CPU time, and how long we wait for it to rest
LEFT_OUT = {"/v1/changes", "/v1/audit"}
OURS = "127.0.0.2"
DAY, MONTH, REGION = "^[0-9]{4}-", "^XXXX-", "^[0-9]{3}$"
AGENTS = ("country", "coalition", "organization", "group")
KINDS = (*AGENTS, "person", "meeting", "place", "condition", "source")
PLURALS = {kind: f"{kind}s" for kind in KINDS} | {"country": "countries"}
PARTS = ("any_of", "all_of", "none_of")


class Records:
    """What requests can name."""

    def __init__(self, address, choice):
        self.choice = choice
        self.by_kind, self.names = {}, {}
        for kind in KINDS:
            items = content(address, f"/v1/{PLURALS[kind]}?limit=200")["items"]
            self.by_kind[kind] = [f"{kind}:{item['slug']}" for item in items]
            self.names[kind] = [item["label"] for item in items if "label" in item]
        self.statements, self.moments = {}, []
        self.address = address
        page = content(address, "/v1/changes?limit=1")
        begun, now = page["items"][0]["recorded_at"], content(address, "/v1/commitments?limit=1")["as_of"]["known_at"]
        self.moments = moments(begun, now)

    def ids(self, collection):
        """Some identifiers of a collection of statements."""
        if collection not in self.statements:
            items = content(self.address, f"/v1/{collection}?limit=200&fields=id")["items"]
            self.statements[collection] = [item["id"] for item in items] or ["none"]
        return self.statements[collection]

    def reference(self, kinds):
        return self.choice.choice(self.by_kind[self.choice.choice(kinds)])


def moments(begun, now):
    """Times between the first commit and the last."""
    first, last = (time.mktime(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")) for text in (begun, now))
    steps = range(1, 40)
    return [time.strftime("%Y-%m-%dT%H:%M:%SZ", time.localtime(first + (last - first) * step / 40)) for step in steps]


class Idea:
    """A request in parts that can be changed: what it asks in its address, and its body."""

    def __init__(self, name, path, given=(), body=None, headers=()):
        self.name, self.path, self.given, self.body, self.headers = name, path, dict(given), body, dict(headers)

    def asked(self):
        query = "&".join(f"{name}={urllib.parse.quote(value, safe=':,')}" for name, value in self.given.items())
        path = f"{self.path}?{query}" if query else self.path
        return Asked(self.name, "GET" if self.body is None else "POST", path, self.body, self.headers)

    def size(self):
        return self.asked().size()


class Made:
    """Makes requests from the document."""

    def __init__(self, records, choice):
        self.records, self.choice = records, choice
        self.document = json.loads(DOCUMENT.read_text())
        paths = [path for path in self.document["paths"] if path.startswith("/v1/") and path not in LEFT_OUT]
        self.reads = [path for path in paths if "get" in self.document["paths"][path]]
        self.asks = [path for path in paths if path.startswith(("/v1/query", "/v1/scenario", "/v1/analyses"))
                     and "post" in self.document["paths"][path]]
        lines = [line for file in sorted(QUESTIONS.glob("*.ndjson")) for line in file.read_text().splitlines()]
        self.questions = [json.loads(line)["question"] for line in lines]

    def anew(self):
        if self.choice.random() < 0.6:
            return self.ask(self.choice.choice([*self.asks, "/v1/query", "/v1/query", "/v1/query"]))
        return self.read(self.choice.choice(self.reads))

    def read(self, path):
        given = {}
        for parameter in self.parameters(path):
            if parameter.get("required") or self.choice.random() < 0.25:
                given[parameter["name"]] = self.parameter(parameter)
        named = re.sub(r"\{\w+\}", lambda _: self.of_path(path), path)
        headers = {"Accept-Encoding": self.choice.choice(("gzip", "br", "zstd"))} if self.choice.random() < 0.3 else {}
        return Idea(path, named, given, None, headers)

    def parameters(self, path):
        named = self.document["paths"][path]["get"].get("parameters", [])
        known = [self.document["components"]["parameters"][each["$ref"].rsplit("/", 1)[1]] for each in named]
        return [each for each in known if each["in"] == "query" and each["name"] not in ("cursor", "lang")]

    def of_path(self, path):
        collection = path.split("/")[2]
        kinds = [kind for kind, plural in PLURALS.items() if plural == collection]
        if kinds or collection in ("entities", "actors", "leaders"):
            fallback = {"leaders": ["person"]}.get(collection, list(AGENTS))
            return self.records.reference(kinds or fallback)
        if collection == "vocabulary":
            return "stance"
        return self.choice.choice(self.records.ids(collection))

    def parameter(self, parameter):
        name, schema = parameter["name"], parameter["schema"]
        if name == "known_at":
            return self.choice.choice(self.records.moments)
        if name in ("said_from", "said_to", "valid_at"):
            return day(self.choice.randrange(1500))
        if name == "q" and "question" in parameter.get("description", "").lower():
            return self.question()
        among = re.search(r"among: ([a-z, ]+)\.", parameter.get("description", ""))
        kinds = among[1].split(", ") if among else KINDS
        value = self.value(name, schema, kinds, 0)
        return ",".join(map(str, value)) if isinstance(value, list) else str(value).lower() if isinstance(value, bool) else str(value)

    def question(self):
        """One that people asked, or two, with names of this graph in it."""
        words = " and ".join(self.choice.sample(self.questions, self.choice.choice((1, 1, 2)))).split()
        for _ in range(self.choice.randrange(4)):
            words[self.choice.randrange(len(words))] = self.choice.choice(self.records.names[self.choice.choice(AGENTS)] or ["GB"])
        return " ".join(words)[:500]

    def ask(self, path):
        schema = self.document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
        return Idea(path, path, {}, self.value("body", schema, KINDS, 0))

    def resolved(self, schema):
        while "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        return schema

    def value(self, name, schema, kinds, depth):
        """A value that a schema allows, rather a large one."""
        schema = self.resolved(schema)
        if "enum" in schema:
            return self.choice.choice(schema["enum"])
        of = schema.get("type")
        if of == "boolean":
            return self.choice.random() < 0.5
        if of == "integer":
            return schema["maximum"] if self.choice.random() < 0.7 else self.choice.randint(schema.get("minimum", 0), schema["maximum"])
        if of == "array":
            return self.several(name, schema, kinds, depth)
        if of == "object":
            return self.members(schema, depth)
        return self.text(name, schema, kinds)

    def several(self, name, schema, kinds, depth):
        most = min(schema.get("maxItems", 10), 4 if depth > 4 else 40 if self.choice.random() < 0.3 else 4)
        made = [self.value(name, schema["items"], kinds, depth + 1) for _ in range(self.choice.randint(1, most))]
        return [one for at, one in enumerate(made) if one not in made[:at]]

    def members(self, schema, depth):
        """Fewer the deeper."""
        wanted = {}
        for name, of in schema.get("properties", {}).items():
            nests = name in PARTS or name in ("subject_is", "object_is", "subject_of", "object_of", "about", "where")
            likely = (0.5 if nests else 0.12) / (1 + depth) + (0.4 if name in ("where", "goal", "limit") else 0)
            if name in schema.get("required", []) or self.choice.random() < likely and not (nests and depth > 8):
                wanted[name] = self.value(name, of, KINDS, depth + 1)
        return wanted

    def text(self, name, schema, kinds):
        pattern = schema.get("pattern", "")
        if pattern.startswith(DAY):
            return day(self.choice.randrange(1500))
        if pattern.startswith(MONTH):
            return f"XXXX-{self.choice.randint(1, 12):02}"
        if pattern == REGION:
            return self.choice.choice(("001", "150", "002", "142", "019"))
        if schema.get("format") == "uuid" or name == "edges":
            return self.choice.choice(self.records.ids("commitments"))
        if name == "q":
            return self.choice.choice(("s", "sy", "country", "synthetic 1", "a", "1"))
        named = {"subject": AGENTS, "object": (*AGENTS, "meeting"), "actors": AGENTS, "withdraw": AGENTS, "acting_through": ("person",)}
        return self.records.reference((name,) if name in KINDS else named.get(name, kinds))

    def not_kept(self, idea):
        """The same of another day or moment of the past, if it is of one: what the service keeps of the last few is not there."""
        other = copy.deepcopy(idea)
        if "known_at" in other.given:
            other.given["known_at"] = self.choice.choice(self.records.moments)
        if "valid_at" in other.given:
            other.given["valid_at"] = day(self.choice.randrange(1500))
        return other

    def changed(self, idea):
        """The same with something changed, rather larger."""
        other = copy.deepcopy(idea)
        for _ in range(self.choice.choice((1, 1, 2, 3))):
            if other.body is not None:
                self.change_body(other.body)
            elif idea.name in self.document["paths"]:
                self.change_address(other)
        return other

    def change_address(self, idea):
        known = self.parameters(idea.name)
        drawn = self.choice.choice(known) if known else None
        if drawn is None:
            return
        if drawn["name"] in idea.given and not drawn.get("required") and self.choice.random() < 0.4:
            del idea.given[drawn["name"]]
        else:
            idea.given[drawn["name"]] = self.parameter(drawn)

    def change_body(self, body):
        inner = list(nodes(body))
        node = self.choice.choice(inner)
        how = self.choice.randrange(5)
        filters = [each for each in inner if isinstance(each, dict) and any(name in each for name in (*PARTS, "valid_at"))]
        lists = [each for each in inner if isinstance(each, list) and each]
        if how == 0 and isinstance(node, dict) and len(node) > 1:
            del node[self.choice.choice(list(node))]
        elif how == 1 and lists:
            self.repeat(self.choice.choice(lists))
        elif how == 2 and filters:
            where = self.value("where", {"$ref": "#/components/schemas/QueryWhere"}, KINDS, 3)
            self.choice.choice(filters).update(where)
        elif how == 3:
            redated(body, self.choice)
        else:
            for each in inner:
                if isinstance(each, dict) and "limit" in each:
                    each["limit"] = 10000

    def repeat(self, items):
        """Twice as many parts, the new ones on other days."""
        more = copy.deepcopy(items)
        redated(more, self.choice)
        items += [one for one in more if one not in items]


def nodes(value):
    """All objects and lists in a value."""
    if isinstance(value, (dict, list)):
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from nodes(inner)


def redated(value, choice):
    """Gives every day in a value another one."""
    for node in nodes(value):
        for name, inner in list(node.items()) if isinstance(node, dict) else enumerate(node):
            if isinstance(inner, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", inner):
                node[name] = day(choice.randrange(1500))


def constructed(records):
    """Requests that are expensive by design."""
    countries, conditions = records.by_kind["country"], records.by_kind["condition"]
    parts = (
        ("in force", lambda on: {"in_force": ["true"], "valid_at": on}),
        ("standing", lambda on: {"standing": ["stands"], "valid_at": on}),
        ("stance", lambda on: {"stance_min": "refused", "valid_at": on}),
        ("modality", lambda on: {"standing": ["stands"], "modality": ["expected_by_others"], "valid_at": on}),
        ("months", lambda on: {"month": [f"XXXX-{month:02}" for month in range(1, 13)], "recorded_from": on}),
        ("words", lambda on: {"q": "s", "valid_at": on}),
        ("joined", lambda on: {"subject_is": {"subject_of": {"find": "statements", "where": {"valid_at": on}}}}),
        ("about", lambda on: {"about": {"find": "statements", "where": {"standing": ["stands"], "valid_at": on}}}),
    )
    for name, part in parts:
        for joint in PARTS:
            for count in (1, 2, 4, 8, 16, 64, 99):
                where = {joint: [part(day(number)) for number in range(count)]}
                yield Idea(f"query, {name}", "/v1/query", {}, {"find": "commitments", "where": where, "limit": 10000})
    for ask in ("unlocking_sets", "blocking_sets", "conflicts", "truth", "count"):
        for body in ({}, {"where": {"valid_at": day(3)}}, {"where": {"stance_min": "refused", "standing": ["stands", "may_stand", "over"]}}):
            yield Idea(f"query for {ask}", "/v1/query", {}, {"find": "commitments", "ask": ask, "limit": 10000, **body})
    for field in ("text", "attribution", "source", "conditions", "agenda"):
        yield Idea(f"query by {field}", "/v1/query", {}, {"find": "statements", "group_by": field, "limit": 10000})
    every = ["subject", "object", "coalition", "capability", "conditions", "text", "attribution", "source", "speaker", "date"]
    yield Idea("query of values", "/v1/query", {}, {"find": "statements", "select": every, "limit": 10000})
    yield from analyses(countries, conditions)
    for of in ("commitments", "edges", "positions", "entities", "matrix"):
        for encoding in ("identity", "gzip", "br"):
            yield Idea(f"{of} as CSV", f"/v1/{of}.csv", {}, None, {"Accept-Encoding": encoding})
    for encoding in ("identity", "gzip", "br"):
        yield Idea("export", "/v1/export", {}, None, {"Accept-Encoding": encoding})
    yield Idea("commitments as CSV", "/v1/commitments.csv", {"in_force": "true", "valid_at": day(4), "standing": "stands,over"})
    for moment in records.moments[::8]:
        yield Idea("the past", "/v1/commitments", {"limit": "1", "known_at": moment})
        yield Idea("the matrix of the past", "/v1/matrix", {"known_at": moment, "valid_at": day(6)})


def analyses(countries, conditions):
    """Every analysis, of a day of its own."""
    on = {"valid_at": day(2)}
    for axes in (("actor", "capability"), ("actor", "beneficiary"), ("capability", "mission")):
        yield Idea("matrix", "/v1/matrix", {"rows": axes[0], "columns": axes[1], "limit": "100000", "stance_min": "refused", **on})
    for actor in countries[:3]:
        yield Idea("fall-out", "/v1/analyses/fall-out", {"actor": actor, "limit": "1000", "stance_min": "refused", **on})
    yield Idea("deadlocks", "/v1/analyses/deadlocks", {"limit": "10000", **on})
    yield Idea("conflicts", "/v1/conflicts", {"limit": "1000", **on})
    yield Idea("bridges", "/v1/graph/bridges", {"limit": "1000", "max_members": "100", **on})
    for there in countries[1:4]:
        yield Idea("paths", "/v1/graph/paths",
                   {"from": countries[0], "to": there, "k": "20", "max_hops": "10", "max_edges": "100", **on})
    yield Idea("subgraph", "/v1/graph/subgraph",
               {"roots": ",".join(countries[:100]), "depth": "6", "max_nodes": "2000", "max_edges": "10000", **on})
    assumed = [{"condition": condition, "truth": "true"} for condition in conditions[:60]]
    supposed = {"assume": assumed, "withdraw": countries[:80], "stance_min": "refused", "limit": 10000, **on}
    yield Idea("scenario", "/v1/scenario-evaluations", {}, supposed)
    for path in ("unlocking-sets", "blocking-sets", "pivotality"):
        for goal in ({"actors": countries[:100], "at_least": 50}, {"actors": countries[:12], "at_least": 6},
                     {"capability": "military.forces", "at_least": 3}, {"actor_kinds": list(AGENTS), "at_least": 40}):
            yield Idea(path, f"/v1/analyses/{path}", {}, {"goal": goal, "limit": 10000, "stance_min": "refused", **on})


class Costs:
    """What requests cost, measured one at a time."""

    def __init__(self, service, times):
        self.address, self.pid, self.times = service.address, service.process.pid, times
        self.tried = {}

    def rested(self):
        """The CPU time of the process once it does nothing any more."""
        before, until = cpu_seconds(self.pid), time.monotonic() + REST
        while True:
            time.sleep(PAUSE)
            now = cpu_seconds(self.pid)
            if now == before or time.monotonic() > until:
                return now
            before = now

    def once(self, asked):
        """Status, CPU seconds, seconds to the answer, and the problem."""
        before, sent = self.rested(), time.monotonic()
        try:
            status, kept = exchange(self.address, OURS, asked, keep=4096)
        except OSError:
            status, kept = 0, b""
        passed = time.monotonic() - sent
        problem = re.search(rb'"type":"[^"]*/problems/([a-z-]+)"', kept) if status >= 400 else None
        return status, self.rested() - before, passed, problem[1].decode() if problem else ""

    def take(self, idea):
        """Measures a request once, unless it is too large or known."""
        asked = idea.asked()
        key = (asked.path, asked.body, tuple(asked.headers.items()))
        if asked.size() <= LARGEST and key not in self.tried:
            self.tried[key] = (idea, *self.once(asked))

    def worst(self, count, refused):
        """The most expensive that were refused, or that were not: of each kind one."""
        by_kind = {}
        for found in sorted(self.tried.values(), key=lambda found: found[2]):
            if (400 <= found[1] < 500) == refused:
                by_kind[found[0].name] = found
        return sorted(by_kind.values(), key=lambda found: -found[2])[:count]

    def again(self, found, made):
        """The same, measured again: the median."""
        measured = [self.once(made.not_kept(found[0]).asked()) for _ in range(self.times)]
        middle = (statistics.median(each[at] for each in measured) for at in (1, 2))
        return found[0], measured[-1][0], *middle, measured[-1][3]

    def matrix(self, of):
        """CPU seconds of a matrix of everything, of a query each time."""
        measured = []
        for turn in range(self.times + 1):
            before = self.rested()
            for number in range(WARM):
                exchange(self.address, OURS, Asked("matrix", "GET", f"/v1/matrix{of(turn * WARM + number)}"))
            measured.append((self.rested() - before) / WARM)
        return statistics.median(measured[1:])


def search(costs, made, records, given):
    """Tries what is constructed, then what is found, for so many minutes."""
    for idea in constructed(records):
        costs.take(idea)
    until = time.monotonic() + given.minutes * 60
    print(f"constructed: {len(costs.tried)} requests", flush=True)
    while time.monotonic() < until:
        best = costs.worst(BEST, False)
        costs.take(made.anew() if made.choice.random() < NEW else made.changed(made.choice.choice(best)[0]))


def line(found, matrix):
    """One request as it is told."""
    idea, status, cpu, passed, problem = found
    asked = idea.asked()
    text = f"{asked.method} {asked.path} {asked.body.decode()}".strip()
    packed = f" ({asked.headers['Accept-Encoding']})" if "Accept-Encoding" in asked.headers else ""
    told = f"{text[:160]}{'...' if len(text) > 160 else ''}{packed}, {asked.size()} bytes"
    return f"  {status} {cpu:7.2f} s CPU {passed:7.2f} s {cpu / matrix:7.1f} x  {problem + ': ' if problem else ''}{told}"


def report(costs, made, matrix):
    """Prints the most expensive; gives those above the bound."""
    answered = [costs.again(found, made) for found in costs.worst(TOLD, False)]
    refused = [costs.again(found, made) for found in costs.worst(TOLD, True)]
    for name, found in (("answered", answered), ("refused", refused)):
        print(f"the most expensive that were {name}, of each kind one:")
        print("\n".join(line(each, matrix) for each in sorted(found, key=lambda each: -each[2])), flush=True)
    kinds = {}
    for found in costs.tried.values():
        if is_above(found, matrix):
            kinds.setdefault(found[0].name, []).append(found[2] / matrix)
    if kinds:
        told = [f"{name} ({len(times)}, up to {max(times):.0f} x)" for name, times in sorted(kinds.items(), key=lambda each: -max(each[1]))]
        print(f"above {MOST} times the matrix, measured once: {', '.join(told)}")
    statuses = collections.Counter(found[1] for found in costs.tried.values())
    print(f"{len(costs.tried)} requests: " + ", ".join(f"{count} x {status or 'none'}" for status, count in sorted(statuses.items())))
    return [found for found in answered if is_above(found, matrix)]


def is_above(found, matrix):
    """Whether it costs too much and is not refused."""
    return found[2] > MOST * matrix and not 400 <= found[1] < 500


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("program", help="the `pledgegraph` to test")
    arguments.add_argument("--statements", type=int, default=100000, help="how large the graph is")
    arguments.add_argument("--minutes", type=float, default=5, help="how long is searched")
    arguments.add_argument("--times", type=int, default=5, help="how often the most expensive are measured again")
    arguments.add_argument("--seed", type=int, default=random.randrange(10**6))
    arguments.add_argument("--directory", type=pathlib.Path, help="where the filled database is kept, and used again if it is there")
    given = arguments.parse_args()
    options = ("--reads-per-minute", "0", "--recheck-rows-per-second", "0", "--log-level", "warn")
    with contextlib.nullcontext(given.directory) if given.directory else temporary_directory() as directory:
        if not (directory / "data").exists():
            directory.mkdir(exist_ok=True)
            fill(given.program, None, directory, given.statements)
        with Service(given.program, directory, arguments=options) as service:
            choice = random.Random(given.seed)
            records = Records(service.address, choice)
            costs, made = Costs(service, given.times), Made(records, choice)
            today, matrix = costs.matrix(lambda _: ""), costs.matrix(lambda number: f"?valid_at={day(number)}")
            print(f"{given.statements} statements, seed {given.seed}: the matrix of everything takes {matrix * 1000:.1f} ms of CPU, "
                  f"that of today {today * 1000:.1f} ms")
            search(costs, made, records, given)
            above = report(costs, made, matrix)
            service.stop()
    print(f"load {os.getloadavg()[0]:.1f}")
    if above:
        raise SystemExit(f"{len(above)} of the {TOLD} most expensive kinds cost more than {MOST} times the matrix and are not refused")


if __name__ == "__main__":
    main()
