-- The graph: entities, the statements (edges) between them, and what each statement carries.
--
-- Every text column is COLLATE "C": codes and slugs compare by byte on every server, whatever its locale or ICU.
-- Closed code lists are CHECKs; a test compares each of them with the vocabulary of the model.
-- Foreign keys are deferrable so that the rows of one commit may arrive in any order; none survives unchecked.
-- A constraint's name is API: the store reads it to say which rule a write broke.


-- Nodes. A node carries identity only; whatever a source can be wrong about is an edge.
create table entity (
    id          uuid primary key,
    kind        text collate "C" not null check (kind in (
        'country', 'coalition', 'organization', 'group', 'person', 'meeting', 'place', 'condition', 'source')),
    slug        text collate "C" not null check (slug ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$'),
    -- Name by language tag; at least one.
    names       jsonb not null check (jsonb_typeof(names) = 'object' and names <> '{}'),
    -- Other names: [{text, lang, kind}].
    aliases     jsonb not null check (jsonb_typeof(aliases) = 'array'),
    -- What the kind has of its own, as the model writes it; null when the kind has nothing or nothing is known.
    detail      jsonb,
    -- The entities that `detail` names, so that they must exist: whose backing a condition tests, who published a source.
    actor_id     uuid generated always as ((detail -> 'test' ->> 'actor')::uuid) stored,
    publisher_id uuid generated always as ((detail ->> 'publisher')::uuid) stored,
    -- 64-bit hash of the whole content. The digest of the graph is the XOR of these over all rows.
    hash        bigint not null,
    -- The commit that first recorded it, and the one that last wrote it, with its time.
    created_seq bigint not null,
    version     bigint not null,
    recorded_at timestamptz not null,
    -- The readable reference: `country:GB`. Checked at once, so that a commit sees the names that are taken before it.
    constraint entity_reference unique (kind, slug),
    -- The target of the typed foreign keys below.
    constraint entity_typed unique (id, kind),
    constraint entity_actor foreign key (actor_id) references entity (id) deferrable initially deferred,
    constraint entity_publisher foreign key (publisher_id) references entity (id) deferrable initially deferred
);


-- Which kinds of entities an edge of a kind may join. A test compares it with the model for all combinations.
create table edge_triple (
    kind         text collate "C" not null,
    subject_kind text collate "C" not null,
    object_kind  text collate "C" not null,
    primary key (kind, subject_kind, object_kind)
);

insert into edge_triple (kind, subject_kind, object_kind)
with allowed (kind, subjects, objects) as (values
    ('membership', '{country,coalition,organization,group}',              '{coalition,organization}'),
    ('office',     '{person}',                                            '{country,organization}'),
    ('attendance', '{country,coalition,organization,group,person}',       '{meeting}'),
    ('convening',  '{country,coalition,organization,group}',              '{meeting}'),
    ('location',   '{meeting,organization}',                              '{place}'),
    ('sidelines',  '{meeting}',                                           '{meeting}'),
    ('part_of',    '{country,coalition,organization,group,person,place}', '{country,coalition,organization,group,place}'),
    ('commitment', '{country,coalition,organization,group}',              '{country,coalition,organization}'),
    ('request',    '{country,coalition,organization,group}',              '{country,coalition,organization,person}'),
    ('action',     '{country,coalition,organization,group,person}',
                   '{country,coalition,organization,group,person,meeting,place,condition,source}'),
    ('outcome',    '{country,coalition,organization}',                    '{condition}'),
    ('remark',     '{country,coalition,organization,group,person}',
                   '{country,coalition,organization,group,person,meeting,place,condition,source}'))
select kind, subject_kind, object_kind
from allowed, unnest(subjects::text[]) subject_kind, unnest(objects::text[]) object_kind;


-- Statements. One row each; statements that contradict each other stand side by side.
create table edge (
    id           uuid primary key,
    kind         text collate "C" not null,
    subject_id   uuid not null,
    subject_kind text collate "C" not null,
    object_id    uuid not null,
    object_kind  text collate "C" not null,
    polarity     text collate "C" not null check (polarity in ('asserted', 'denied', 'unknown')),
    modality     text collate "C" not null check (modality in (
        'own_statement', 'reported_by_others', 'expected_by_others', 'assessed_by_others', 'conceded_by_others')),
    rank         text collate "C" not null check (rank in ('preferred', 'normal', 'deprecated')),
    -- Dates in the model's form {edtf, verbatim, earliest, latest, precision, anchor}; null when nothing is known.
    said_at      jsonb,
    valid_from   jsonb,
    valid_until  jsonb,

    -- The fields of commitments that are asked for most. All null on edges of other kinds, except that a request
    -- may name a capability.
    capability   text collate "C" check (capability in (
        'military.forces', 'military.forces.ground', 'military.forces.air', 'military.forces.naval',
        'military.air_defence', 'military.air_defence.systems', 'military.air_defence.munitions',
        'military.arms', 'military.arms.ammunition', 'military.arms.armour', 'military.arms.aircraft',
        'military.arms.drones', 'military.arms.missiles', 'military.air_support',
        'military.isr', 'military.isr.intelligence', 'military.isr.reconnaissance', 'military.isr.border_monitoring',
        'military.training', 'military.logistics', 'military.demining', 'military.medical', 'military.command_staff',
        'military.basing', 'political.security_guarantee', 'political.backstop', 'political.endorsement',
        'political.mediation', 'political.negotiation', 'political.hosting',
        'financial', 'financial.grant', 'financial.loan', 'financial.guarantee', 'financial.budget_support',
        'humanitarian', 'pressure.sanctions', 'unspecified')),
    mission      text collate "C" check (mission in (
        'reassurance', 'peacekeeping', 'ceasefire_monitoring', 'deterrence', 'border_monitoring', 'training',
        'air_policing', 'maritime_security', 'unspecified')),
    specificity  text collate "C" check (specificity in ('specified', 'some_form', 'unspecified')),
    stance       text collate "C" check (stance in (
        'refused', 'declined', 'withdrawn', 'no_position', 'in_discussion', 'not_ruled_out', 'willing', 'offered',
        'pledged', 'committed', 'not_stated')),
    stage        text collate "C" check (stage in (
        'none', 'planned', 'allocated', 'in_delivery', 'partially_delivered', 'delivered',
        'suspended', 'halted', 'cancelled')),
    conditionality text collate "C" check (conditionality in ('unconditional', 'conditional', 'not_stated')),
    -- How the condition tree bears on the pledge; null when there is no tree.
    relation     text collate "C" check (relation in ('necessary', 'sufficient')),

    -- Other entities that a statement may name; null unless the source states them.
    coalition_id      uuid,
    coalition_kind    text collate "C" generated always as (case when coalition_id is not null then 'coalition' end) stored,
    meeting_id        uuid,
    meeting_kind      text collate "C" generated always as (case when meeting_id is not null then 'meeting' end) stored,
    -- Where a pledge would be carried out, or from where somebody attends: a place, or a country.
    place_id          uuid,
    -- The person or body through which the subject pledges or asks.
    acting_through_id uuid,
    -- The kind's remaining fields, as the model writes them; null when there are none.
    detail       jsonb,

    hash         bigint not null,
    created_seq  bigint not null,
    version      bigint not null,
    recorded_at  timestamptz not null,

    -- The three that type the ends: both entities exist with the kind said here, and the kinds may be so joined.
    constraint edge_subject foreign key (subject_id, subject_kind) references entity (id, kind)
        deferrable initially deferred,
    constraint edge_object foreign key (object_id, object_kind) references entity (id, kind)
        deferrable initially deferred,
    constraint edge_ends foreign key (kind, subject_kind, object_kind)
        references edge_triple (kind, subject_kind, object_kind),

    constraint edge_coalition foreign key (coalition_id, coalition_kind) references entity (id, kind)
        deferrable initially deferred,
    constraint edge_meeting foreign key (meeting_id, meeting_kind) references entity (id, kind)
        deferrable initially deferred,
    constraint edge_place foreign key (place_id) references entity (id) deferrable initially deferred,
    constraint edge_acting_through foreign key (acting_through_id) references entity (id)
        deferrable initially deferred,

    constraint edge_commitment check (case kind
        when 'commitment' then capability is not null and mission is not null and specificity is not null
            and stance is not null and stage is not null and conditionality is not null
            and (conditionality = 'conditional') = (relation is not null)
        else (capability is null or kind = 'request') and mission is null and specificity is null
            and stance is null and stage is null and conditionality is null and relation is null
            and coalition_id is null and meeting_id is null end)
);

-- For joins from an entity, and so that removing an entity finds the statements that name it without a scan.
create index edge_by_subject on edge (subject_id);
create index edge_by_object on edge (object_id);
create index edge_by_coalition on edge (coalition_id) where coalition_id is not null;
create index edge_by_meeting on edge (meeting_id) where meeting_id is not null;
create index edge_by_place on edge (place_id) where place_id is not null;
create index edge_by_acting_through on edge (acting_through_id) where acting_through_id is not null;


-- The nodes of a commitment's condition tree, numbered from 0 (the root) in preorder.
create table edge_condition (
    edge_id        uuid not null,
    node           smallint not null check (node >= 0),
    -- The node above; null for the root only. Preorder puts it before.
    parent         smallint,
    op             text collate "C" not null check (op in ('all_of', 'any_of', 'at_least', 'not', 'condition')),
    -- How many must hold; only with `at_least`.
    k              integer,
    -- The condition entity and whether the source states it; only on a leaf.
    condition_id   uuid,
    condition_kind text collate "C" generated always as (case when condition_id is not null then 'condition' end) stored,
    explicitness   text collate "C" check (explicitness in ('explicit', 'implied')),
    primary key (edge_id, node),
    constraint edge_condition_edge foreign key (edge_id) references edge (id) on delete cascade
        deferrable initially deferred,
    constraint edge_condition_condition foreign key (condition_id, condition_kind) references entity (id, kind)
        deferrable initially deferred,
    constraint edge_condition_root check ((node = 0) = (parent is null) and parent < node),
    constraint edge_condition_leaf check (
        (op = 'condition') = (condition_id is not null) and (op = 'condition') = (explicitness is not null)),
    constraint edge_condition_k check ((op = 'at_least') = (k is not null) and k >= 1)
);

create index edge_condition_by_condition on edge_condition (condition_id) where condition_id is not null;


-- Who says so: an edge has one or more, in the order given.
create table evidence (
    edge_id        uuid not null,
    ordinal        smallint not null check (ordinal >= 0),
    source_id      uuid not null,
    source_kind    text collate "C" generated always as ('source') stored,
    -- Where in the source; null when the statement does not say.
    line           integer check (line >= 1),
    page           integer check (page >= 1),
    -- A quotation selector {exact, prefix, suffix, start, end}.
    quote          jsonb,
    -- Words of the source, with their language. Kept here only; the in-memory graph leaves them out.
    quotation      text collate "C",
    quotation_lang text collate "C",
    explicitness   text collate "C" not null check (explicitness in ('explicit', 'implied')),
    -- The chain [{agent | name, role, mode}], original speaker first; null when the source gives none. Agents are
    -- entities: a trigger sees to it that they exist, since a foreign key cannot look into a document.
    attribution    jsonb,
    primary key (edge_id, ordinal),
    constraint evidence_edge foreign key (edge_id) references edge (id) on delete cascade
        deferrable initially deferred,
    constraint evidence_source foreign key (source_id, source_kind) references entity (id, kind)
        deferrable initially deferred,
    constraint evidence_quotation check ((quotation is null) = (quotation_lang is null))
);

create index evidence_by_source on evidence (source_id);


-- How a statement bears on another. Stored once, on the statement that says it.
create table edge_link (
    edge_id   uuid not null,
    link      text collate "C" not null check (link in (
        'about', 'contradicts', 'supersedes', 'supports', 'alternative_reading')),
    target_id uuid not null,
    -- Its place in the statement's list.
    ordinal   smallint not null check (ordinal >= 0),
    primary key (edge_id, link, target_id),
    constraint edge_link_edge foreign key (edge_id) references edge (id) on delete cascade
        deferrable initially deferred,
    -- No cascade: a link is content of the statement that holds it, and that must not change unlogged.
    constraint edge_link_target foreign key (target_id) references edge (id) deferrable initially deferred
);

create index edge_link_by_target on edge_link (target_id);
