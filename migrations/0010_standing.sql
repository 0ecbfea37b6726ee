-- Whether a statement counts on a day, and what a position is: the published rule, for tools that read PostgreSQL. The
-- service evaluates it by itself, in memory; a test compares the two.


-- The codes of the rule that follow from others.

-- How firm a stance is, from -3 (`refused`) to 6 (`committed`); null for `not_stated`.
create function stance_rank(stance text) returns int
language sql immutable parallel safe as $$
    select case stance
        when 'refused' then -3 when 'declined' then -2 when 'withdrawn' then -1 when 'no_position' then 0
        when 'in_discussion' then 1 when 'not_ruled_out' then 2 when 'willing' then 3 when 'offered' then 4
        when 'pledged' then 5 when 'committed' then 6 end
$$;

-- A capability, its parents, and `unspecified`: what a statement may be about that covers it.
create function capability_or_wider(capability text) returns setof text
language sql immutable parallel safe as $$
    select array_to_string((string_to_array(capability, '.'))[1:depth], '.')
    from generate_series(1, cardinality(string_to_array(capability, '.'))) depth
    union
    select 'unspecified' where capability is not null
$$;

-- Whether a commitment of the same actor takes back another by what the two say, whatever it covers and whenever it is:
-- it is of the opposite sign. What was delivered cannot be taken back.
create function opposite_sign(stance text, stage text, of_stance text, of_stage text) returns boolean
language sql immutable parallel safe as $$
    select coalesce(of_stage <> 'delivered' and case
        when of_stage = 'cancelled' or stance_rank(of_stance) < 0 then stance_rank(stance) >= 3 and stage <> 'cancelled'
        when stance_rank(of_stance) >= 1 then stance in ('withdrawn', 'declined') or stage = 'cancelled'
    end, false)
$$;


-- The links `supersedes` that count: those of a cycle do not. Commits refuse cycles; data of earlier versions may have
-- some. Costs the pairs of statements that are joined by a chain, so chains are meant to be short.
create view superseding as
with recursive link as (
    select edge_id, target_id from edge_link where link = 'supersedes'
), reach (start, node) as (
    -- Only what both supersedes and is superseded can lie on a cycle.
    select l.target_id, l.target_id from link l
    where exists (select from link o where o.edge_id = l.target_id)
        and exists (select from link o where o.target_id = l.edge_id)
    union
    select r.start, l.target_id from reach r join link l on l.edge_id = r.node
)
select l.edge_id, l.target_id
from link l
where not exists (select from reach r where r.start = l.target_id and r.node = l.edge_id);


-- What the rule reads of a statement. A date is a span of days, `-infinity` and `infinity` where it is open or unknown,
-- so that a comparison with what is not known is never true. Not API.
create view standing_facts as
with source_date as (
    select id as source_id,
        coalesce((detail -> 'published' ->> 'earliest')::date, '-infinity') as first,
        coalesce((detail -> 'published' ->> 'latest')::date, 'infinity') as last
    from entity where kind = 'source' and detail -> 'published' ? 'edtf'
), publication as (
    -- The latest publication of the sources of a statement.
    select distinct on (v.edge_id) v.edge_id, d.first, d.last
    from evidence v join source_date d using (source_id)
    order by v.edge_id, d.last desc, d.first desc
)
select e.id, e.kind, e.subject_id, e.object_id, e.polarity, e.modality, e.rank,
    e.capability, e.mission, e.specificity, e.stage, e.stance, stance_rank(e.stance) as firmness,
    -- Against which a positive statement is of the opposite sign.
    coalesce(stance_rank(e.stance) < 0 or e.stage = 'cancelled', false) as negative,
    e.coalition_id, e.place_id, e.detail ->> 'area' as area, e.detail,
    e.polarity = 'asserted' and e.rank <> 'deprecated' and m.counts as sound, m.counts as modality_counts,
    e.conditionality = 'conditional' or exists (select from edge_condition c where c.edge_id = e.id) as conditional,
    -- When it was said.
    s.said, s.said_first, s.said_last,
    -- Its order among others: when it was said, else when its source was published.
    s.said or p.edge_id is not null as ordered,
    case when s.said then s.said_first else coalesce(p.first, '-infinity') end as first,
    case when s.said then s.said_last else coalesce(p.last, 'infinity') end as last,
    -- From when, where a source states a beginning, whatever it says of it.
    e.valid_from ?| array['edtf', 'verbatim', 'anchor'] as from_stated,
    e.valid_from ? 'edtf' as from_dated,
    coalesce((e.valid_from ->> 'earliest')::date, '-infinity') as from_first,
    coalesce((e.valid_from ->> 'latest')::date, 'infinity') as from_last,
    -- Until when. `2025-04/..` goes on: it is no bound.
    e.valid_until ?| array['edtf', 'verbatim', 'anchor', 'ended']
        and not coalesce(e.valid_until ->> 'edtf' like '%/..', false) as until_stated,
    coalesce((e.valid_until ->> 'earliest')::date, '-infinity') as until_first,
    coalesce((e.valid_until ->> 'latest')::date, 'infinity') as until_last,
    -- From when it is known to have ended, where it has, on a day that is not known.
    case when (e.valid_until -> 'ended')::boolean and not e.valid_until ? 'edtf' then coalesce(
        nullif(p.last, 'infinity'), nullif(s.said_last, 'infinity'), (e.recorded_at at time zone 'utc')::date) end
        as ended_by
from edge e
left join publication p on p.edge_id = e.id,
    lateral (select e.modality in ('own_statement', 'reported_by_others') as counts) m,
    lateral (select coalesce(e.said_at ? 'edtf', false) as said,
        coalesce((e.said_at ->> 'earliest')::date, '-infinity') as said_first,
        coalesce((e.said_at ->> 'latest')::date, 'infinity') as said_last) s;


-- The standing of every statement on a day, by the first row of the rule that applies.
create function statement_standing_on(day date) returns table (id uuid, kind text, standing text)
language sql stable set jit = off set enable_nestloop = off set enable_mergejoin = off set work_mem = '64MB' as $$
with fact as materialized (
    -- `begun`: whether it has certainly begun by the day; null where perhaps. From when it is valid, else when it was
    -- said; what has no date has begun.
    select f.*,
        case
            when f.from_dated then case when f.from_last <= day then true when f.from_first > day then false end
            when f.ordered then case when f.last <= day then true when f.first > day then false end
            else true
        end as begun
    from standing_facts f
), link as materialized (
    select l.edge_id, l.target_id, s.begun
    from superseding l join fact s on s.id = l.edge_id
    where s.sound and s.begun is distinct from false
), commitment as materialized (
    select f.*, f.id in (select target_id from link where link.begun) as replaced
    from fact f where f.kind = 'commitment'
), takes_back (taker, taken) as materialized (
    -- A statement that supersedes what it takes back takes back that alone.
    select c.id, x.id
    from link l
    join commitment c on c.id = l.edge_id
    join commitment x on x.id = l.target_id
    -- Not `=`: the links are few, the pairs of one actor are many.
    where c.subject_id is not distinct from x.subject_id and opposite_sign(c.stance, c.stage, x.stance, x.stage)
), replacement as (
    select l.target_id as id, bool_or(l.begun) as certain
    from link l
    -- Taken back and not superseded, unless what takes it back was superseded itself.
    where not exists (select from takes_back b join commitment c on c.id = b.taker
        where b.taker = l.edge_id and b.taken = l.target_id and not c.replaced)
    group by l.target_id
), wider as materialized (
    select x.capability, w.capability as covering
    from (select distinct capability from commitment) x, lateral capability_or_wider(x.capability) w (capability)
), matter as materialized (
    -- The matter of a statement, and each that is wider in what it is about, what for, or for whom.
    select x.id, x.subject_id, w.covering as capability, m.mission, o.object_id
    from commitment x
    join wider w on w.capability = x.capability
    cross join lateral (select x.mission union select 'unspecified') m (mission)
    cross join lateral (select x.object_id union select x.coalition_id where x.coalition_id is not null) o (object_id)
), covering as materialized (
    -- Statements of the same actor whose matter is equal or wider in each, and what the one makes of the other.
    select x.id, c.id as by, c.conditional, c.begun, c.first > x.last as later, c.last < x.first as earlier,
        opposite_sign(c.stance, c.stage, x.stance, x.stage) as takes_back,
        c.stance = 'refused' and x.firmness >= 1 and x.stage <> 'delivered' or x.negative and c.firmness in (1, 2)
            as casts_doubt,
        -- Said at one time.
        (c.ordered and x.ordered and c.first = c.last and x.first = x.last and c.first = x.first
            or not c.said and not x.said and exists (
                select from evidence a join evidence b using (source_id) where a.edge_id = c.id and b.edge_id = x.id))
            and (c.capability, c.mission, c.object_id, c.coalition_id, c.place_id, c.area)
                is distinct from (x.capability, x.mission, x.object_id, x.coalition_id, x.place_id, x.area) as exception
    from matter m
    join commitment c using (subject_id, capability, mission, object_id)
    join commitment x on x.id = m.id
    where c.id <> x.id and c.sound and not c.replaced and c.begun is distinct from false
        and (c.coalition_id is null or c.coalition_id = x.coalition_id)
        and (c.place_id is null or c.place_id = x.place_id and c.area is not distinct from x.area)
), opposition as (
    select id, bool_or(certain) as certain
    from (
        select b.taken as id, c.begun and not c.conditional as certain
        from takes_back b join commitment c on c.id = b.taker
        where not c.replaced
        union all
        select v.id, v.later and v.begun and not v.conditional
        from covering v
        where v.takes_back and not v.earlier and (v.later or not v.exception)
            and not exists (select from takes_back b where b.taker = v.by)
        union all
        select v.id, false from covering v where v.casts_doubt and v.later
    ) against
    group by id
), partner as (
    select x.id
    from (select edge_id as id, target_id as partner from edge_link where link in ('contradicts', 'alternative_reading')
        union select target_id, edge_id from edge_link where link in ('contradicts', 'alternative_reading')) l
    join fact x on x.id = l.id
    join fact p on p.id = l.partner
    where p.sound and p.id <> x.id and not (x.rank = 'preferred' and p.rank <> 'preferred')
), denial as (
    select x.id
    from fact d
    join fact x on x.kind = d.kind and x.subject_id = d.subject_id and x.object_id = d.object_id and x.id <> d.id
    where d.polarity = 'denied' and d.rank <> 'deprecated' and d.modality_counts and not d.last < x.first
        and case d.kind
            when 'commitment' then (d.capability, d.mission, d.coalition_id, d.place_id, d.area,
                    coalesce(d.firmness >= 1, false), coalesce(d.firmness < 0, false))
                is not distinct from (x.capability, x.mission, x.coalition_id, x.place_id, x.area,
                    coalesce(x.firmness >= 1, false), coalesce(x.firmness < 0, false))
            when 'membership' then d.detail -> 'role' is not distinct from x.detail -> 'role'
            when 'attendance' then d.detail -> 'role' is not distinct from x.detail -> 'role'
            when 'office' then d.detail -> 'title' is not distinct from x.detail -> 'title'
            when 'convening' then d.detail -> 'status' is not distinct from x.detail -> 'status'
            when 'request' then (d.capability, d.detail -> 'text') is not distinct from (x.capability, x.detail -> 'text')
            when 'action' then (d.detail -> 'class', d.detail -> 'text')
                is not distinct from (x.detail -> 'class', x.detail -> 'text')
            when 'outcome' then d.detail -> 'value' is not distinct from x.detail -> 'value'
            when 'remark' then (d.detail -> 'type', d.detail -> 'text')
                is not distinct from (x.detail -> 'type', x.detail -> 'text')
            else true
        end
), disputed as (
    select id from (select id from partner union all select id from denial) by_either group by id
)
select f.id, f.kind, case
    when f.polarity = 'denied' then 'denied'
    when f.polarity = 'unknown' then 'unverified'
    when f.rank = 'deprecated' then 'deprecated'
    when f.from_first > day or f.kind = 'commitment' and f.said_first > day then 'not_yet'
    when f.until_last < day or f.ended_by <= day then 'over'
    when r.certain then 'superseded'
    when o.certain then 'taken_back'
    when not f.modality_counts then 'not_counted'
    when f.from_stated and not f.from_last <= day or f.until_stated and not f.until_first >= day
        or r.id is not null or o.id is not null or d.id is not null then 'may_stand'
    else 'stands'
end
from fact f
left join replacement r on r.id = f.id
left join opposition o on o.id = f.id
left join disputed d on d.id = f.id
$$;

create view statement_standing as
select s.id,
       s.kind,
       a.kind || ':' || a.slug as subject_ref,
       b.kind || ':' || b.slug as object_ref,
       s.standing,
       -- Whether what counts or concludes takes it.
       s.standing in ('may_stand', 'stands') as counted
from statement_standing_on((now() at time zone 'utc')::date) s
join edge e on e.id = s.id
join entity a on a.id = e.subject_id
join entity b on b.id = e.object_id;


-- The statements that are a position on a day: of each actor towards each beneficiary on each capability and mission the
-- latest that counts. What overlaps or has no date cannot be compared, and is kept. Of one day: by rank, then own over
-- reported, then the more specific.
create function position_statements_on(day date) returns table (id uuid)
language sql stable set jit = off set enable_nestloop = off set enable_mergejoin = off set work_mem = '64MB' as $$
with candidate as (
    select f.id, f.first, f.last, f.ordered,
        case when f.ordered and f.first = f.last then f.first end as only_day,
        max(f.first) filter (where f.ordered) over matter as latest_first,
        array[(f.rank <> 'preferred')::int, (f.modality <> 'own_statement')::int,
            case f.specificity when 'specified' then 0 when 'some_form' then 1 else 2 end] as weight,
        f.subject_id, f.object_id, f.capability, f.mission
    from statement_standing_on(day) s
    join standing_facts f on f.id = s.id
    where s.kind = 'commitment' and s.standing in ('may_stand', 'stands')
    window matter as (partition by f.subject_id, f.object_id, f.capability, f.mission)
)
select id
from (select c.*, min(c.weight) over (partition by subject_id, object_id, capability, mission, only_day) as best
    from candidate c) c
where not (ordered and latest_first > last) and (only_day is null or weight = best)
$$;

-- The positions of today.
create view positions as
select c.id, c.pledger_ref, c.beneficiary_ref, c.capability, c.mission, c.specificity, c.stance, c.stage,
       c.conditionality, c.modality, c.rank, c.said_from, c.said_to, c.source_refs
from commitments c
where c.id in (select id from position_statements_on((now() at time zone 'utc')::date));
