"""What is asked of the graph of the upgrade test: every kind of route.

Nothing here changes the graph, and nothing depends on the day on which it is asked: whatever would be of today is asked
of DAY.
"""

import json
import urllib.parse

DAY = "2025-07-10"

STATEMENTS = ["commitments", "memberships", "offices", "attendances", "convenings", "requests", "actions", "outcomes",
              "remarks", "relations"]
THINGS = ["coalitions", "organizations", "groups", "persons", "meetings", "places", "sources"]

LISTS = [
    f"/v1/commitments?limit=4&valid_at={DAY}",
    f"/v1/commitments?capability=military.forces&stance_min=willing&conditional_on=us-backing&valid_at={DAY}",
    f"/v1/commitments?pledger=XS&include=because,links,sources,agents&valid_at={DAY}",
    f"/v1/commitments?in_force=unknown,true&valid_at={DAY}&limit=6&fields=id,pledger,stance,in_force",
    f"/v1/commitments?source=tide-bulletin-reprint&lang=ar&conditionality=conditional&explicitness=explicit&valid_at={DAY}",
    "/v1/commitments?touching=country:UA&said_from=2025-03&said_to=2025-05&date_match=certain&fields=id,said_at,version",
    f"/v1/commitments?q=sea&mission=maritime_security&place=country:UA&meeting=salt-conference&valid_at={DAY}",
    f"/v1/commitments?coalition=harbour-pact&acting_through=m-venn&speaker=person:m-venn&modality=own_statement&valid_at={DAY}",
    "/v1/edges?kind=attendance,convening&touching=meeting:salt-conference&include=meeting,place,links",
    f"/v1/countries?region=154&limit=3&valid_at={DAY}",
    "/v1/countries?q=Norge&lang=nb",
    f"/v1/conditions?valid_at={DAY}",
    f"/v1/leaders?valid_at={DAY}",
    "/v1/entities?q=%D9%84%D9%88%D9%83%D8%B3%D9%85%D8%A8%D9%88%D8%B1%D8%AC",
    "/v1/entities?q=Saltmerian",
    "/v1/entities?kind=person,place&limit=5",
    f"/v1/positions?capability=military.demining&valid_at={DAY}",
    f"/v1/positions?actor=XS,US&beneficiary=UA&valid_at={DAY}",
    f"/v1/actors/XS/positions?valid_at={DAY}",
    f"/v1/actors/country:US/positions?capability=military.arms&valid_at={DAY}",
    f"/v1/matrix?stance_min=willing&valid_at={DAY}&limit=40",
    f"/v1/matrix?rows=condition&columns=stance&valid_at={DAY}",
    f"/v1/analyses/deadlocks?valid_at={DAY}",
    f"/v1/analyses/fall-out?actor=US&valid_at={DAY}",
    f"/v1/graph/subgraph?roots=condition:bank-backing,person:m-venn&depth=2&valid_at={DAY}&max_nodes=60",
    f"/v1/graph/paths?from=country:XS&to=person:zelensky&k=2&valid_at={DAY}",
    f"/v1/graph/bridges?kinds=attendance,membership&valid_at={DAY}&limit=5",
    f"/v1/conflicts?valid_at={DAY}",
    f"/v1/conflicts?kind=stance,stated&touching=country:XS&valid_at={DAY}",
    f"/v1/entities/country:XS/adjacent?limit=4&valid_at={DAY}",
    "/v1/entities/meeting:salt-conference/adjacent?kind=attendance&direction=incoming&limit=1",
]

CSV = [
    f"/v1/commitments.csv?pledger=XS&valid_at={DAY}",
    "/v1/commitments.csv?bom=true&capability=humanitarian&fields=id,pledger_ar,stance,version",
    "/v1/edges.csv?source=tide-bulletin",
    "/v1/entities.csv?kind=place,condition,coalition",
    "/v1/countries.csv?region=154",
    f"/v1/positions.csv?capability=military.demining&valid_at={DAY}",
    f"/v1/matrix.csv?value=count&valid_at={DAY}",
]

QUESTIONS = [
    "Who pledged ground forces conditional on US backing?",
    "What has the United States refused?",
    "Which conditions does Saltmere set?",
    "كم دولة مستعدة لإرسال قوات إلى أوكرانيا؟",
    "من عرض مساعدات إنسانية لأوكرانيا؟",
    "Who secretly pledged ground forces?",
]

QUERIES = [
    {"find": "countries", "where": {
        "subject_of": {"find": "attendances", "where": {"object": ["meeting:coalition-april"], "attendance_role": ["participant"]}},
        "none_of": [{"subject_of": {"find": "commitments", "where": {"stance_min": "willing"}}}]}},
    {"find": "commitments", "where": {"object": ["country:UA"], "valid_at": DAY}, "group_by": "stance", "ask": "count"},
    {"find": "commitments", "where": {"condition": ["condition:quiet-sea"], "valid_at": DAY}, "select": ["subject", "conditions"]},
    {"find": "commitments", "where": {"subject": ["country:XS"], "valid_at": DAY}, "ask": "truth"},
    {"find": "persons", "where": {"q": "venn"}},
]

ANALYSES = [
    ("scenario-evaluations", {"assume": [{"condition": "quiet-sea", "truth": "true"}, {"condition": "ceasefire", "truth": "true"}],
                              "withdraw": ["country:NO"], "valid_at": DAY}),
    ("analyses/unlocking-sets", {"goal": {"capability": "military.forces", "at_least": 3}, "valid_at": DAY}),
    ("analyses/blocking-sets", {"goal": {"capability": "military.demining", "at_least": 1}, "valid_at": DAY}),
    ("analyses/pivotality", {"goal": {"capability": "military.forces", "at_least": 2}, "valid_at": DAY}),
]


def ask(client, made):
    """Asks everything."""
    ids = made["ids"]
    lists(client)
    singles(client, ids)
    for path in CSV:
        client.record("GET", path)
    for text in QUESTIONS:
        client.record("GET", f"/v1/questions?q={urllib.parse.quote(text)}&digits=arabic&include=quotations")
    for query in QUERIES:
        client.record("POST", "/v1/query", body=query)
    for path, body in ANALYSES:
        client.record("POST", f"/v1/{path}", body=body)
    histories(client, ids)
    moments = audit(client)
    past(client, ids, moments)
    feed(client, moments)
    client.record("GET", "/v1/export")
    access(client)
    for exchange in made["repeated"]:
        repeat(client, exchange)
    rehearsals(client, ids)


def lists(client):
    for path in LISTS:
        answer = client.record("GET", path)
        if "limit=" in path and path.startswith(("/v1/commitments", "/v1/entities", "/v1/countries")):
            page = json.loads(answer["body"]).get("page", {})
            if "next_cursor" in page:
                client.record("GET", f"{path}&cursor={page['next_cursor']}")
    for collection in STATEMENTS[1:]:
        client.record("GET", f"/v1/{collection}?source=tide-bulletin&limit=5")
    for collection in THINGS:
        client.record("GET", f"/v1/{collection}?limit=4&lang=ar")


def singles(client, ids):
    """One of every kind; what was renamed or merged leads to where it is now; what is retracted is gone."""
    client.record("GET", f"/v1/commitments/{ids['sweepers']}?include=quotations,because&valid_at={DAY}")
    for name in ["firmer", "refusal", "money", "norway", "keyed", "bulk pledge"]:
        client.record("GET", f"/v1/edges/{ids[name]}?include=quotations")
    for collection in STATEMENTS[1:]:
        first = next(name for name in ids if name.startswith(f"{collection} "))
        client.record("GET", f"/v1/{collection}/{ids[first]}?include=quotations&lang=ar")
    for path in ["countries/XS", "countries/NO", "coalitions/harbour-league", "organizations/tidewater-bank",
                 "groups/lighthouse-states", "persons/mara-venn", "persons/harbour-clerk", "leaders/mara-venn",
                 "meetings/march-meeting", "places/sandhook-bay", f"conditions/bank-backing?valid_at={DAY}",
                 f"conditions/peace-agreement?valid_at={DAY}", "sources/tide-bulletin", "entities/place:windle-sands"]:
        client.record("GET", f"/v1/{path}")
    for path in ["countries/XT", "coalitions/harbour-pact", "persons/m-venn", "places/greyquay-harbour", "places/sandhook",
                 "entities/source:tide-bulletin-reprint", "conditions/calm-sea", "meetings/coalition-march", "groups/spare-group"]:
        client.record("GET", f"/v1/{path}", status=308)
    client.record("GET", f"/v1/persons/{ids['m-venn']}", status=308)
    for path in [f"commitments/{ids['other reading']}", "places/nowhere"]:
        client.record("GET", f"/v1/{path}", status=404)
    client.record("GET", f"/v1/provenance?edges={ids['sweepers']},{ids['money']}")


def histories(client, ids):
    for path in [f"commitments/{ids['sweepers']}", f"commitments/{ids['bulk pledge']}", f"commitments/{ids['bulk edge']}",
                 f"remarks/{ids['warning']}", "persons/mara-venn", "coalitions/harbour-league", "countries/NO"]:
        client.record("GET", f"/v1/{path}/history?diff=true")
    client.record("GET", f"/v1/commitments/{ids['firmer']}/history?axis=valid&lang=ar")


def audit(client):
    """All commits, for an admin. Gives them, the oldest first."""
    commits, before = [], ""
    while True:
        answer = client.record("GET", f"/v1/audit?limit=60{before}", token="chief")
        page = json.loads(answer["body"])
        commits += page["items"]
        if "next_before" not in page["page"]:
            return commits[::-1]
        before = f"&before={page['page']['next_before']}"


def past(client, ids, commits):
    """A table, a record and a list at ten moments, from the first commit to the last but a few."""
    fields = "fields=id,pledger_ref,coalition_ref,stance,stage,conditions_text,version"
    singles = [f"/v1/commitments/{ids['bulk pledge']}?valid_at={DAY}", "/v1/entities/country:NO", "/v1/persons/mara-venn",
               f"/v1/commitments/{ids['sweepers']}?include=quotations&valid_at={DAY}"]
    for n in range(10):
        commit = commits[n * (len(commits) - 3) // 9]
        moment = f"known_at={urllib.parse.quote(commit['recorded_at'])}"
        client.record("GET", f"/v1/commitments.csv?capability=military.demining,military.forces,humanitarian&{fields}&{moment}")
        for path in singles[:2] if n < 3 else singles[n % 2::2]:
            client.record("GET", f"{path}{'&' if '?' in path else '?'}{moment}")
        client.record("GET", f"/v1/entities?kind=coalition,place,condition&fields=ref,label,version&{moment}")


def feed(client, commits):
    """The feed from its beginning, from three versions and from the middle of a commit; and one of another history."""
    version = "{seq}.{chain}".format
    first = json.loads(client.record("GET", "/v1/changes?limit=3")["body"])
    client.record("GET", f"/v1/changes?limit=5&since={first['next']}")
    lines = {"accept": "application/x-ndjson"}
    client.record("GET", "/v1/changes", headers=lines)
    for n in [1, len(commits) // 2, len(commits) - 4]:
        client.record("GET", f"/v1/changes?since={version(**commits[n])}", headers=lines)
    for since in [f"{version(**commits[0])}:7", version(**commits[-1])]:
        client.record("GET", f"/v1/changes?limit=4&since={since}")
    client.record("GET", f"/v1/changes?since={commits[3]['seq']}.{'0' * 32}", status=409)
    client.record("GET", "/v1/countries/XS", headers={"pledgegraph-at-least": version(**commits[-1])})


def access(client):
    """Who may ask: everybody who was made a token for, and nobody else."""
    place = {"slug": "elsewhere", "names": {"en": "Elsewhere"}}
    client.record("GET", "/v1/audit?limit=1", status=401)
    client.record("GET", "/v1/audit?limit=1", token="first-admin")
    for token in ["newsroom", "reader", "visitor"]:
        client.record("GET", "/v1/audit?limit=1", token=token, status=403)
    for token in ["old-desk", "passer-by"]:
        client.record("GET", "/v1/countries/XS", token=token, status=401)
    for token in ["visitor", "reader", "newsroom"]:
        client.record("GET", "/v1/countries/XS", token=token)
    client.record("POST", "/v1/places?dry_run=true", token="reader", body=place, status=403)


def repeat(client, exchange):
    """A write under its key: the answer of the first time, and nothing is done."""
    first = exchange["answer"]
    again = client.record(exchange["method"], exchange["path"], exchange["token"], exchange["headers"], exchange["body"],
                          status=first["status"])
    if again["body"] != first["body"] or again["headers"].get("idempotency-replayed") != "true":
        raise SystemExit(f"not the first answer again: {first}\n{again}")


def rehearsals(client, ids):
    """Writes that are only tried: with tags that stand, with one that does not, and with a key that was used otherwise."""
    path = f"/v1/commitments/{ids['sweepers']}"
    etag = client.ask("GET", path)["answer"]["headers"]["etag"]
    change = {"stance": "committed"}
    merge = {"content-type": "application/merge-patch+json"}
    client.record("PATCH", f"{path}?dry_run=true", "newsroom", {"if-match": etag, **merge}, change)
    client.record("PATCH", f"{path}?dry_run=true", "newsroom", {"if-match": '"2.0000000000000000"', **merge}, change, status=412)
    client.record("DELETE", "/v1/countries/NO?dry_run=true", "newsroom", {"if-match": "*", "idempotency-key": "no-norway"}, status=409)
    taken = {"slug": "greyquay-harbour", "names": {"en": "Another"}}
    client.record("POST", "/v1/places?dry_run=true", "newsroom", {"idempotency-key": "taken"}, taken, status=409)
    client.record("POST", "/v1/places", "newsroom", {"idempotency-key": "place-windle"}, taken, status=422)
