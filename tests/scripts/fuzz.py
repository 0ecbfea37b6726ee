#!/usr/bin/env python3
"""Schemathesis against the running service, from the checked-in document: with a read token, a write token and none.

    pip install schemathesis==4.32.5
    tests/scripts/fuzz.py target/release/pledgegraph [--schemathesis schemathesis] [--examples 2] [--seed 1]
        [--phases examples,coverage,fuzzing,stateful]

No answer may be a server error, and each must be one that the document describes: status, media type, headers, schema.
The checks that judge *whether* a request is accepted are left out, because the document cannot say all that the service
checks (references must exist, dates must, a cursor is sealed), and because every token reads what everybody may read.
Serves the bundled data from a temporary directory on a free port of the loopback.
"""

import sys

sys.dont_write_bytecode = True

import argparse
import os
import pathlib
import re
import subprocess
import time

from service import Service, temporary_directory

HERE = pathlib.Path(__file__).resolve().parent
DOCUMENT = HERE.parent.parent / "openapi" / "openapi.json"
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
          "response_schema_conformance")


def run(given, service, directory, who, token, examples):
    """How many cases were tried, and whether all was well."""
    command = [given.schemathesis, "run", str(DOCUMENT), "--url", f"http://{service.address}", "--seed", str(given.seed),
               "--checks", ",".join(CHECKS), "--phases", given.phases, "--max-examples", str(examples),
               "--no-shrink", "--continue-on-failure", "--request-timeout", "30", "--warnings", "off",
               "--suppress-health-check", "all"]
    if token:
        command += ["-H", f"Authorization: Bearer {token}"]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": "1",
                   "NO_COLOR": "1"}
    started = time.monotonic()
    done = subprocess.run(command, cwd=directory, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True)
    generated = re.search(r"^\s*([\d,]+) generated", done.stdout, re.MULTILINE)
    cases = int(generated[1].replace(",", "")) if generated else 0
    well = done.returncode == 0 and cases > 0
    if not well:
        print(done.stdout)
    print(f"schemathesis, {who}: {cases} cases in {time.monotonic() - started:.0f} s, "
          f"{'all as documented' if well else 'FAILED'}", flush=True)
    return cases, well


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("program", help="the `pledgegraph` to test")
    arguments.add_argument("--schemathesis", default="schemathesis", help="its command")
    arguments.add_argument("--examples", type=int, default=2, help="cases an operation and token")
    arguments.add_argument("--phases", default="examples,fuzzing", help="of schemathesis: also coverage and stateful")
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    if "/" in given.schemathesis:
        given.schemathesis = str(pathlib.Path(given.schemathesis).absolute())
    unlimited = ("--writes-per-minute", "0", "--reads-per-minute", "0")
    with temporary_directory() as directory, Service(given.program, directory, "demo", unlimited) as service:
        write, read = service.make_token("fuzz-write", "write"), service.make_token("fuzz-read", "read")
        runs = [run(given, service, directory, who, token, given.examples)
                for who, token in (("write token", write), ("read token", read), ("no token", None))]
        service.stop()
    print(f"schemathesis: {sum(cases for cases, _ in runs)} cases in all")
    if not all(well for _, well in runs):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
