-- Two rules that hold across rows, at every door: creation, replacement, patch, merge and import all end in these tables.


-- `not` stands only over conditions without a test, so that dependence among pledges stays monotone. Looked at when all
-- rows of a write are down, since a write may change the condition and the commitment together.

create function refuse_negated_test() returns trigger
language plpgsql as $$
begin
    if tg_table_name = 'edge_condition' then
        -- A `not` came: no leaf under it has a test.
        perform from (
            with recursive under (node) as (
                select c.node from edge_condition c where c.edge_id = new.edge_id and c.parent = new.node
                union all
                select c.node from under u join edge_condition c on c.edge_id = new.edge_id and c.parent = u.node
            )
            select from under u
            join edge_condition c on c.edge_id = new.edge_id and c.node = u.node
            join entity e on e.id = c.condition_id
            where e.detail ? 'test'
                -- The statement may have been put anew since.
                and exists (
                    select from edge_condition n where n.edge_id = new.edge_id and n.node = new.node and n.op = 'not')
        ) broken;
    else
        -- A test came: no leaf that names the condition has a `not` above it.
        perform from (
            with recursive above (edge_id, node) as (
                select c.edge_id, c.parent from edge_condition c where c.condition_id = new.id and c.parent is not null
                union
                select a.edge_id, c.parent from above a join edge_condition c using (edge_id, node)
                where c.parent is not null
            )
            select from above a join edge_condition c using (edge_id, node)
            where c.op = 'not' and exists (select from entity e where e.id = new.id and e.detail ? 'test')
        ) broken;
    end if;
    if found then
        raise exception '`not` stands over a condition that has a test'
            using errcode = 'check_violation', table = 'edge_condition', constraint = 'edge_condition_negated_test';
    end if;
    return null;
end $$;

create constraint trigger negated_by_statement after insert on edge_condition deferrable initially deferred
    for each row when (new.op = 'not') execute function refuse_negated_test();
create constraint trigger tested_when_inserted after insert on entity deferrable initially deferred
    for each row when (new.detail ? 'test') execute function refuse_negated_test();
create constraint trigger tested_when_updated after update on entity deferrable initially deferred
    for each row when (new.detail ? 'test' and not coalesce(old.detail ? 'test', false))
    execute function refuse_negated_test();

create or replace function check_references() returns void
language plpgsql as $$
begin
    set constraints entity_actor, entity_publisher, edge_subject, edge_object, edge_coalition, edge_meeting, edge_place,
        edge_acting_through, edge_condition_edge, edge_condition_condition, evidence_edge, evidence_source,
        edge_link_edge, edge_link_target, negated_by_statement, tested_when_inserted, tested_when_updated immediate;
    set constraints entity_actor, entity_publisher, edge_subject, edge_object, edge_coalition, edge_meeting, edge_place,
        edge_acting_through, edge_condition_edge, edge_condition_condition, evidence_edge, evidence_source,
        edge_link_edge, edge_link_target, negated_by_statement, tested_when_inserted, tested_when_updated deferred;
end $$;


-- No statement supersedes itself through others. Links are written after all that is taken away by the same write.
create function refuse_supersedes_cycle() returns trigger
language plpgsql as $$
declare
    level uuid[];
begin
    select array_agg(distinct target_id) into level from new_rows where link = 'supersedes';
    -- A level at a time: what has no cycle ends.
    for depth in 1 .. 1000 loop
        if level is null then
            return null;
        end if;
        select array_agg(distinct l.target_id) into level
        from edge_link l where l.edge_id = any(level) and l.link = 'supersedes';
    end loop;
    -- It leads to a cycle of earlier versions, or is one, or is very long.
    perform from (
        with recursive reach (origin, at) as (
            select edge_id, target_id from new_rows where link = 'supersedes'
            union
            select r.origin, l.target_id
            from reach r join edge_link l on l.edge_id = r.at and l.link = 'supersedes'
            where r.at <> r.origin
        )
        select from reach where at = origin
    ) cycle;
    if found then
        raise exception 'a statement supersedes itself, through others'
            using errcode = 'check_violation', table = 'edge_link', constraint = 'edge_link_supersedes_cycle';
    end if;
    return null;
end $$;

create trigger supersedes_inserted after insert on edge_link referencing new table as new_rows
    for each statement execute function refuse_supersedes_cycle();
