-- Imports: rows that stand already may be replaced, and what is wrong with a staged row names its line.

-- The line that a row came from, counted from 1, and whether it takes the place of a row that stands. The after-image is
-- kept for those only: the log repeats a row that is replaced, and refers to one that is new.
alter table stage_entity
    add column line     bigint not null default 0,
    add column replaces boolean not null default false,
    add column image    text collate "C";
alter table stage_edge
    add column line     bigint not null default 0,
    add column replaces boolean not null default false,
    add column image    text collate "C";

-- The line of every staged row.
create view stage_line as
select id as row_id, line from stage_entity union all select id, line from stage_edge;
