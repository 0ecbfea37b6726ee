-- A position passes over what was said before it only once it has begun, as with what supersedes or takes back: from when it
-- is valid, else from when it was said. On a day before the publication that tells of an undated withdrawal the pledge
-- before it stands, and is a position beside it.
create or replace function position_statements_on(day date) returns table (id uuid)
language sql stable set jit = off set enable_nestloop = off set enable_mergejoin = off set work_mem = '64MB' as $$
with candidate as (
    select f.id, f.first, f.last, f.ordered, b.begun,
        case when f.ordered and f.first = f.last then f.first end as only_day,
        max(f.first) filter (where f.ordered and b.begun) over matter as latest_first,
        array[(f.rank <> 'preferred')::int, (f.modality <> 'own_statement')::int,
            case f.specificity when 'specified' then 0 when 'some_form' then 1 else 2 end] as weight,
        f.subject_id, f.object_id, f.capability, f.mission
    from statement_standing_on(day) s
    join standing_facts f on f.id = s.id,
        lateral (select not coalesce(case when f.from_dated then f.from_first when f.ordered then f.first end > day, false)
            as begun) b
    where s.kind = 'commitment' and s.standing in ('may_stand', 'stands')
    window matter as (partition by f.subject_id, f.object_id, f.capability, f.mission)
)
select id
from (select c.*, min(c.weight) filter (where c.begun)
        over (partition by subject_id, object_id, capability, mission, only_day) as best
    from candidate c) c
where not (ordered and coalesce(latest_first > last, false)) and (only_day is null or best is null or weight <= best)
$$;
