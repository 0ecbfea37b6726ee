-- Questions of statements in SQL, over the tables beside.

-- A statement with what a client is shown of it: references with labels, conditions, evidence.
create type beside.item as (
    slot int, id uuid, kind text,
    subject text, subject_label text, object text, object_label text, coalition text, coalition_label text,
    capability text, mission text, specificity text, stance text, stage text, conditionality text, relation text,
    polarity text, modality text, rank text, said_at jsonb, valid_from jsonb, valid_until jsonb,
    operator text, conditions text[], condition_labels text[], condition_explicitness text[],
    sources text[], source_labels text[], lines int[], attributions jsonb[],
    version bigint, recorded_at timestamptz
);

create function beside.shown(slots int[]) returns setof beside.item
language sql stable rows 50 as $$
    select t.slot, t.id, t.kind, s.ref, s.label, o.ref, o.label, x.ref, x.label,
           t.capability, t.mission, t.specificity, t.stance, t.stage, t.conditionality, t.relation,
           t.polarity, t.modality, t.rank, t.said_at, t.valid_from, t.valid_until,
           l.operator, l.conditions, l.labels, l.explicitness, v.sources, v.labels, v.lines, v.attributions,
           t.version, t.recorded_at
    from unnest(slots) with ordinality u (slot, at)
    join beside.statement t on t.slot = u.slot
    join beside.node s on s.n = t.s
    join beside.node o on o.n = t.o
    left join beside.node x on x.n = t.coalition
    left join lateral (
        select min(l.op) as operator, array_agg(c.ref order by l.node) as conditions,
               array_agg(c.label order by l.node) as labels, array_agg(l.explicitness::text order by l.node) as explicitness
        from beside.leaf l join beside.node c on c.n = l.condition
        where l.slot = t.slot and t.relation is not null
    ) l on true
    left join lateral (
        select array_agg(d.ref order by p.ordinal) as sources, array_agg(d.label order by p.ordinal) as labels,
               array_agg(p.line order by p.ordinal) as lines, array_agg(p.attribution order by p.ordinal) as attributions
        from beside.piece p join beside.node d on d.n = p.source
        where p.slot = t.slot
    ) v on true
    order by u.at
$$;

-- In PL/pgSQL, which keeps its plans, where a function cannot become part of the query that calls it.
create function beside.number(reference text) returns int language plpgsql stable as $$
begin
    return (select n from beside.node where ref = reference);
end $$;

create function beside.kind(name text) returns int language plpgsql stable as $$
begin
    return (select n from beside.code where list = 'kind' and code = name);
end $$;

-- The statements of an actor on one matter that are its position: the latest, and of one day the best; undated ones all.
create function beside.current(actor int, on_capability int, on_mission int, beneficiary int)
returns table (slot int, stance_rank int)
language sql stable rows 3 as $$
    select m.slot, m.stance_rank
    from (
        select t.slot, t.stance_rank, t.said_first, t.said_last, t.merit,
               max(t.said_first) over () as newest,
               min(t.merit) over (partition by t.said_first, t.said_last) as best
        -- What has not begun makes a position only where nothing has.
        from (
            select t.*, bool_or(t.begun) over () as any_begun
            from beside.statement t
            where t.s = actor and t.capability_n = on_capability and t.mission_n = on_mission and t.o = beneficiary
                and t.kind = 'commitment' and t.counted
        ) t
        where t.begun or not t.any_begun
    ) m
    where m.said_first is null or (m.newest <= m.said_last and (m.said_first < m.said_last or m.merit = m.best))
$$;

-- Whether a statement is about the same as another of its actor, or about more.
create function beside.covers(wide beside.statement, narrow beside.statement) returns boolean
language sql immutable as $$
    select wide.s = narrow.s and (wide.o = narrow.o or wide.o = narrow.coalition)
        and (wide.capability in (narrow.capability, 'unspecified') or starts_with(narrow.capability, wide.capability || '.'))
        and wide.mission in (narrow.mission, 'unspecified')
        and (wide.coalition is null or wide.coalition = narrow.coalition)
        and (wide.place is null or (wide.place = narrow.place and (wide.area is null or wide.area = narrow.area)))
$$;

-- Whether a later statement interrupted what a commitment pledges, and none since has it run again.
create function beside.interrupted(t beside.statement, today date) returns boolean
language plpgsql stable as $$
begin
    return exists (
        select from beside.statement z
        where z.s = t.s and z.kind = 'commitment' and z.stage in ('suspended', 'halted') and z.slot <> t.slot
            and z.sound and z.standing <> 'superseded' and z.said_first > t.said_last
            and coalesce(z.from_last, z.said_last) <= today and beside.covers(z, t)
            and not exists (
                select from beside.statement r
                where r.s = t.s and r.kind = 'commitment' and r.sound and r.standing <> 'superseded'
                    and coalesce(r.stance_rank, 0) >= 0 and r.stage in ('planned', 'allocated', 'in_delivery', 'partially_delivered', 'delivered')
                    and r.said_first > z.said_last and coalesce(r.from_last, r.said_last) <= today
                    and beside.covers(r, t)));
end $$;

-- What outcomes say of a condition: 0 false, 1 unknown, 2 true.
create function beside.outcome(asked int, today date) returns int
language plpgsql stable as $$
begin
    return (
    with latest as (
        select t.outcome, t.since_first, t.said_first, t.said_last, t.merit, t.rank,
               max(t.said_first) over (partition by t.s) as newest,
               min(t.merit) over (partition by t.s, t.said_first, t.said_last) as best
        from beside.statement t
        where t.o = asked and t.kind = 'outcome' and t.counted
            and (t.since_first is null or t.since_first <= today)
    ), standing as (
        select *, bool_or(rank = 'preferred') over () as any_preferred
        from latest
        where said_first is null or (newest <= said_last and (said_first < said_last or merit = best))
    ), heard as (
        select *, max(since_first) filter (where outcome = 'met') over () as met_since,
               max(since_first) filter (where outcome = 'unmet') over () as unmet_since
        from standing
        where rank = 'preferred' or not any_preferred
    ), kept as (
        select outcome from heard
        where (said_last < case outcome when 'met' then unmet_since else met_since end) is not true
    )
    select case when bool_or(outcome = 'met') and not bool_or(outcome = 'unmet') then 2
                when bool_or(outcome = 'unmet') and not bool_or(outcome = 'met') then 0
                else 1 end
    from kept);
end $$;

-- Whether commitments are in force; null where that hangs on a condition with a test, which needs the fixpoint of all
-- pledges behind it.
create function beside.force(slots int[], today date) returns table (slot int, force text)
language sql stable rows 50 as $$
    with asked as (
        select t.slot, t.relation,
               case when t.standing in ('unverified', 'not_counted') then 1
                    when not t.counted then 0
                    when t.stance_rank <= 2 or t.stage in ('suspended', 'halted', 'cancelled') then 0
                    when beside.interrupted(t, today) then 0
                    when t.relation is null then case when t.conditionality = 'conditional' then 1 else 2 end end as known,
               case when t.standing = 'may_stand' or t.stance = 'not_stated' then 1 else 2 end as most
        from unnest(slots) u (slot) join beside.statement t on t.slot = u.slot
    ), leaves as (
        select a.slot, a.relation, l.op, l.condition
        from asked a join beside.leaf l on l.slot = a.slot
        where a.known is null
    ), truths as materialized (
        select d.condition,
               case when c.actor is null then beside.outcome(d.condition, today) end as truth
        from (select distinct condition from leaves) d join beside.condition c on c.n = d.condition
    ), trees as (
        select l.slot, l.relation,
               case when l.op = 'any_of' then max(coalesce(t.truth, 0)) else min(coalesce(t.truth, 0)) end as low,
               case when l.op = 'any_of' then max(coalesce(t.truth, 2)) else min(coalesce(t.truth, 2)) end as high
        from leaves l join truths t on t.condition = l.condition
        group by l.slot, l.relation, l.op
    ), bounds as (
        select a.slot, a.known as low, a.known as high from asked a where a.known is not null
        union all
        select t.slot, case t.relation when 'sufficient' then greatest(t.low, 1) else t.low end,
               case t.relation when 'sufficient' then greatest(t.high, 1) else t.high end
        from trees t
    )
    select b.slot, case when least(b.low, a.most) = least(b.high, a.most)
        then ('{false,unknown,true}'::text[])[least(b.low, a.most) + 1] end
    from bounds b join asked a on a.slot = b.slot
$$;

create function beside.record(asked uuid) returns table (shown beside.item, in_force text)
language plpgsql stable rows 1 as $$
declare
    slots int[] := array(select t.slot from beside.statement t where t.id = asked);
begin
    return query
        select r, f.force from beside.shown(slots) r
        left join beside.force(slots, (now() at time zone 'utc')::date) f on f.slot = r.slot;
end $$;

-- The first 50 commitments of a pledger, and of what is part of it if wanted.
create function beside.page(pledger text, forced boolean, parts boolean)
returns table (shown beside.item, in_force text, total bigint)
language plpgsql stable rows 50 as $$
declare
    who int[] := array[beside.number(pledger)];
    commitment int := beside.kind('commitment');
    part_of int := beside.kind('part_of');
    slots int[];
    number bigint;
begin
    if parts then
        who := array(
            with recursive p (n) as (
                select who[1]
                union
                select t.s from p join beside.statement t on t.o = p.n and t.kind_n = part_of and t.counted
            )
            select n from p);
    end if;
    slots := array(
        select t.slot from beside.statement t where t.s = any(who) and t.kind_n = commitment order by t.slot limit 50);
    select count(*) into number from beside.statement t where t.s = any(who) and t.kind_n = commitment;
    if forced then
        return query
            select r, f.force, number from beside.shown(slots) r
            left join beside.force(slots, (now() at time zone 'utc')::date) f on f.slot = r.slot
            order by r.slot;
    else
        return query select r, null::text, number from beside.shown(slots) r;
    end if;
end $$;

-- The first 50 commitments of a capability, children included, that hang on a condition.
create function beside.filter(capability text, condition text)
returns table (shown beside.item, in_force text, total bigint)
language plpgsql stable rows 50 as $$
declare
    hanging int := beside.number(condition);
    within int[] := array(
        select c.n from beside.code c
        where c.list = 'capability' and (c.code = capability or starts_with(c.code, capability || '.')));
    found int[] := array(
        select distinct t.slot from beside.leaf l join beside.statement t on t.slot = l.slot
        where l.condition = hanging and t.capability_n = any(within) order by t.slot);
    slots int[] := found[1:50];
begin
    return query
        select r, f.force, cardinality(found)::bigint from beside.shown(slots) r
        left join beside.force(slots, (now() at time zone 'utc')::date) f on f.slot = r.slot
        order by r.slot;
end $$;

-- What an actor said on its first 50 matters, in the order of saying, and which of it stands.
create function beside.card(reference text) returns table (shown beside.item, current boolean, total bigint)
language plpgsql stable rows 100 as $$
declare
    who int := beside.number(reference);
    slots int[];
    stands boolean[];
    matters bigint;
begin
    -- Which matters there are is told of the first 20,000 statements, and the whole of those shown.
    with found as (
        select distinct t.capability_n, t.mission_n, t.o
        from (select * from beside.statement t where t.s = who and t.kind = 'commitment'
            and (t.counted or t.standing in ('over', 'superseded', 'taken_back')) order by t.slot limit 20000) t
    ), matter as (
        select f.*, row_number() over (order by f.capability_n, f.mission_n, f.o) as n, count(*) over () as all_of_them
        from found f order by f.capability_n, f.mission_n, f.o limit 50
    ), said as (
        select m.n, m.all_of_them, t.*, bool_or(t.counted and t.begun) over (partition by m.n) as any_begun
        from matter m, lateral (
            select t.slot, t.id, t.said_first, t.said_last, t.merit, t.counted, t.begun
            from beside.statement t
            where t.s = who and t.capability_n = m.capability_n and t.mission_n = m.mission_n and t.o = m.o
                and t.kind = 'commitment' and (t.counted or t.standing in ('over', 'superseded', 'taken_back'))
        ) t
    ), now as (
        select t.slot, t.said_first, t.said_last, t.merit,
               max(t.said_first) over (partition by t.n) as newest,
               min(t.merit) over (partition by t.n, t.said_first, t.said_last) as best
        from said t
        where t.counted and (t.begun or not t.any_begun)
    ), ranked as (
        select s.*, n.slot is not null and (n.said_first is null
                   or (n.newest <= n.said_last and (n.said_first < n.said_last or n.merit = n.best))) as is_current
        from said s left join now n using (slot)
    )
    select array_agg(slot order by n, said_first nulls last, said_last, id),
           array_agg(is_current order by n, said_first nulls last, said_last, id),
           max(all_of_them)
    into slots, stands, matters from ranked;
    return query
        select r, stands[row_number() over ()], matters from beside.shown(slots) r;
end $$;

-- The commitments to a beneficiary, counted by pledger and capability.
create function beside.matrix(beneficiary text)
returns table (pledger text, pledger_label text, capability text, strongest text, count bigint, commitments uuid[])
language sql stable rows 1000 as $$
    select s.ref, s.label, c.code, st.code, x.count, x.ids
    from (
        select t.s, t.capability_n, max(t.stance_rank) as strongest, count(*) as count,
               (array_agg(t.id order by t.slot))[1:20] as ids
        from beside.statement t
        where t.o = beside.number(beneficiary) and t.kind = 'commitment' and t.counted and t.stance_rank >= 3
        group by t.s, t.capability_n
    ) x
    join beside.node s on s.n = x.s
    join beside.code c on c.list = 'capability' and c.n = x.capability_n
    join beside.code st on st.list = 'stance' and st.rank = x.strongest
    order by x.s, x.capability_n
$$;

-- The commitments to a beneficiary as the columns of a table.
create function beside.csv(beneficiary text)
returns table (id uuid, capability text, mission text, stance text, stage text, specificity text, stance_rank int,
    modality text, conditionality text, pledger_ref text, pledger_en text, beneficiary_ref text, coalition_ref text,
    condition_refs text, said_from date, said_to date, source_refs text, version bigint)
language sql stable rows 10000 as $$
    select t.id, t.capability, t.mission, t.stance, t.stage, t.specificity, t.stance_rank, t.modality, t.conditionality,
           s.ref, s.label, o.ref, x.ref,
           (select string_agg(c.ref, '; ' order by l.node)
            from beside.leaf l join beside.node c on c.n = l.condition where l.slot = t.slot),
           (t.said_at ->> 'earliest')::date, (t.said_at ->> 'latest')::date,
           (select string_agg(d.ref, '; ' order by p.ordinal)
            from beside.piece p join beside.node d on d.n = p.source where p.slot = t.slot),
           t.version
    from beside.statement t
    join beside.node s on s.n = t.s
    join beside.node o on o.n = t.o
    left join beside.node x on x.n = t.coalition
    where t.o = beside.number(beneficiary) and t.kind = 'commitment'
    order by t.slot
$$;
