-- What has begun by the day passes over what has not, as only what has begun supersedes or takes back: from when it is valid,
-- else from when it was said. On a day before the publication that tells of an undated withdrawal the pledge before it
-- stands, and is the position.
create or replace function position_statements_on(day date) returns table (id uuid)
language sql stable set jit = off set enable_nestloop = off set enable_mergejoin = off set work_mem = '64MB' as $$
with counted as (
    select f.*, b.begun,
        bool_or(b.begun) over (partition by f.subject_id, f.object_id, f.capability, f.mission) as any_begun
    from statement_standing_on(day) s
    join standing_facts f on f.id = s.id,
        lateral (select not coalesce(case when f.from_dated then f.from_first when f.ordered then f.first end > day, false)
            as begun) b
    where s.kind = 'commitment' and s.standing in ('may_stand', 'stands')
), candidate as (
    select f.id, f.first, f.last, f.ordered,
        case when f.ordered and f.first = f.last then f.first end as only_day,
        max(f.first) filter (where f.ordered) over matter as latest_first,
        array[(f.rank <> 'preferred')::int, (f.modality <> 'own_statement')::int,
            case f.specificity when 'specified' then 0 when 'some_form' then 1 else 2 end] as weight,
        f.subject_id, f.object_id, f.capability, f.mission
    from counted f
    where f.begun or not f.any_begun
    window matter as (partition by f.subject_id, f.object_id, f.capability, f.mission)
)
select id
from (select c.*, min(c.weight) over (partition by subject_id, object_id, capability, mission, only_day) as best
    from candidate c) c
where not (ordered and latest_first > last) and (only_day is null or weight = best)
$$;
