"""What schemathesis must know of the API beside its document."""

import json

import schemathesis

AT_LEAST = "Pledgegraph-At-Least"


@schemathesis.hook
def map_headers(_, headers):
    """A made-up version of the future is rightly answered with 503 `replica-behind`, after a wait: ask for the past."""
    for name, value in (headers or {}).items():
        if name.lower() == AT_LEAST.lower() and "." in str(value):
            headers[name] = "1." + str(value).split(".", 1)[1]
    return headers


@schemathesis.hook
def map_query(_, query):
    """`fields` leaves out what the schema of the whole record requires."""
    return {name: value for name, value in query.items() if name != "fields"} if query else query


@schemathesis.serializer("application/x-ndjson")
def lines(_, value):
    """One JSON object a line, where the document describes a line; other bodies go as they are."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", errors="ignore")
    values = value if isinstance(value, list) else [value]
    return "".join(json.dumps(line) + "\n" for line in values).encode()


@schemathesis.deserializer("application/x-ndjson")
def first_line(_, response):
    """The document describes one line of an import's report; an export is text to it."""
    if not response.request.url.split("?")[0].endswith("/v1/import"):
        return response.content.decode()
    report = [json.loads(line) for line in response.content.splitlines()]
    # Its last line is the summary, alone where nothing was sent.
    return next((line for line in report if "line" in line), {"line": 1, "status": "unchanged"})
