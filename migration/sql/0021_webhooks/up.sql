-- Endpoints of others that hear of changes, and what is on its way to them. None of it is part of the directory.
create table webhook (
    id               uuid primary key,
    -- Whose it is: of the token that made it, with the municipalities that one acts for.
    owner            text not null,
    acts_for         text[],
    url              text not null,
    description      text,
    -- What it hears of: all where a list is empty.
    resources        text[] not null,
    themes           text[] not null,
    municipalities   text[] not null,
    -- Does it hear of changes, and of the steps of its owner's submissions?
    changes          boolean not null,
    submissions      boolean not null,
    active           boolean not null,
    -- What it is signed with; the one before goes on signing until a time.
    secret           text not null,
    former_secret    text,
    former_until     timestamptz,
    -- The last change that was looked at for it.
    cursor           bigint not null,
    revision         bigint not null default 1,
    created_at       timestamptz not null default now(),
    updated_at       timestamptz not null default now()
);
create index webhook_cursor_index on webhook (cursor) where active and changes;

create table webhook_delivery (
    id           uuid primary key,
    webhook_id   uuid not null references webhook on delete cascade,
    -- In this order they are sent.
    number       bigint not null generated always as identity,
    -- The change or step it tells of; the same one is told once.
    event_id     text not null,
    type         text not null,
    payload      text not null,
    state        text not null default 'pending'
                     constraint webhook_delivery_state_check check (state in ('pending', 'delivered', 'failed')),
    attempts     integer not null default 0,
    next_at      timestamptz not null default now(),
    created_at   timestamptz not null default now(),
    ended_at     timestamptz,
    -- What came of the last attempt.
    attempted_at timestamptz,
    status       smallint,
    failure      text,
    took_ms      integer,
    constraint webhook_delivery_event_key unique (webhook_id, event_id)
);
create index webhook_delivery_due_index on webhook_delivery (next_at, number) where state = 'pending';
create index webhook_delivery_log_index on webhook_delivery (webhook_id, created_at, id);
