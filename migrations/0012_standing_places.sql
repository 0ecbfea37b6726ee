-- The rule of standing of 0010, in three points that it left to chance. A place without an area is all of it, so it covers
-- both what lies in it and what lies outside. Nothing takes back what was delivered or casts doubt on it, not even an opening
-- after a refusal. And what was cancelled neither opens what was refused nor casts doubt on what was pledged: it takes it back.

-- The standing of every statement on a day, by the first row of the rule that applies.
create or replace function statement_standing_on(day date) returns table (id uuid, kind text, standing text)
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
        -- A refusal may be of more than was pledged, an opening of less than was refused.
        x.stage <> 'delivered' and case
            when x.negative then c.firmness in (1, 2) and not c.negative
            else c.stance = 'refused' and c.stage <> 'cancelled' and x.firmness >= 1 end
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
        and (c.place_id is null or c.place_id = x.place_id and (c.area is null or c.area = x.area))
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
