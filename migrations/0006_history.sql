-- History: what every row was, and how the graph stood after any commit.

-- The versions of one row, and its latest at or before a commit.
create index change_by_row on change (id, seq);
-- Which commits are bulk loads. They are few.
create index change_bulk on change (seq) where subject = 'bulk';
-- The last commit at or before a time. Commits of one transaction share their time.
create index commit_by_time on commit (recorded_at, seq);
-- The rows that one commit wrote last, in the order of the feed; and those that nothing wrote since.
create index entity_by_version on entity (version, id);
create index edge_by_version on edge (version, id);


-- Rows as a bulk load wrote them, kept when they are changed or removed for the first time: the log of a bulk load refers
-- to its rows instead of repeating them. Append-only.
create table original (
    id      uuid not null,
    -- The bulk load that wrote it.
    seq     bigint not null references commit (seq),
    subject text collate "C" not null check (subject in ('entity', 'edge')),
    hash    bigint not null,
    -- The row with all that belongs to it, as `change` would have it.
    image   json not null,
    primary key (id, seq, subject)
);

-- What is left of one bulk load, in the order of the feed.
create index original_by_commit on original (seq, subject, id);

create trigger only_in_commit before insert on original
    for each statement execute function refuse_outside_commit();
create trigger never before update or delete or truncate on original for each statement execute function refuse();
