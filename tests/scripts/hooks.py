"""What schemathesis must know of the API beside its document."""

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
    """Lines are bytes to the document."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", errors="ignore")


@schemathesis.deserializer("application/x-ndjson")
def text(_, response):
    """What is streamed is text to the document."""
    return response.content.decode()
