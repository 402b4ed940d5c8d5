drop trigger join_submissions on practice_example;
drop trigger join_submissions on solution_provider;
drop function join_submissions();
alter table submission drop column names;
