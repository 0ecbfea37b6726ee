-- Where a bulk load puts its rows down before it takes the right to write. Unlogged: a crash empties them, and nothing
-- in them was promised to anybody. A load empties them first, which also makes loads take turns; what it leaves behind
-- is rubbish. The columns are those of the tables of the graph, without what the commit adds.

create unlogged table stage_entity (
    id      uuid primary key,
    kind    text collate "C" not null,
    slug    text collate "C" not null,
    names   jsonb not null,
    aliases jsonb not null,
    detail  jsonb,
    hash    bigint not null,
    constraint stage_entity_reference unique (kind, slug)
);

-- Keys in the order of identifiers: the rows are moved in that order, which is the order of reading the whole graph.
create unlogged table stage_edge (
    id                uuid primary key,
    kind              text collate "C" not null,
    subject_id        uuid not null,
    object_id         uuid not null,
    polarity          text collate "C" not null,
    modality          text collate "C" not null,
    rank              text collate "C" not null,
    said_at           jsonb,
    valid_from        jsonb,
    valid_until       jsonb,
    capability        text collate "C",
    mission           text collate "C",
    specificity       text collate "C",
    stance            text collate "C",
    stage             text collate "C",
    conditionality    text collate "C",
    relation          text collate "C",
    coalition_id      uuid,
    meeting_id        uuid,
    place_id          uuid,
    acting_through_id uuid,
    detail            jsonb,
    hash              bigint not null
);

create unlogged table stage_edge_condition (
    edge_id      uuid not null,
    node         smallint not null,
    parent       smallint,
    op           text collate "C" not null,
    k            integer,
    condition_id uuid,
    explicitness text collate "C",
    primary key (edge_id, node)
);

create unlogged table stage_evidence (
    edge_id        uuid not null,
    ordinal        smallint not null,
    source_id      uuid not null,
    line           integer,
    page           integer,
    quote          jsonb,
    quotation      text collate "C",
    quotation_lang text collate "C",
    explicitness   text collate "C" not null,
    attribution    jsonb,
    primary key (edge_id, ordinal)
);

create unlogged table stage_edge_link (
    edge_id   uuid not null,
    link      text collate "C" not null,
    target_id uuid not null,
    ordinal   smallint not null,
    primary key (edge_id, link, target_id)
);


-- Every entity that a staged row names, with the JSON pointer of the name and the only kind that belongs there. Agents
-- of attributions are left to their trigger.
create view stage_named as
select id as row_id, '/test/actor' as pointer, (detail -> 'test' ->> 'actor')::uuid as named_id, null as expected
from stage_entity where detail -> 'test' ? 'actor'
union all select id, '/publisher', (detail ->> 'publisher')::uuid, null from stage_entity where detail ? 'publisher'
union all select id, '/subject', subject_id, null from stage_edge
union all select id, '/object', object_id, null from stage_edge
union all select id, '/coalition', coalition_id, 'coalition' from stage_edge where coalition_id is not null
union all select id, '/meeting', meeting_id, 'meeting' from stage_edge where meeting_id is not null
union all select id, '/place', place_id, null from stage_edge where place_id is not null
union all select id, '/acting_through', acting_through_id, null from stage_edge where acting_through_id is not null
union all select edge_id, '/conditions', condition_id, 'condition' from stage_edge_condition
    where condition_id is not null
union all select edge_id, '/evidence', source_id, 'source' from stage_evidence;

-- Every entity that a staged row may name: what stands and what is staged.
create view stage_known as
select id, kind from entity union all select id, kind from stage_entity;
