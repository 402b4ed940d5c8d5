-- What is told of a change is made of it whenever it is sent or shown: of an entry that was deleted since, no more is told than that.
-- A step of a submission is kept as it was.
alter table webhook_delivery add column sequence bigint;
alter table webhook_delivery alter column payload drop not null;
update webhook_delivery set sequence = substring(event_id from 8)::bigint, payload = null where event_id like 'change:%';
alter table webhook_delivery add constraint webhook_delivery_payload_check check ((payload is null) = (sequence is not null));

-- One process at a time tells a webhook, so that messages keep their order; if that process dies, another goes on after this time.
alter table webhook add column told_until timestamptz;

-- Who settled who reviews.
alter table submission add column assigned_by text;
