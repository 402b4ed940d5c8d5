-- Endpoints of others that hear of changes, and what is on its way to them. None of it is part of the directory.
create table webhook (
    id               uuid primary key,
    -- Whose it is: of a subject, or of the municipalities that its token acts for.
    owner            text not null,
    acts_for         text[] constraint webhook_acts_for_check check (acts_for <> '{}'),
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
    -- The token that set it last; it ends with that.
    token_id         uuid,
    -- What it is signed with; those before go on signing until a time.
    secret           text not null,
    former_secrets   text[] not null default '{}',
    former_until     timestamptz,
    -- How often in a row there was no answer, and until when it is left alone for that.
    failures         integer not null default 0,
    rests_until      timestamptz,
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
    -- In this order they are sent, as far as they are sent once.
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
create index webhook_delivery_ended_index on webhook_delivery (ended_at) where ended_at is not null;
create index webhook_token_index on webhook (token_id);

-- What an entry was before a change.
create index change_entry_sequence_index on change (entry_id, sequence);

-- A confirmation counts for what is still so: that of the municipality whose example it is, and of those its solution comes from.
create or replace view practice_example_confirmed_by as
    select distinct c.practice_example_id, c.confirmed_by
      from practice_example_confirmation c join practice_example e on e.id = c.practice_example_id
     where case when c.confirmed_by = 'adopter' or e.relation = 'origin' then c.municipality_id = e.municipality_id
                else exists (select from solution_municipality s
                              where s.solution_id = e.solution_id and s.municipality_id = c.municipality_id) end;

-- What an entry was after a change, and before it.
create function states_of(entry_id uuid, sequence bigint) returns table (entry jsonb) language sql stable as $$
    (select c.entry::jsonb from change c where c.entry_id = $1 and c.sequence <= $2 and c.entry is not null
      order by c.sequence desc limit 2)
$$;
