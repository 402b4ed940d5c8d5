-- Entries without a confirmation get the freshness `never`, so that they can be filtered and counted.
create or replace view solution_freshness as
    select s.id as solution_id,
           case when s.last_confirmed_on is null then 'never'
                when s.last_confirmed_on > d.today - interval '12 months' then 'fresh'
                when s.last_confirmed_on > d.today - interval '18 months' then 'due'
                else 'stale' end as freshness
      from solution s, (select (now() at time zone 'Europe/Berlin')::date as today) d;

create or replace view practice_example_freshness as
    select e.id as practice_example_id,
           case when e.last_confirmed_on is null then 'never'
                when e.last_confirmed_on > d.today - interval '12 months' then 'fresh'
                when e.last_confirmed_on > d.today - interval '18 months' then 'due'
                else 'stale' end as freshness
      from practice_example e, (select (now() at time zone 'Europe/Berlin')::date as today) d;
