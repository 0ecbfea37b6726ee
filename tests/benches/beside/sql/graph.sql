-- Questions of the graph in SQL: level by level in PL/pgSQL, since a recursive CTE cannot leave out what it has seen.

-- What depends on an actor, a level of pledges at a time. How it would do without the actor is not asked.
create function beside.fall_out(reference text)
returns table (slot int, id uuid, pledger text, pledger_label text, beneficiary text, beneficiary_label text,
    capability text, mission text, stance text, distance int, total bigint)
language plpgsql stable rows 1000 as $$
declare
    who int := beside.number(reference);
    today date := (now() at time zone 'utc')::date;
    frontier int[] := array(select c.n from beside.condition c where c.actor = who);
    looked int[] := frontier;
    found int[] := '{}';
    steps int[] := '{}';
    fresh int[];
    step int := 0;
begin
    while cardinality(frontier) > 0 loop
        step := step + 2;
        fresh := array(
            select d.slot from (
                select l.slot from beside.leaf l where l.condition = any(frontier) except select unnest(found)
            ) d
            join beside.statement t on t.slot = d.slot
            where t.s <> who and t.counted
                and coalesce(t.stance_rank, 1) > 0 and t.stage not in ('suspended', 'halted', 'cancelled')
                -- What may stand, and would be true if, is unknown whatever its conditions are: it hangs on nothing.
                and not (t.relation = 'sufficient' and (t.standing = 'may_stand' or t.stance = 'not_stated'))
                and not beside.interrupted(t, today));
        found := found || fresh;
        steps := steps || array_fill(step, array[cardinality(fresh)]);
        frontier := array(
            select distinct c.n
            from unnest(fresh) f (slot)
            join beside.statement t on t.slot = f.slot
            join beside.condition c on c.actor = t.s and t.stance_rank >= c.least
                and (t.capability = c.capability or starts_with(t.capability, c.capability || '.'))
            where (select bool_or(k.slot = t.slot) and not bool_or(coalesce(k.stance_rank, 0) < 0)
                   from beside.current(t.s, t.capability_n, t.mission_n, t.o) k)
            except select unnest(looked));
        looked := looked || frontier;
    end loop;
    return query
        select t.slot, t.id, s.ref, s.label, o.ref, o.label, t.capability::text, t.mission::text, t.stance::text, u.step,
               count(*) over ()
        from unnest(found, steps) u (slot, step)
        join beside.statement t on t.slot = u.slot and t.stance_rank >= 3
        join beside.node s on s.n = t.s
        join beside.node o on o.n = t.o
        order by u.step, t.slot
        limit 1000;
end $$;

-- A shortest path of at most six hops, from both ends, with the first ten statements of each hop.
create function beside.path(source text, target text) returns table (hop int, shown beside.item)
language plpgsql stable rows 20 as $$
declare
    a int := beside.number(source);
    b int := beside.number(target);
    seen_a int[] := array[a];
    seen_b int[] := array[b];
    before_a int[] := array[null::int];
    before_b int[] := array[null::int];
    edge_a int[] := array[a];
    edge_b int[] := array[b];
    fresh int[];
    before int[];
    meeting int := case when a = b then a end;
    way int[];
begin
    for hops in 1 .. 6 loop
        exit when meeting is not null or cardinality(edge_a) = 0 or cardinality(edge_b) = 0;
        if cardinality(edge_a) <= cardinality(edge_b) then
            select array_agg(n), array_agg(parent) into fresh, before from (
                select x.b as n, min(x.a) as parent from beside.adjacent x where x.a = any(edge_a)
                group by x.b
            ) d where not exists (select from unnest(seen_a) s (n) where s.n = d.n);
            edge_a := coalesce(fresh, '{}');
            seen_a := seen_a || edge_a;
            before_a := before_a || before;
            select u.n into meeting from unnest(edge_a) u (n) join unnest(seen_b) w (n) on w.n = u.n limit 1;
        else
            select array_agg(n), array_agg(parent) into fresh, before from (
                select x.b as n, min(x.a) as parent from beside.adjacent x where x.a = any(edge_b)
                group by x.b
            ) d where not exists (select from unnest(seen_b) s (n) where s.n = d.n);
            edge_b := coalesce(fresh, '{}');
            seen_b := seen_b || edge_b;
            before_b := before_b || before;
            select u.n into meeting from unnest(edge_b) u (n) join unnest(seen_a) w (n) on w.n = u.n limit 1;
        end if;
    end loop;
    if meeting is null then
        return;
    end if;
    way := array[meeting];
    while way[1] <> a loop
        way := before_a[array_position(seen_a, way[1])] || way;
    end loop;
    while way[cardinality(way)] <> b loop
        way := way || before_b[array_position(seen_b, way[cardinality(way)])];
    end loop;
    return query
        select h.at, r
        from generate_series(1, cardinality(way) - 1) h (at)
        cross join lateral beside.shown(array(
            select e.slot from (
                select t.slot from beside.statement t where t.s = way[h.at] and t.o = way[h.at + 1]
                union all
                select t.slot from beside.statement t where t.o = way[h.at] and t.s = way[h.at + 1]
            ) e order by e.slot limit 10)) r;
end $$;

-- What lies within two statements of an entity: at most 200 entities and 1,000 statements, and 16,000 looked at.
create function beside.two_hops(root text) returns table (ref text, label text, shown beside.item)
language plpgsql stable rows 1000 as $$
declare
    nodes int[] := array[beside.number(root)];
    first int := 1;
    last int := 1;
    budget int := 16000;
    fresh int[];
    places int[];
    looked int;
    room int;
begin
    <<search>>
    for depth in 1 .. 2 loop
        for i in first .. last loop
            exit search when budget = 0;
            select array_agg(d.n order by d.place), array_agg(d.place order by d.place), max(d.looked)
            into fresh, places, looked
            from (
                select v.n, min(v.place)::int as place, max(max(v.place)) over ()::int as looked
                from (
                    select w.n, row_number() over () as place from (
                        (select t.o as n from beside.statement t where t.s = nodes[i] order by t.kind_n, t.slot)
                        union all
                        (select t.s from beside.statement t where t.o = nodes[i] order by t.kind_n, t.slot)
                    ) w limit budget
                ) v group by v.n
            ) d where d.n <> all(nodes);
            if fresh is null then
                -- Nothing new: all of it was looked at.
                select count(*) into looked from (
                    select from beside.statement t where t.s = nodes[i]
                    union all select from beside.statement t where t.o = nodes[i]
                ) w;
                budget := greatest(budget - looked, 0);
                continue;
            end if;
            room := 200 - cardinality(nodes);
            if cardinality(fresh) > room then
                nodes := nodes || fresh[1:room];
                budget := budget - places[room + 1];
                exit search;
            end if;
            nodes := nodes || fresh;
            budget := budget - looked;
        end loop;
        first := last + 1;
        last := cardinality(nodes);
    end loop;
    return query
        select n.ref, n.label, null::beside.item
        from unnest(nodes) with ordinality u (n, at) join beside.node n on n.n = u.n
        order by u.at;
    return query
        select null::text, null::text, r from beside.shown(array(
            select e.slot from (
                select t.slot from (
                    select t.slot, t.o from unnest(nodes) u (n)
                    cross join lateral (
                        select t.slot, t.o from beside.statement t where t.s = u.n order by t.kind_n, t.slot
                    ) t limit budget
                ) t where t.o = any(nodes) limit 1000
            ) e order by e.slot)) r;
end $$;
