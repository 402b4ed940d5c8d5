-- The entries that the content of a submission names, by table and by the name that was written. A name may go to another entry while a
-- submission waits for its review; what was written goes on to mean the entry that it meant.
alter table submission add column names jsonb not null default '{}';

-- Of what is under way, every name that leads somewhere today. Text that `jsonb` cannot hold is no name.
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
