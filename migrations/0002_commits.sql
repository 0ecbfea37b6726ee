-- Commits: how the graph changes. One writer at a time, one chain, one digest, everything logged.
--
-- A sequence is not a feed: readers that ask for "id greater than the last" miss rows whose transactions commit late.
-- So commits are serial: the writer holds the one row of `head` from its first statement to COMMIT.


-- Where the graph stands. One row for ever; its lock is the right to write.
create table head (
    one         boolean primary key default true check (one),
    -- The last commit; 0 before the first.
    seq         bigint not null check (seq >= 0),
    -- Its link of the chain: names the whole history up to it, so that a lost or forked tail shows.
    chain       bytea not null check (octet_length(chain) = 16),
    -- XOR of the hashes of all live rows.
    digest      bigint not null,
    -- When the last commit was recorded; null before the first.
    recorded_at timestamptz,
    -- The transaction that is writing now. No other transaction ever sees it set.
    writer      xid8
) with (fillfactor = 10); -- updated by every commit: leave room for updates on the same page

insert into head (seq, chain, digest) values (0, decode(repeat('00', 16), 'hex'), 0);


-- The facts that all changes of a commit share.
create table commit (
    seq         bigint primary key check (seq >= 1),
    -- sha256(chain before || seq || after-images || nonce), first 16 bytes.
    chain       bytea not null check (octet_length(chain) = 16),
    -- The digest after it.
    digest      bigint not null,
    -- Random: equal changes on both sides of a fork get different chains.
    nonce       bytea not null check (octet_length(nonce) = 16),
    recorded_at timestamptz not null,
    -- How many rows `change` has of it.
    changes     integer not null check (changes >= 0)
);


-- The log: every changed row as it was afterwards. Append-only, never pruned.
create table change (
    seq     bigint not null references commit (seq),
    -- Order within the commit, from 0.
    ordinal integer not null check (ordinal >= 0),
    -- 'bulk' is a whole import: the rows whose created_seq is this seq, which are not repeated here.
    subject text collate "C" not null check (subject in ('entity', 'edge', 'bulk')),
    -- Null for 'bulk' only.
    id      uuid,
    op      text collate "C" not null check (op in ('put', 'remove')),
    -- The row's hash after the change; null when it is gone.
    hash    bigint,
    -- The after-image. json, not jsonb: the chain is computed over this very text. For a row that is gone, what is
    -- gone; for 'bulk', the counts and the XOR of the hashes.
    image   json not null,
    primary key (seq, ordinal),
    constraint change_subject check ((subject = 'bulk') = (id is null)),
    constraint change_hash check ((op = 'remove') = (hash is null))
);


-- Takes the right to write, until COMMIT. To be the first statement of a transaction: its lock waits, and what is read
-- after it must see all earlier commits, which only READ COMMITTED gives.
create function begin_commit() returns table (seq bigint, chain bytea, digest bigint, now timestamptz)
language plpgsql as $$
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'a commit needs READ COMMITTED, this transaction is %', current_setting('transaction_isolation')
            using errcode = 'PG001';
    end if;
    return query
        update head set writer = pg_current_xact_id()
        -- The clock may step back; the times of the log do not.
        returning head.seq, head.chain, head.digest, greatest(head.recorded_at, clock_timestamp());
end $$;

-- Moves the head and gives the right to write back, at COMMIT. The commits must be in `commit` up to `last`.
create function end_commit(last bigint) returns void
language plpgsql as $$
begin
    update head set seq = c.seq, chain = c.chain, digest = c.digest, recorded_at = c.recorded_at, writer = null
    from commit c
    where c.seq = last and c.seq > head.seq and head.writer = pg_current_xact_id();
    if not found then
        raise exception 'commit % was not begun by this transaction, or is not in the table commit', last
            using errcode = 'PG002';
    end if;
end $$;


-- Checks the foreign keys of what was written so far, and defers them again: so that a write that breaks one fails by
-- itself, at a savepoint, and not the whole transaction at COMMIT.
create function check_references() returns void
language plpgsql as $$
begin
    set constraints entity_actor, entity_publisher, edge_subject, edge_object, edge_coalition, edge_meeting, edge_place,
        edge_acting_through, edge_condition_edge, edge_condition_condition, evidence_edge, evidence_source,
        edge_link_edge, edge_link_target immediate;
    set constraints entity_actor, entity_publisher, edge_subject, edge_object, edge_coalition, edge_meeting, edge_place,
        edge_acting_through, edge_condition_edge, edge_condition_condition, evidence_edge, evidence_source,
        edge_link_edge, edge_link_target deferred;
end $$;


-- Nothing changes unlogged: the tables of the graph and the log are written only by a transaction that holds the head.
create function refuse_outside_commit() returns trigger
language plpgsql as $$
begin
    if not exists (select from head where writer = pg_current_xact_id()) then
        raise exception '% on % outside a commit', lower(tg_op), tg_table_name
            using errcode = 'PG003', hint = 'Writes go through begin_commit() and end_commit(), which the service calls.';
    end if;
    return null;
end $$;

create function refuse() returns trigger
language plpgsql as $$
begin
    raise exception '% on % is never allowed', lower(tg_op), tg_table_name using errcode = 'PG004';
end $$;

create trigger only_in_commit before insert or update or delete on entity
    for each statement execute function refuse_outside_commit();
create trigger only_in_commit before insert or update or delete on edge
    for each statement execute function refuse_outside_commit();
create trigger only_in_commit before insert or update or delete on edge_condition
    for each statement execute function refuse_outside_commit();
create trigger only_in_commit before insert or update or delete on edge_link
    for each statement execute function refuse_outside_commit();
create trigger only_in_commit before insert or update or delete on evidence
    for each statement execute function refuse_outside_commit();
create trigger only_in_commit before insert on commit
    for each statement execute function refuse_outside_commit();
create trigger only_in_commit before insert on change
    for each statement execute function refuse_outside_commit();

create trigger never before truncate on entity for each statement execute function refuse();
create trigger never before truncate on edge for each statement execute function refuse();
create trigger never before truncate on edge_condition for each statement execute function refuse();
create trigger never before truncate on edge_link for each statement execute function refuse();
create trigger never before truncate on evidence for each statement execute function refuse();
create trigger never before update or delete or truncate on commit for each statement execute function refuse();
create trigger never before update or delete or truncate on change for each statement execute function refuse();
create trigger never before insert or delete or truncate on head for each statement execute function refuse();
create trigger never before insert or update or delete or truncate on edge_triple
    for each statement execute function refuse();

-- The head itself moves only through the two functions: to be taken, or by the transaction that took it.
create function guard_head() returns trigger
language plpgsql as $$
begin
    if old.writer is distinct from pg_current_xact_id()
        and (new.writer is distinct from pg_current_xact_id()
            or (new.seq, new.chain, new.digest) is distinct from (old.seq, old.chain, old.digest)) then
        raise exception 'head is moved by begin_commit() and end_commit() only' using errcode = 'PG003';
    end if;
    return new;
end $$;

create trigger guarded before update on head for each row execute function guard_head();

-- A commit that was begun must be ended: else rows would stand in the graph that no log knows of.
create function refuse_unended_commit() returns trigger
language plpgsql as $$
begin
    if exists (select from head where writer is not null) then
        raise exception 'a commit was begun and not ended' using errcode = 'PG005';
    end if;
    return null;
end $$;

create constraint trigger ended after update on head deferrable initially deferred
    for each row when (new.writer is not null) execute function refuse_unended_commit();


-- Agents of an attribution chain exist, and an entity that speaks in one cannot be removed. Commits are serial, so
-- what these see is what holds. The second scans `evidence`: entities are removed by hand, one at a time.
create function refuse_unknown_agent() returns trigger
language plpgsql as $$
declare
    missing text;
begin
    -- The same chain stands on many rows.
    select link ->> 'agent' into missing
    from (select distinct attribution from new_rows where attribution is not null) chains,
        jsonb_array_elements(attribution) link
    where link ? 'agent' and not exists (select from entity where id = (link ->> 'agent')::uuid)
    limit 1;
    if found then
        raise exception 'agent % is no entity', missing
            using errcode = 'foreign_key_violation', table = 'evidence', constraint = 'evidence_agent';
    end if;
    return null;
end $$;

create trigger agents_exist after insert on evidence referencing new table as new_rows
    for each statement execute function refuse_unknown_agent();
create trigger agents_still_exist after update on evidence referencing new table as new_rows
    for each statement execute function refuse_unknown_agent();

create function refuse_removed_agent() returns trigger
language plpgsql as $$
begin
    if exists (select from old_rows) and exists (
        select from evidence, jsonb_array_elements(attribution) link
        join old_rows on old_rows.id = (link ->> 'agent')::uuid) then
        raise exception 'an entity is still agent of an attribution'
            using errcode = 'foreign_key_violation', table = 'evidence', constraint = 'evidence_agent';
    end if;
    return null;
end $$;

create trigger agents_stay after delete on entity referencing old table as old_rows
    for each statement execute function refuse_removed_agent();
