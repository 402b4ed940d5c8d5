-- What is told of a change is made of it whenever it is sent or shown: of an entry that was deleted since, no more is told than that.
-- A step of a submission is kept as it was.
alter table webhook_delivery add column sequence bigint;
alter table webhook_delivery alter column payload drop not null;
update webhook_delivery set sequence = substring(event_id from 8)::bigint, payload = null where event_id like 'change:%';
alter table webhook_delivery add constraint webhook_delivery_payload_check check ((payload is null) = (sequence is not null));

-- Since when it is tried: it came up then, or was asked for once more.
alter table webhook_delivery add column asked_at timestamptz not null default now();
-- In the order of locks, not of transactions.
alter table webhook_delivery alter column next_at set default clock_timestamp();
drop index webhook_delivery_due_index;
create index webhook_delivery_pending_index on webhook_delivery (webhook_id, next_at, number) where state = 'pending';
create index webhook_delivery_state_index on webhook_delivery (webhook_id, state, created_at, id);

-- One process at a time tells a webhook, so that messages keep their order; if that process dies, another goes on after this time.
alter table webhook add column told_until timestamptz;
-- Since when there was no answer at all.
alter table webhook add column silent_since timestamptz;
-- When the token that set it ends, and it with that; why it hears no more; and since when it is to go, once its messages have.
alter table webhook add column ends_at timestamptz;
alter table webhook add column inactive_because text;
alter table webhook add column deleted_at timestamptz;
update webhook w set ends_at = t.expires_at from token t where t.id = w.token_id;

-- Who settled who reviews.
alter table submission add column assigned_by text;
-- What was submitted, so that reviewers can tell what was changed since they saw it last.
alter table submission_action add column content json;
