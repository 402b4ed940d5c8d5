-- IDs of the entries to which the content of a submission refers, by table and by the key in the content. A key may be given to
-- another entry while a submission waits for its review; the submission still refers to the original entry.
alter table submission add column names jsonb not null default '{}';

-- Resolves the keys in open submissions to current entries. Skips content with NUL characters, which `jsonb` does not support.
with named as (
    select s.id as submission, p.resource, v.value #>> '{}' as name
      from submission s
     cross join lateral (values (s.content), (s.base_content)) as c (content)
     cross join lateral (values
               ('municipality', '$.municipality'::jsonpath), ('municipality', '$.providers[*]'), ('project', '$.project'),
               ('project', '$.projects[*]'), ('solution', '$.solution'), ('solution', '$.related[*].solution'), ('theme', '$.themes[*]')
           ) as p (resource, path)
     cross join lateral jsonb_path_query(case when c.content::text not like '%\\u0000%' then c.content::text::jsonb end, p.path) as v (value)
     where s.stage in ('draft', 'submitted', 'changes_requested') and jsonb_typeof(v.value) = 'string'
), found as (
    select n.submission, n.resource, n.name, m.id from named n join municipality m on n.name in (m.ags, m.slug) where n.resource = 'municipality'
     union
    select n.submission, n.resource, n.name, p.id from named n join project p on n.name = p.slug where n.resource = 'project'
     union
    select n.submission, n.resource, n.name, o.id from named n join solution o on n.name = o.slug where n.resource = 'solution'
     union
    select n.submission, n.resource, n.name, t.id from named n join theme t on n.name = t.slug where n.resource = 'theme'
), by_resource as (
    select submission, resource, jsonb_object_agg(name, id) as names from found group by submission, resource
)
update submission s set names = f.names
  from (select submission, jsonb_object_agg(resource, names) as names from by_resource group by submission) f
 where f.submission = s.id;

-- A municipality that becomes responsible for an entry immediately becomes an owner of the open submissions about the entry. A
-- draft created by a token for all municipalities has no owners until it is submitted.
create function join_submissions() returns trigger language plpgsql as $$
declare
    entry uuid := case tg_table_name when 'solution_provider' then to_jsonb(new) ->> 'solution_id' else to_jsonb(new) ->> 'id' end;
    named text := case tg_table_name when 'solution_provider' then 'solution' else tg_table_name end;
begin
    update submission
       set municipality_ids = array(select distinct one from unnest(municipality_ids || new.municipality_id) one order by one)
     where entry_id = entry and resource = named and stage in ('draft', 'submitted', 'changes_requested')
       and (submitted_at is not null or created_for <> '{}') and not municipality_ids @> array[new.municipality_id];
    return null;
end $$;

do $$
begin
    execute format('alter routine join_submissions() set search_path = %I, pg_temp', current_schema());
end $$;

create trigger join_submissions after insert on solution_provider for each row execute function join_submissions();
create trigger join_submissions after insert or update of municipality_id on practice_example for each row execute function join_submissions();
