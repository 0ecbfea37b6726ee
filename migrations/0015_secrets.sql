-- What the processes of one database share and tell nobody.
create table secret (
    name  text collate "C" primary key,
    value bytea not null
);

-- Seals cursors, so that each process takes those of the others and of the one before it.
insert into secret (name, value)
values ('cursor', sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));
