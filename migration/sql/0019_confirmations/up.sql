alter table change drop constraint change_action_check;
alter table change add constraint change_action_check check (action in
    ('create', 'replace', 'change', 'delete', 'import', 'confirm', 'issue', 'revoke'));

-- The day the municipality last confirmed its example, as a provider confirms a solution.
alter table practice_example add column last_confirmed_on date;

create view practice_example_freshness as
    select e.id as practice_example_id,
           case when e.last_confirmed_on > d.today - interval '12 months' then 'fresh'
                when e.last_confirmed_on > d.today - interval '18 months' then 'due'
                else 'stale' end as freshness
      from practice_example e, (select (now() at time zone 'Europe/Berlin')::date as today) d
     where e.last_confirmed_on is not null;

-- Who stands by an example: its own municipality, and those whose solution it takes over.
create table practice_example_confirmation (
    practice_example_id uuid not null references practice_example on delete cascade,
    municipality_id     uuid not null constraint practice_example_confirmation_municipality_id_fkey references municipality,
    confirmed_by        text not null constraint practice_example_confirmation_confirmed_by_check check (confirmed_by in
                            ('origin', 'adopter')),
    confirmed_on        date not null,
    primary key (practice_example_id, municipality_id, confirmed_by)
);
create index practice_example_confirmation_municipality_index on practice_example_confirmation (municipality_id);

call raise_version_with('{practice_example_confirmation}');

create view practice_example_confirmed_by as
    select distinct practice_example_id, confirmed_by from practice_example_confirmation;
