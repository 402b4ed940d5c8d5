create or replace view solution_freshness as
    select s.id as solution_id,
           case when s.last_confirmed_on > d.today - interval '12 months' then 'fresh'
                when s.last_confirmed_on > d.today - interval '18 months' then 'due'
                else 'stale' end as freshness
      from solution s, (select (now() at time zone 'Europe/Berlin')::date as today) d
     where s.last_confirmed_on is not null;

create or replace view practice_example_freshness as
    select e.id as practice_example_id,
           case when e.last_confirmed_on > d.today - interval '12 months' then 'fresh'
                when e.last_confirmed_on > d.today - interval '18 months' then 'due'
                else 'stale' end as freshness
      from practice_example e, (select (now() at time zone 'Europe/Berlin')::date as today) d
     where e.last_confirmed_on is not null;
