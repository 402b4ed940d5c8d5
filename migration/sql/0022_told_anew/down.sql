alter table submission_action drop column content;
alter table submission drop column assigned_by;
delete from webhook where deleted_at is not null;
alter table webhook drop column deleted_at;
alter table webhook drop column inactive_because;
alter table webhook drop column ends_at;
alter table webhook drop column silent_since;
alter table webhook drop column told_until;
drop index webhook_delivery_state_index;
drop index webhook_delivery_pending_index;
create index webhook_delivery_due_index on webhook_delivery (next_at, number) where state = 'pending';
alter table webhook_delivery alter column next_at set default now();
alter table webhook_delivery drop column asked_at;
-- Who was not told yet is told again.
update webhook w
   set cursor = least(cursor, (select min(d.sequence) - 1 from webhook_delivery d where d.webhook_id = w.id and d.state = 'pending'));
delete from webhook_delivery where payload is null;
alter table webhook_delivery drop column sequence;
alter table webhook_delivery alter column payload set not null;
