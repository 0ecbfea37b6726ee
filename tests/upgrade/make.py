#!/usr/bin/env python3
"""Records a database and what the program answered over it, for the upgrade test of all later versions.

    tests/upgrade/make.py target/release/pledgegraph tests/upgrade/0.1.0

Starts the program on an embedded PostgreSQL in a directory that is removed afterwards, plays `scenario.py`, asks what
`asked.py` lists, and writes into the second argument, which must not exist yet: `dump.sql.gz`, `answers.ndjson.gz`,
`about.toml` and an empty `changed.toml`. Its name is the version that the program gives. Needs Linux and PostgreSQL's
programs, and nothing of any network.

What is recorded is what users have: a recording is made once, by the program of a release, and never again.
"""

import sys

sys.dont_write_bytecode = True

import argparse
import gzip
import http.client
import json
import os
import pathlib
import re
import subprocess

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts"))

import asked
import scenario
from service import LIMIT, Service, environment, temporary_directory

CURSOR_KEY = "the cursor key of a test"

# The headers that mean something to a client; `compare.rs` has the same list.
HEADERS = ["content-disposition", "content-language", "content-type", "etag", "idempotency-key", "idempotency-replayed",
           "link", "location", "pledgegraph-truncated", "pledgegraph-version", "www-authenticate", "x-request-id"]

CHANGED = """\
# What later versions answer or store otherwise than {version} did, on purpose, each with the reason.
# Anything else that differs fails the test, and so does an entry here for what does not differ any more.
#
# [[answer]]                         # a change of answers
# path = "/v1/*"                     # without what follows `?`; a segment `*` is any one, `**` any number of them
# at = "/items/*/standing"           # a JSON pointer with the same signs, `header NAME`, or `status` for another answer
#                                    # altogether; of lines, the first segment is the line; of CSV the row, then the
#                                    # column, and `/header/COLUMN`
# change = "added"                   # or "removed", or "changed"
# reason = "a statement says how it stands"
#
# [[column]]                         # a change of the schema
# table = "edge"
# column = "said_at"
# to = "said.on"                     # where its values are now; left out when they are nowhere, or others
# by = ["edge_id"]                   # the columns there that hold the old key; left out when they are called as before
# reason = "a statement may be said twice"
"""


class Client:
    """Asks the service; what is written must succeed."""

    def __init__(self, service, tokens):
        self.service, self.tokens, self.exchanges = service, tokens, []
        self.connection = http.client.HTTPConnection(service.address, timeout=LIMIT)

    def ask(self, method, path, token="", headers=(), body=""):
        """Status, headers and text of the answer. A body that is no text is sent as JSON."""
        headers = dict(headers)
        if not isinstance(body, str):
            headers.setdefault("content-type", "application/merge-patch+json" if method == "PATCH" else "application/json")
            body = json.dumps(body, ensure_ascii=False)
        sent = dict(headers)
        if token:
            sent["authorization"] = f"Bearer {self.tokens[token]}"
        self.connection.request(method, path, body.encode() or None, sent)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        found = {name: answer.headers[name] for name in HEADERS if answer.headers[name] is not None}
        return {"method": method, "path": path, "token": token, "headers": headers, "body": body,
                "answer": {"status": answer.status, "headers": found, "body": text}}

    def write(self, method, path, body="", token="newsroom", **headers):
        """A write that must succeed; its exchange."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        exchange = self.ask(method, path, token, headers, body)
        if exchange["answer"]["status"] >= 300 or '"status":"failed"' in exchange["answer"]["body"]:
            raise SystemExit(f"{method} {path} {body}:\n{exchange['answer']}")
        return exchange

    def record(self, method, path, token="", headers=(), body="", status=None):
        """A request whose answer is kept; it must have this status, and change nothing."""
        headers = {"host": "localhost:8080", "x-request-id": "upgrade", **dict(headers)}
        exchange = self.ask(method, path, token, headers, body)
        answer = exchange["answer"]
        if answer["status"] != (status or 200):
            raise SystemExit(f"{method} {path} {body}:\n{answer}")
        self.exchanges.append(exchange)
        return answer


def run(service, *arguments):
    """The program, beside the service; what it prints."""
    command = [service.program, *arguments, "--data-dir", str(service.data)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=service.log, env=environment(), text=True,
                          timeout=LIMIT, check=True)
    return done.stdout.strip()


def bundled(program):
    """The bundled data as lines."""
    with temporary_directory() as directory, Service(program, directory, "demo") as service:
        return Client(service, {}).ask("GET", "/v1/export")["answer"]["body"]


def dump(service):
    """The database as SQL that PostgreSQL 14 and later take. What is staged for imports is rubbish and left out."""
    command = ["pg_dump", "--host", str(service.data / "s"), "--username", "pledgegraph", "--dbname", "pledgegraph",
               "--no-owner", "--no-privileges", "--no-unlogged-table-data"]
    password = (service.data / "password").read_text().strip()
    pg_bin = os.environ.get("PLEDGEGRAPH_PG_BIN") or next(
        (str(path) for path in sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), "")
    search = pg_bin + os.pathsep + os.environ["PATH"]
    done = subprocess.run(command, stdout=subprocess.PIPE, env={**environment(), "PGPASSWORD": password, "PATH": search},
                          text=True, timeout=LIMIT, check=True)
    # Commands and settings that older programs do not know.
    newer = re.compile(r"\\(un)?restrict |SET transaction_timeout = ")
    return "".join(line for line in done.stdout.splitlines(keepends=True) if not newer.match(line))


def packed(path, text):
    """Writes a text; the same one always gives the same bytes."""
    with open(path, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as out:
        out.write(text.encode())
    print(f"{path}: {len(text)} bytes, packed {path.stat().st_size}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path, help="the program of the release")
    parser.add_argument("out", type=pathlib.Path, help="the directory to make, named for the version")
    arguments = parser.parse_args()
    version = subprocess.run([arguments.program, "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]
    if arguments.out.name != version:
        parser.error(f"the program is version {version}, and the directory is to have this name")
    if arguments.out.exists():
        parser.error(f"{arguments.out} is there: a recording is not made again")
    lines = bundled(arguments.program)
    with temporary_directory() as directory:
        configuration = directory / "pledgegraph.toml"
        configuration.write_text(f'cursor_key = "{CURSOR_KEY}"\n')
        with Service(arguments.program, directory, arguments=("--config", str(configuration))) as service:
            tokens = {"first-admin": service.first_token()}
            client = Client(service, tokens)
            made = scenario.play(client, lambda *words: run(service, *words), lines)
            asked.ask(client, made)
            head = client.ask("GET", "/v1/countries?limit=1")["answer"]["headers"]["pledgegraph-version"]
            sql = dump(service)
            service.stop()
        digest = service.verify()["digest"]
    arguments.out.mkdir(parents=True)
    packed(arguments.out / "dump.sql.gz", sql)
    packed(arguments.out / "answers.ndjson.gz",
           "".join(json.dumps(exchange, ensure_ascii=False) + "\n" for exchange in client.exchanges))
    about = {"cursor_key": CURSOR_KEY, "version": head, "digest": digest}
    text = "".join(f'{name} = "{value}"\n' for name, value in about.items())
    text += "\n[tokens] # of a test: they open nothing else\n" + "".join(f'{name} = "{value}"\n' for name, value in tokens.items())
    (arguments.out / "about.toml").write_text(text)
    (arguments.out / "changed.toml").write_text(CHANGED.format(version=version))
    print(f"{len(client.exchanges)} requests, version {head}")


if __name__ == "__main__":
    main()
