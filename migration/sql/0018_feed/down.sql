alter table change drop constraint change_sequence_check;
drop index change_resource_index;
drop index change_sequence_index;
alter table change drop column sequence;
