-- What the product keeps in memory, as tables: dense numbers, decoded dates, adjacency. `beside.code` is filled before.
--
-- Numbers follow the published order of all lists: first commit, then identifier.

create table beside.node as
select (row_number() over (order by created_seq, id) - 1)::int as n,
       id,
       kind,
       kind || ':' || slug as ref,
       names ->> 'en' as label,
       (detail -> 'published' ->> 'earliest')::date as published_first,
       (detail -> 'published' ->> 'latest')::date as published_last,
       actor_id,
       detail -> 'test' ->> 'capability' as test_capability,
       detail -> 'test' ->> 'min_stance' as test_stance
from public.entity;

alter table beside.node add primary key (n);
create unique index on beside.node (id);
create unique index on beside.node (ref) include (n);

-- Statements of all kinds. `said_first` and `said_last` are those of its sources where it has no date of its own.
create table beside.statement as
select (row_number() over (order by e.created_seq, e.id) - 1)::int as slot,
       e.id, e.kind, k.n as kind_n, s.n as s, o.n as o,
       e.polarity, e.modality, e.rank,
       -- As of the day of loading; the product turns with the day.
       g.standing, g.standing in ('may_stand', 'stands') as counted,
       e.polarity = 'asserted' and e.rank <> 'deprecated' and e.modality in ('own_statement', 'reported_by_others') as sound,
       e.said_at, e.valid_from, e.valid_until,
       coalesce(d.first, p.first) as said_first,
       coalesce(d.last, p.last) as said_last,
       (e.valid_from ->> 'earliest')::date as from_first,
       (e.valid_until ->> 'latest')::date as until_last,
       -- Whether it has begun: as of the day of loading.
       not coalesce(coalesce((e.valid_from ->> 'earliest')::date, d.first, p.first)
           > (now() at time zone 'utc')::date, false) as begun,
       -- What decides between statements of one date, best first.
       (array_position('{preferred,normal,deprecated}'::text[], e.rank::text) * 100
           + array_position('{own_statement,reported_by_others,expected_by_others,assessed_by_others,conceded_by_others}'::text[],
                e.modality::text) * 10
           + coalesce(array_position('{specified,some_form,unspecified}'::text[], e.specificity::text), 1))::int as merit,
       e.capability, c.n as capability_n, e.mission, m.n as mission_n, e.specificity,
       e.stance, t.rank as stance_rank, e.stage, e.conditionality, e.relation,
       x.n as coalition, e.place_id as place, e.detail ->> 'area' as area,
       (e.valid_from ->> 'latest')::date as from_last,
       e.detail ->> 'value' as outcome,
       (e.detail -> 'since' ->> 'earliest')::date as since_first,
       e.version, e.recorded_at
from public.edge e
join public.statement_standing_on((now() at time zone 'utc')::date) g on g.id = e.id
join beside.node s on s.id = e.subject_id
join beside.node o on o.id = e.object_id
join beside.code k on k.list = 'kind' and k.code = e.kind
left join beside.node x on x.id = e.coalition_id
left join beside.code c on c.list = 'capability' and c.code = e.capability
left join beside.code m on m.list = 'mission' and m.code = e.mission
left join beside.code t on t.list = 'stance' and t.code = e.stance
left join lateral (
    select (e.said_at ->> 'earliest')::date as first, (e.said_at ->> 'latest')::date as last
    where e.said_at ? 'earliest' and e.said_at ? 'latest'
) d on true
left join lateral (
    select n.published_first as first, n.published_last as last
    from public.evidence v join beside.node n on n.id = v.source_id
    where v.edge_id = e.id and n.published_first is not null and n.published_last is not null
    order by 1 desc, 2 desc limit 1
) p on true;

alter table beside.statement add primary key (slot);
create unique index on beside.statement (id);
create index on beside.statement (s, kind_n, slot) include (o);
create index on beside.statement (o, kind_n, slot) include (s);
create index on beside.statement (s, capability_n, mission_n, o)
    include (slot, counted, said_first, said_last, begun, merit, stance_rank) where kind = 'commitment';
create index on beside.statement (s) where kind = 'commitment' and stage in ('suspended', 'halted');
create index on beside.statement (capability_n, slot) where kind = 'commitment';
create index on beside.statement (o, s, capability_n) include (slot, id, counted, stance_rank) where kind = 'commitment';
create index on beside.statement (o, slot) where kind = 'outcome';

create table beside.condition as
select n.n, a.n as actor, n.test_capability as capability, c.rank as least
from beside.node n
left join beside.node a on a.id = n.actor_id
left join beside.code c on c.list = 'stance' and c.code = n.test_stance
where n.kind = 'condition';

alter table beside.condition add primary key (n);
create index on beside.condition (actor) include (n, capability, least);

-- The trees of conditions. Those of this graph are a leaf, or leaves under one operator.
create table beside.leaf as
select s.slot, c.node, p.op, c.explicitness, n.n as condition
from public.edge_condition c
join beside.statement s on s.id = c.edge_id
join beside.node n on n.id = c.condition_id
left join public.edge_condition p on p.edge_id = c.edge_id and p.node = c.parent;

alter table beside.leaf add primary key (slot, node);
create index on beside.leaf (condition, slot);

create table beside.piece as
select s.slot, v.ordinal, n.n as source, v.line, v.explicitness, v.attribution
from public.evidence v
join beside.statement s on s.id = v.edge_id
join beside.node n on n.id = v.source_id;

alter table beside.piece add primary key (slot, ordinal);

-- Which entities any statement joins, either way.
create table beside.adjacent as
select distinct a, b from (
    select s as a, o as b from beside.statement union all select o, s from beside.statement
) both_ways
where a <> b;

alter table beside.adjacent add primary key (a, b);

vacuum analyze beside.node, beside.statement, beside.condition, beside.leaf, beside.piece, beside.adjacent;
