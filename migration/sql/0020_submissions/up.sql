-- What municipalities propose, and what becomes of it. It is private: none of these tables raises the version of the directory,
-- for a stranger must not learn from tags or times that something is under way.
create table submission (
    id             uuid primary key,
    -- The table of the entry it proposes, changes or wants gone.
    resource       text not null constraint submission_resource_check check (resource in ('solution', 'practice_example')),
    purpose        text not null constraint submission_purpose_check check (purpose in ('publish', 'withdraw')),
    stage          text not null constraint submission_stage_check check (stage in
                       ('draft', 'submitted', 'changes_requested', 'published', 'rejected', 'withdrawn')),
    -- The published entry, if there is one, the revision the content is based on, and what was set of it then.
    entry_id       uuid,
    base           bigint,
    base_content   json,
    -- What could be set of the entry; a draft may be incomplete.
    content        json not null,
    -- The municipalities it is submitted for, by official key or slug; none where somebody submits who acts for all.
    municipalities text[] not null,
    submitted_by   text not null,
    -- Everybody who wrote or submitted it; none of them reviews it.
    authors        text[] not null,
    assigned_to    text,
    revision       bigint not null default 1,
    created_at     timestamptz not null default now(),
    updated_at     timestamptz not null default now(),
    submitted_at   timestamptz,
    constraint submission_base_check check ((entry_id is null) = (base is null) or stage = 'published'),
    constraint submission_entry_check check (purpose = 'publish' or entry_id is not null)
);

-- The queue: what waits longest comes first.
create index submission_stage_index on submission (stage, (coalesce(submitted_at, created_at)), id);
create index submission_queue_index on submission ((coalesce(submitted_at, created_at)), id);
create index submission_municipalities_index on submission using gin (municipalities);
create index submission_entry_index on submission (entry_id);

create table submission_action (
    id            uuid primary key,
    submission_id uuid not null references submission on delete cascade,
    at            timestamptz not null default now(),
    action        text not null constraint submission_action_action_check check (action in
                      ('submit', 'withdraw', 'request_changes', 'reject', 'publish', 'reopen')),
    -- Where it stood afterwards.
    stage         text not null,
    actor         text not null,
    token_id      uuid,
    comment       text
);
create index submission_action_index on submission_action (submission_id, at, id);

create table submission_comment (
    id            uuid primary key,
    submission_id uuid not null references submission on delete cascade,
    at            timestamptz not null default now(),
    actor         text not null,
    side          text not null constraint submission_comment_side_check check (side in ('municipality', 'review')),
    -- JSON pointer to the member it is about.
    pointer       text,
    body          text not null,
    resolved_at   timestamptz,
    resolved_by   text
);
create index submission_comment_index on submission_comment (submission_id, at, id);
