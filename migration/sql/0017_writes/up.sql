-- What became of each entry, in the order in which it did: the history of an entry, the audit trail, and the way from an
-- old slug to the new one. A write stores its changes under the directory version it makes, in its own transaction.
create table change (
    id         uuid primary key,
    number     bigint not null,
    at         timestamptz not null,
    action     text not null constraint change_action_check check (action in
                   ('create', 'replace', 'change', 'delete', 'import', 'issue', 'revoke')),
    resource   text not null,
    entry_id   uuid not null,
    slug       text,
    -- The official key, of an entry that has one.
    official   text,
    -- Who did it: the subject of a token, or a command of the program.
    actor      text not null,
    token_id   uuid,
    request_id text,
    -- What was set of the entry, as it was afterwards and as it was written; nothing once it is deleted.
    entry      json,
    constraint change_entry_check check ((entry is null) = (action = 'delete'))
);

create index change_number_index on change (number, id);
create index change_entry_index on change (entry_id, number);
create index change_slug_index on change (resource, slug, number);
create index change_official_index on change (resource, official, number) where official is not null;
create index change_actor_index on change (actor, number);

create function is_append_only() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name;
end $$;

create trigger change_is_append_only
    before update or delete or truncate on change
    for each statement execute function is_append_only();

-- Tokens that were issued; never the tokens themselves.
create table token (
    id             uuid primary key,
    subject        text not null,
    -- The role it was issued for; none where its scopes were named one by one.
    role           text constraint token_role_check check (role in ('contributor', 'editor', 'admin', 'auditor')),
    scopes         text[] not null,
    -- The municipalities it acts for, by official key or slug; none where it acts for all.
    municipalities text[],
    key_id         text not null,
    issued_by      text not null,
    created_at     timestamptz not null,
    expires_at     timestamptz not null,
    revoked_at     timestamptz,
    constraint token_expires_at_check check (expires_at > created_at)
);

create index token_created_index on token (created_at, id);
create index token_revoked_index on token (revoked_at) where revoked_at is not null;

-- A token that is revoked by hand is noticed like every other change.
call raise_version_with('{token}');

-- Apart from the tokens, because it is written far more often.
create table token_use (
    token_id     uuid primary key references token on delete cascade,
    last_used_at timestamptz not null
);

-- Answers to requests that may be repeated, for a day.
create table idempotency_key (
    actor      text not null,
    key        text not null,
    -- Of method, address and body.
    digest     text not null,
    status     smallint not null,
    headers    jsonb not null,
    body       text,
    created_at timestamptz not null default now(),
    primary key (actor, key)
);

create index idempotency_key_created_index on idempotency_key (created_at);

-- The entries that refer to an entry and so keep it from being deleted: those whose own row does, and those to which a row
-- belongs that does. Read from the constraints, so that a new table needs no entry here.
create function referrers(target_table text, target uuid) returns table (entry_id uuid) language plpgsql stable as $$
declare
    reference record;
begin
    for reference in
        select r.relname as referring,
               a.attname as referring_column,
               coalesce(own.attname, 'id') as entry_column
          from pg_constraint c
          join pg_class r on r.oid = c.conrelid
          join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
          -- A row that goes with its entry belongs to it.
          left join lateral (
               select o.attname
                 from pg_constraint p join pg_attribute o on o.attrelid = p.conrelid and o.attnum = p.conkey[1]
                where p.conrelid = c.conrelid and p.contype = 'f' and p.confdeltype = 'c'
                limit 1) own on true
         where c.contype = 'f' and c.confdeltype = 'a' and c.confrelid = to_regclass(target_table)
    loop
        return query execute format('select %I from %I where %I = $1',
                                    reference.entry_column, reference.referring, reference.referring_column)
            using target;
    end loop;
end $$;
