-- A role that may only read and write rows can serve. What takes the right of the tables' owner is done by these functions,
-- as the owner, for those who were granted them: `pledgegraph migrate --grant`.

-- Empties the tables of a bulk load. Other loads wait here until the transaction ends.
create function empty_staging() returns void
language sql security definer as $$
    truncate stage_entity, stage_edge, stage_edge_condition, stage_evidence, stage_edge_link
$$;

-- Lets the planner know of many new rows now, not when autovacuum comes by.
create function analyze_graph() returns void
language sql security definer as $$
    analyze entity, edge, edge_condition, evidence, edge_link
$$;

-- Nobody's tables come before the owner's, not even temporary ones.
do $$
begin
    execute format('alter function empty_staging() set search_path = %I, pg_temp', current_schema());
    execute format('alter function analyze_graph() set search_path = %I, pg_temp', current_schema());
end
$$;

revoke execute on function empty_staging(), analyze_graph() from public;
