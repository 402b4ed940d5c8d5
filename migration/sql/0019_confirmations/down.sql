drop view practice_example_confirmed_by;
drop table practice_example_confirmation;
drop view practice_example_freshness;
alter table practice_example drop column last_confirmed_on;
alter table change drop constraint change_action_check;
alter table change disable trigger change_is_append_only;
delete from change where action = 'confirm';
alter table change enable trigger change_is_append_only;
alter table change add constraint change_action_check check (action in
    ('create', 'replace', 'change', 'delete', 'import', 'issue', 'revoke'));
