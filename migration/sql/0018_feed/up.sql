-- Changes of entries stand in one order, without gaps, in which they were committed: a writer numbers them while it holds the
-- lock on the directory version. Those of tokens are nobody else's affair and have no number.
alter table change add column sequence bigint;

alter table change disable trigger change_is_append_only;
update change c
   set sequence = n.sequence
  from (select id, row_number() over (order by number, id) as sequence from change where resource <> 'token') n
 where n.id = c.id;
alter table change enable trigger change_is_append_only;

create unique index change_sequence_index on change (sequence);
create index change_resource_index on change (resource, sequence);
alter table change add constraint change_sequence_check check ((sequence is null) = (resource = 'token'));
