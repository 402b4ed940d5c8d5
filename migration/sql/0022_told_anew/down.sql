alter table submission drop column assigned_by;
alter table webhook drop column told_until;
delete from webhook_delivery where payload is null;
alter table webhook_delivery drop column sequence;
alter table webhook_delivery alter column payload set not null;
