-- Of a row that takes the place of another: the hash of what stood when the line was compared with it. Under the lock it
-- must still be what stands, or the line is refused: what was kept of the old content was kept of that one.

alter table stage_entity
    add column standing bigint,
    add constraint stage_entity_standing check (replaces = (standing is not null));
alter table stage_edge
    add column standing bigint,
    add constraint stage_edge_standing check (replaces = (standing is not null));
