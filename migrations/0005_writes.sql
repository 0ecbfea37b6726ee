-- Writes by clients: who asked, under which key, and the rules that hold across rows.


-- Who asked for a commit {principal, token, request, address}; null for what the program itself does. json, not jsonb:
-- the chain covers this very text, after the nonce.
alter table commit add column origin json;


-- A merge takes an entity away whose reference leads to another from then on; its image says to which.
alter table change drop constraint change_op_check;
alter table change add constraint change_op_check check (op in ('put', 'remove', 'merge'));
alter table change drop constraint change_hash;
alter table change add constraint change_hash check ((op in ('remove', 'merge')) = (hash is null));
alter table change add constraint change_merge check (op <> 'merge' or subject = 'entity');


-- The answers of writes that carried a key, so that a repetition is answered again and changes nothing. A row is written
-- by the transaction of its write: either both happened or neither. Kept for seven days.
create table idempotency (
    -- Whose key it is.
    principal   text collate "C" not null,
    key         text collate "C" not null check (octet_length(key) between 1 and 255),
    -- SHA-256 of what was asked.
    fingerprint bytea not null check (octet_length(fingerprint) = 32),
    -- The commit of the write.
    seq         bigint not null references commit (seq),
    -- What is given back with the receipt; opaque here.
    answer      text collate "C" not null,
    created_at  timestamptz not null,
    primary key (principal, key)
);

-- For pruning by age.
create index idempotency_by_age on idempotency (created_at);

create trigger only_in_commit before insert or update or delete on idempotency
    for each statement execute function refuse_outside_commit();
create trigger never before truncate on idempotency for each statement execute function refuse();


-- References that lead to an entity since a merge or a renaming: [{id, slug}], in order; null when there are none.
alter table entity add column redirects jsonb
    check (jsonb_typeof(redirects) = 'array' and redirects <> '[]');
alter table stage_entity add column redirects jsonb;

-- The same, one row a reference, kept by the triggers below so that no reference and no identifier that leads to one
-- entity is ever given to another.
create table redirect (
    kind      text collate "C" not null,
    slug      text collate "C" not null,
    -- The entity that had the reference: another that was merged, or the entity itself under an older slug.
    id        uuid not null,
    -- The entity it leads to.
    entity_id uuid not null,
    constraint entity_redirect unique (kind, slug)
);

create index redirect_by_entity on redirect (entity_id);
-- An entity that was merged leads to one entity, under as many older slugs as it had.
create index redirect_by_id on redirect (id);

create trigger only_in_commit before insert or update or delete on redirect
    for each statement execute function refuse_outside_commit();
create trigger never before truncate on redirect for each statement execute function refuse();

create function forget_redirects() returns trigger
language plpgsql as $$
begin
    if exists (select from old_rows where redirects is not null) then
        delete from redirect r using old_rows o where r.entity_id = o.id;
    end if;
    return null;
end $$;

create function keep_redirects() returns trigger
language plpgsql as $$
declare
    taken text;
begin
    if tg_op = 'UPDATE' then
        if exists (select from old_rows where redirects is not null) then
            delete from redirect r using old_rows o where r.entity_id = o.id;
        end if;
    end if;
    if exists (select from new_rows where redirects is not null) then
        insert into redirect (kind, slug, id, entity_id)
        select distinct n.kind, r.value ->> 'slug', (r.value ->> 'id')::uuid, n.id
        from new_rows n, jsonb_array_elements(n.redirects) r;
        -- A redirect that is the reference or the identifier of an entity that stands, or leads to two.
        select r.kind || ':' || r.slug into taken
        from redirect r join new_rows n on n.id = r.entity_id
        where exists (select from entity e where e.kind = r.kind and e.slug = r.slug and e.id <> r.entity_id)
            or r.id <> r.entity_id and exists (select from entity e where e.id = r.id)
            or exists (select from redirect o where o.id = r.id and o.entity_id <> r.entity_id)
        limit 1;
    end if;
    -- The reference or the identifier of an entity that is the redirect of another.
    if taken is null and exists (select from redirect) then
        select n.kind || ':' || n.slug into taken
        from new_rows n
        where exists (select from redirect r where r.kind = n.kind and r.slug = n.slug and r.entity_id <> n.id)
            or exists (select from redirect r where r.id = n.id and r.entity_id <> n.id)
        limit 1;
    end if;
    if taken is not null then
        raise exception 'the reference % is taken', taken
            using errcode = 'unique_violation', table = 'entity', constraint = 'entity_redirect';
    end if;
    return null;
end $$;

create trigger redirects_inserted after insert on entity referencing new table as new_rows
    for each statement execute function keep_redirects();
create trigger redirects_updated after update on entity referencing old table as old_rows new table as new_rows
    for each statement execute function keep_redirects();
create trigger redirects_deleted after delete on entity referencing old table as old_rows
    for each statement execute function forget_redirects();


-- Nothing is part of, a member of, on the sidelines of, or asks itself. A pledge, an action or a remark may concern its
-- own subject: a coalition pledges to set up a headquarters of its own, a country speaks of itself.
alter table edge add constraint edge_self_loop check (
    subject_id <> object_id or kind not in ('part_of', 'membership', 'sidelines', 'request'));


-- part_of is a hierarchy: what is said to be part of something contains it on no path. Statements that deny it or are
-- deprecated do not count, so that a source that is wrong can be recorded.
create index edge_part_of on edge (subject_id) include (object_id)
    where kind = 'part_of' and polarity = 'asserted' and rank <> 'deprecated';

-- Walks up from what is new, a level at a time: only a cycle never ends. A hierarchy of more than 1,000 levels is refused
-- like one, so that no write takes long. Commits are serial, so what it sees is what holds.
create function refuse_part_of_cycle() returns trigger
language plpgsql as $$
declare
    level    uuid[];
    only_one uuid;
begin
    if not exists (select from new_rows where kind = 'part_of') then
        return null;
    end if;
    select array_agg(distinct object_id), case when count(*) = 1 then min(subject_id::text)::uuid end
    into level, only_one
    from new_rows where kind = 'part_of' and polarity = 'asserted' and rank <> 'deprecated';
    for depth in 1 .. 1000 loop
        exit when only_one = any(level);
        select array_agg(distinct e.object_id) into level
        from edge e
        where e.subject_id = any(level) and e.kind = 'part_of' and e.polarity = 'asserted' and e.rank <> 'deprecated';
        if level is null then
            return null;
        end if;
    end loop;
    raise exception 'part_of leads back to where it began'
        using errcode = 'check_violation', table = 'edge', constraint = 'edge_part_of_cycle';
end $$;

create trigger part_of_inserted after insert on edge referencing new table as new_rows
    for each statement execute function refuse_part_of_cycle();
create trigger part_of_updated after update on edge referencing new table as new_rows
    for each statement execute function refuse_part_of_cycle();
