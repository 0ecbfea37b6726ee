-- Who may ask: tokens of the service's own. Rows are never deleted, since the log names them.

create table api_token (
    id          uuid primary key,
    -- What people call it; it stands in the log beside every commit made with it.
    name        text collate "C" not null check (name ~ '^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$'),
    -- The first characters, so that a token that turns up somewhere can be told.
    shown       text collate "C" not null check (length(shown) between 1 and 12),
    -- SHA-256 of the whole token. No salt and no slow hash: it has 190 random bits, so there is nothing to guess.
    hash        bytea not null check (octet_length(hash) = 32),
    -- Each scope includes those before it.
    scope       text collate "C" not null check (scope in ('read', 'write', 'admin')),
    created_at  timestamptz not null default now(),
    -- Null: it does not end by itself.
    expires_at  timestamptz,
    -- Null: it was not revoked. Never taken back.
    revoked_at  timestamptz,
    -- The last day (UTC) on which it was used; null when it never was.
    last_used   date,
    constraint api_token_hash unique (hash),
    constraint api_token_expiry check (expires_at > created_at)
);

-- A name may be given again once the token that had it is revoked.
create unique index api_token_name on api_token (name) where revoked_at is null;

create trigger never before delete or truncate on api_token for each statement execute function refuse();

create function guard_token() returns trigger
language plpgsql as $$
begin
    if (new.id, new.name, new.shown, new.hash, new.scope, new.created_at, new.expires_at)
        is distinct from (old.id, old.name, old.shown, old.hash, old.scope, old.created_at, old.expires_at)
        or (old.revoked_at is not null and new.revoked_at is distinct from old.revoked_at) then
        raise exception 'a token does not change: revoke it and make another one' using errcode = 'PG004';
    end if;
    return new;
end $$;

create trigger guarded before update on api_token for each row execute function guard_token();
