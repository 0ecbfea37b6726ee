"""What happened to the graph of the upgrade test: a little of everything that a graph can go through. All invented."""

import datetime
import json
import time

ARABIC = "نحن مستعدون لإرسال كاسحات الألغام متى هدأت المدافع"


def evidence(source="source:tide-bulletin", **other):
    """One piece of evidence, with everything that it can have unless told otherwise."""
    return [{"source": source, "locator": {"page": 4}, "quotation": {"text": ARABIC, "lang": "ar"},
             "explicitness": "implied",
             "attribution": [{"agent": "person:mara-venn", "role": "speaker", "mode": "direct_quote"},
                             {"name": "a clerk of the harbour", "role": "anonymous_official", "mode": "paraphrase"},
                             {"agent": "organization:coast-press", "role": "outlet", "mode": "report"}], **other}]


def leaf(condition, explicitness="explicit"):
    return {"op": "condition", "condition": f"condition:{condition}", "explicitness": explicitness}


def both(english, arabic):
    return {"en": english, "ar": arabic}


ENTITIES = [
    ("organizations", {"slug": "coast-press", "class": "media", "names": both("Coast Press", "صحافة الساحل"),
                       "aliases": [{"text": "The Coast", "lang": "en", "kind": "short"},
                                   {"text": "صحافه الساحل", "lang": "ar", "kind": "spelling"}]}),
    ("organizations", {"slug": "tidewater-bank", "class": "intergovernmental", "names": both("Tidewater Bank", "بنك المد")}),
    ("sources", {"slug": "tide-bulletin", "names": both("Tide Bulletin", "نشرة المد"), "url": "https://example.org/tide",
                 "title": "Tide Bulletin No. 7", "publisher": "organization:coast-press", "language": "en",
                 "published": {"edtf": "2025-07-08", "verbatim": "Tuesday"}, "sha256": "5e" * 32}),
    ("sources", {"slug": "tide-bulletin-reprint", "names": both("Tide Bulletin, reprint", "نشرة المد، طبعة ثانية"),
                 "publisher": "organization:coast-press"}),
    ("countries", {"slug": "XS", "names": both("Saltmere", "سالتمير"), "regions": ["154", "150", "001"],
                   "iso3166": {"alpha2": "XS", "alpha3": "XSA", "numeric": "900"},
                   "aliases": [{"text": "Republic of Saltmere", "lang": "en", "kind": "official"},
                               {"text": "Saltmerian", "lang": "en", "kind": "demonym"}]}),
    ("coalitions", {"slug": "harbour-pact", "names": both("Harbour Pact", "ميثاق المرفأ")}),
    ("groups", {"slug": "lighthouse-states", "names": both("The lighthouse states", "دول المنارات")}),
    ("persons", {"slug": "mara-venn", "names": both("Mara Venn", "مارا فين"),
                 "aliases": [{"text": "Minister Venn", "lang": "en", "kind": "short"}]}),
    ("persons", {"slug": "m-venn", "names": both("M. Venn", "م. فين")}),
    ("persons", {"slug": "harbour-clerk", "names": both("A clerk of the harbour", "كاتب في المرفأ"), "anonymous": True,
                 "anonymity_reason": "was not allowed to speak"}),
    ("meetings", {"slug": "salt-conference", "names": both("Salt conference", "مؤتمر الملح")}),
    ("meetings", {"slug": "salt-dinner", "names": both("Dinner at the salt conference", "عشاء مؤتمر الملح")}),
    ("places", {"slug": "greyquay", "names": both("Greyquay", "غرايكي")}),
    ("places", {"slug": "greyquay-harbour", "names": both("Harbour of Greyquay", "مرفأ غرايكي")}),
    ("places", {"slug": "sandhook", "names": both("Sandhook", "ساندهوك")}),
    ("conditions", {"slug": "quiet-sea", "condition_kind": "ceasefire", "names": both("Quiet sea", "هدوء البحر")}),
    ("conditions", {"slug": "calm-sea", "condition_kind": "ceasefire", "names": both("Calm sea", "سكون البحر")}),
    ("conditions", {"slug": "bank-backing", "condition_kind": "third_party_backing", "names": both("Backing of the bank", "دعم البنك"),
                    "test": {"actor": "organization:tidewater-bank", "capability": "financial", "min_stance": "pledged"}}),
    ("conditions", {"slug": "norwegian-sweepers", "condition_kind": "reciprocal_commitment",
                    "names": both("Norwegian minesweepers", "كاسحات ألغام نرويجية"),
                    "test": {"actor": "country:NO", "capability": "military.demining", "min_stance": "willing"}}),
    ("conditions", {"slug": "three-of-us", "condition_kind": "participation_threshold", "names": both("Three of us", "ثلاثة منا"),
                    "test": {"capability": "military.demining", "min_stance": "willing", "n": 3}}),
]

SAID = {"said_at": {"edtf": "2025-07-08", "verbatim": "on Tuesday"}, "valid_from": {"edtf": "2025-07"},
        "valid_until": {"edtf": "2026"}}


def sweepers():
    """A commitment with every field."""
    tree = {"op": "all_of", "of": [
        leaf("quiet-sea"), {"op": "any_of", "of": [leaf("bank-backing", "implied"), leaf("norwegian-sweepers")]},
        {"op": "at_least", "k": 2, "of": [leaf("three-of-us"), leaf("ceasefire", "implied"), leaf("legal-basis")]},
        {"op": "not", "of": [leaf("calm-sea")]}]}
    return {"pledger": "country:XS", "beneficiary": "country:UA", "capability": "military.demining",
            "mission": "maritime_security", "specificity": "some_form", "stance": "willing", "stage": "planned",
            "relation": "necessary", "conditions": tree, "coalition": "coalition:harbour-pact",
            "quantity": {"value": 3, "unit": "minesweeper"}, "place": "country:UA", "area": "outside",
            "meeting": "meeting:salt-conference", "acting_through": "person:mara-venn",
            "rationale": both("The sea is ours too.", "البحر لنا أيضا."), "modality": "own_statement",
            "polarity": "asserted", "rank": "preferred", **SAID,
            "evidence": evidence() + evidence("source:tide-bulletin-reprint", locator={"quote": {
                "exact": "when the guns are silent", "prefix": "we will come ", "suffix": ", she said", "start": 120, "end": 144}})}


def statements():
    """A statement of every other kind, with every field of the kind."""
    def of(collection, subject, target, **own):
        return collection, {"subject": subject, "object": target, **own, "evidence": evidence()}
    group, pact, salt = "group:lighthouse-states", "coalition:harbour-pact", "meeting:salt-conference"
    count = {"count": {"op": "gt", "value": 4}}
    return [
        of("memberships", "country:XS", pact, role="leader", **SAID),
        of("memberships", group, pact, role="candidate", polarity="unknown", **count),
        of("offices", "person:mara-venn", "country:XS", title=both("Minister of the Sea", "وزيرة البحر"), valid_from={"edtf": "2024"}),
        of("attendances", group, salt, role="participant", mode="remote", place="place:greyquay-harbour", **count),
        of("attendances", "country:XS", salt, role="host", mode="in_person", rank="deprecated"),
        of("convenings", pact, salt, status="held", format="hybrid", date={"edtf": "2025-07-07", "verbatim": "Monday"},
           agenda=[both("Mines", "الألغام"), both("Money", "المال")], agenda_complete=True, claim="first"),
        of("requests", "country:UA", "country:XS", capability="military.demining", acting_through="organization:tidewater-bank",
           outcome="pending", text=both("Sweepers for the strait.", "كاسحات للمضيق.")),
        of("actions", "organization:tidewater-bank", "country:XS", **{"class": "threaten"}, polarity="denied",
           text=both("Threatened to close.", "هدد بالإغلاق.")),
        of("actions", "country:XS", "country:UA", **{"class": "aid"}, text=both("Sent charts.", "أرسلت خرائط.")),
        of("outcomes", "country:XS", "condition:quiet-sea", value="met", since={"edtf": "2025-07-01"}),
        of("remarks", "person:m-venn", pact, type="hope", text=both("Hopes for more.", "تأمل في المزيد."), modality="own_statement"),
        of("relations", salt, "place:greyquay", kind="location"),
        of("relations", "meeting:salt-dinner", salt, kind="sidelines"),
        of("relations", "place:greyquay-harbour", "place:greyquay", kind="part_of", listed="partial"),
    ]


def batch(first, last, stance):
    """Lines of an import: pledges of countries that are there, each known by its key."""
    countries = ["NO", "SE", "IS", "FI", "EE", "LV", "LT", "PL", "CZ", "PT", "ES", "IE"]
    things = ["humanitarian", "financial.grant", "military.medical", "military.training", "political.endorsement"]
    lines = []
    for n in range(first, last):
        country, thing = countries[n % len(countries)], things[n % len(things)]
        lines.append({"key": f"tide-{n}", "kind": "commitment", "subject": f"country:{country}", "object": "country:UA",
                      "capability": thing, "stance": stance, "said_at": {"edtf": f"2025-{n % 12 + 1:02}"},
                      "evidence": [{"source": "source:tide-bulletin", "locator": {"line": n + 1}}]})
    return "".join(json.dumps(line) + "\n" for line in lines)


class World:
    """Writes, and remembers what it wrote."""

    def __init__(self, client):
        self.client, self.ids, self.repeated = client, {}, []

    def created(self, collection, draft, name, **headers):
        exchange = self.client.write("POST", f"/v1/{collection}", draft, **headers)
        self.ids[name] = json.loads(exchange["answer"]["body"])["id"]
        return exchange

    def corrected(self, method, path, body="", etag="*", **headers):
        return self.client.write(method, path, body, if_match=etag, **headers)

    def lines(self, text, query):
        headers = {"content-type": "application/x-ndjson"}
        return self.client.write("POST", f"/v1/import?{query}", text, token="chief", **headers)

    def keyed(self, method, path, body, key, **headers):
        """A write under a key, to be repeated."""
        exchange = self.client.write(method, path, body, idempotency_key=key, **headers)
        self.repeated.append(exchange)
        return exchange


def play(client, program, bundled):
    """Does everything; `program` runs a command of the program. Gives what was made."""
    end = tokens(client, program)
    world = World(client)
    world.lines(bundled, "batch=0")
    for n, (collection, draft) in enumerate(ENTITIES):
        world.created(collection, draft, draft["slug"], x_request_id=f"entity-{n}")
    world.created("commitments", sweepers(), "sweepers")
    for collection, draft in statements():
        world.created(collection, draft, f"{collection} {draft['subject']}")
    world.lines(batch(0, 48, "offered"), "batch=10")
    links(world)
    corrections(world, bundled)
    identities(world)
    keys(world)
    retractions(world)
    program("token", "revoke", "old-desk")
    time.sleep(max(0, (end - now()).total_seconds() + 1))
    return {"ids": world.ids, "repeated": world.repeated, "bundled": [json.loads(line) for line in bundled.splitlines()]}


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def tokens(client, program):
    """Everybody who may ask: one will be revoked, one ends soon, which is given back, and one in a far future."""
    soon = now() + datetime.timedelta(seconds=4)
    for name, scope, *expiry in [
            ("newsroom", "write"), ("reader", "read"), ("chief", "admin"), ("old-desk", "write"),
            ("visitor", "read", "--expires", "2120-01-01"), ("passer-by", "admin", "--expires", soon.isoformat())]:
        client.tokens[name] = program("token", "create", "--name", name, "--scope", scope, *expiry)
    return soon


def links(world):
    """Statements that bear on others, in every way."""
    def pledge(name, stance, *links, **own):
        draft = {"pledger": "country:XS", "beneficiary": "country:UA", "capability": "military.demining", "stance": stance,
                 "links": [{"type": kind, "edge": world.ids[to]} for kind, to in links], **own,
                 "evidence": [{"source": "source:tide-bulletin", "locator": {"line": len(world.ids)}}]}
        world.created("commitments", draft, name, token="old-desk")
    pledge("firmer", "pledged", ("supersedes", "sweepers"), said_at={"edtf": "2025-07-20"})
    pledge("refusal", "refused", ("contradicts", "firmer"), ("about", "sweepers"), said_at={"edtf": "2025-08"})
    pledge("other reading", "in_discussion", ("alternative_reading", "refusal"), ("supports", "sweepers"), rank="deprecated")
    money = {"pledger": "organization:tidewater-bank", "beneficiary": "country:UA", "capability": "financial.loan",
             "stance": "pledged", "stage": "partially_delivered", "conditionality": "unconditional",
             "quantity": {"value": 4_000_000_000, "unit": "EUR"}, "evidence": evidence()}
    world.created("commitments", money, "money")
    norway = {"pledger": "country:NO", "beneficiary": "country:UA", "capability": "military.demining", "stance": "willing",
              "relation": "sufficient", "conditions": leaf("three-of-us"), "evidence": evidence()}
    world.created("commitments", norway, "norway")


def corrections(world, bundled):
    """Rows with several versions, of what was made by hand, of an import and of the bulk load."""
    ids = world.ids
    sweepers_path = f"/v1/commitments/{ids['sweepers']}"
    for body in [{"stance": "offered"}, {"quantity": {"value": 5, "unit": "minesweeper"}}, {"stage": "allocated", "area": "inside"}]:
        etag = world.client.ask("GET", sweepers_path)["answer"]["headers"]["etag"]
        world.corrected("PATCH", sweepers_path, body, etag)
    replaced = {**sweepers(), "stance": "pledged", "conditions": {"op": "any_of", "of": [leaf("quiet-sea"), leaf("bank-backing")]}}
    world.corrected("PUT", sweepers_path, replaced)
    world.corrected("PATCH", "/v1/persons/mara-venn", {"names": {"fr": "Mara Venne"}})
    world.corrected("PUT", "/v1/organizations/tidewater-bank", {
        "slug": "tidewater-bank", "class": "intergovernmental", "names": both("Tidewater Bank", "مصرف المد"),
        "aliases": [{"text": "TWB", "lang": "en", "kind": "short"}]})
    world.corrected("PATCH", f"/v1/remarks/{ids['remarks person:m-venn']}", {"type": "assessment"}, token="old-desk")
    # Of the bulk load: rows that the log does not repeat.
    edges = [json.loads(line) for line in bundled.splitlines() if '"subject"' in line]
    pledges = [edge for edge in edges if edge["kind"] == "commitment"]
    for n, stance in [(0, "declined"), (0, "no_position"), (1, "withdrawn")]:
        world.corrected("PATCH", f"/v1/commitments/{pledges[n]['id']}", {"stance": stance})
    world.corrected("PATCH", "/v1/countries/NO", {"aliases": [{"text": "Norge", "lang": "nb", "kind": "official"}]})
    world.corrected("PATCH", "/v1/meetings/coalition-april", {"names": {"fr": "Réunion d’avril"}})
    world.lines(batch(10, 25, "pledged") + batch(48, 55, "offered"), "batch=5&replace=true")
    ids["bulk pledge"], ids["bulk edge"] = pledges[0]["id"], pledges[2]["id"]


def identities(world):
    """Merges and renamings, and merges of what was renamed."""
    def merge(collection, gone, kept):
        world.corrected("POST", f"/v1/{collection}/{gone}/merge", {"into": kept}, token="chief")
    def rename(collection, old, new):
        world.corrected("PATCH", f"/v1/{collection}/{old}", {"slug": new})
    merge("persons", "m-venn", "person:mara-venn")
    merge("places", "greyquay-harbour", "place:sandhook")
    merge("sources", "tide-bulletin-reprint", "source:tide-bulletin")
    rename("coalitions", "harbour-pact", "harbour-compact")
    rename("coalitions", "harbour-compact", "harbour-league")
    rename("places", "sandhook", "sandhook-bay")
    rename("conditions", "calm-sea", "flat-sea")
    merge("conditions", "flat-sea", "condition:peace-agreement")
    rename("meetings", "coalition-march", "march-meeting")
    rename("countries", "XS", "XT")
    rename("countries", "XT", "XS")


def keys(world):
    """Writes under keys: the answers are kept, whatever happens to the records afterwards."""
    first = {"slug": "windle", "names": both("Windle", "ويندل")}
    world.keyed("POST", "/v1/places", first, "place-windle")
    world.keyed("PATCH", "/v1/places/windle", {"aliases": [{"text": "Wyndle", "lang": "en", "kind": "former"}]}, "alias-windle", if_match="*")
    pledge = {"pledger": "country:XS", "beneficiary": "country:UA", "capability": "humanitarian", "stance": "offered",
              "place": "place:windle", "evidence": evidence()}
    made = world.keyed("POST", "/v1/commitments", pledge, "pledge-windle")
    world.ids["keyed"] = json.loads(made["answer"]["body"])["id"]
    spare = {"slug": "spare-group", "names": {"en": "A spare group"}}
    world.keyed("POST", "/v1/groups", spare, "group-spare", token="chief")
    world.keyed("POST", "/v1/groups/spare-group/merge", {"into": "group:lighthouse-states"}, "merge-spare", if_match="*", token="chief")
    gone = world.created("remarks", {"subject": "country:XS", "object": "country:UA", "type": "warning",
                                     "text": {"en": "Mind the mines."}, "evidence": evidence()}, "warning")
    etag = gone["answer"]["headers"]["etag"]
    world.keyed("DELETE", f"/v1/remarks/{world.ids['warning']}", "", "no-warning", if_match=etag)
    world.corrected("PATCH", f"/v1/commitments/{world.ids['keyed']}", {"stance": "pledged"})
    world.corrected("PATCH", "/v1/places/windle", {"slug": "windle-sands", "names": {"en": "Windle Sands"}})


def retractions(world):
    """What is gone: made by hand, imported, and of the bulk load."""
    ids = world.ids
    world.corrected("DELETE", f"/v1/commitments/{ids['other reading']}")
    world.corrected("DELETE", f"/v1/commitments/{ids['bulk edge']}")
    world.corrected("DELETE", f"/v1/actions/{ids['actions country:XS']}", token="old-desk")
    world.created("places", {"slug": "nowhere", "names": {"en": "Nowhere"}}, "nowhere")
    world.corrected("DELETE", "/v1/places/nowhere")
