-- The JSON of each entry as in the response to GET, so that a read need not build it from the tables. The service builds it.
create table representation (
    entry_id          uuid primary key,
    resource          text not null,
    revision          bigint not null,
    updated_at        timestamptz not null,
    -- The date from which `freshness` is computed at each read.
    last_confirmed_on date,
    -- Version of the form of representations. A release that represents entries differently raises it.
    format            smallint not null,
    -- U+0001 stands for the path of the public URL, and U+0002 for the freshness.
    body              text not null
) with (toast_tuple_target = 8160);
-- Bodies of 2 to 5 kB are stored in the row. Reading them from a TOAST table takes 12 to 25 per cent more processor time.
alter table representation alter column body set storage main;
create index representation_format_index on representation (format);

-- Entries whose representation is missing or differs from the tables. Reads build these entries from the tables.
create table representation_pending (
    entry_id uuid primary key,
    resource text not null,
    -- Directory version of the change.
    version  bigint not null,
    -- Whether building is left to the background task.
    deferred boolean not null default false,
    -- Whether the entry cannot be represented. It is not built again until it changes.
    failed   boolean not null default false
);
create index representation_pending_version_index on representation_pending (version);

-- Which entries show the rows of a table.
create table representation_dependency (
    -- Table whose rows change.
    changed  text not null,
    -- Columns whose change affects the entries. Inserted and deleted rows affect them in any case. Null for all columns.
    columns  text[],
    -- Resource of the affected entries.
    resource text not null,
    -- Members of the affected entries. Empty for the row of the entry itself.
    members  text[] not null,
    -- Query of the IDs of the affected entries. `c` has the changed rows, before and after the change.
    find     text not null,
    -- Whether building is left to the background task, because it is expensive in a large directory.
    deferred boolean not null default false,
    primary key (changed, resource, members)
);

insert into representation_dependency (changed, resource, members, find)
select resource, resource, '{}', 'select id from c'
  from unnest('{municipality, theme, project, solution, practice_example, working_group, learning_partnership, event, course,
                publication}'::text[]) resource;

-- Themes, in both directions.
insert into representation_dependency (changed, columns, resource, members, find, deferred)
select d.*
  from unnest('{project, solution, practice_example, working_group, learning_partnership, event, course, publication}'::text[]) r
 cross join lateral (values
       ('theme', '{slug, title}'::text[], r, '{themes}'::text[],
        format('select t.%s_id from c join %s_theme t on t.theme_id = c.id', r, r), false),
       (r || '_theme', null, r, '{themes}', format('select %s_id from c', r), false),
       (r || '_theme', null, 'theme', '{counts}', 'select theme_id from c', true)) d;

-- Projects, in both directions.
insert into representation_dependency (changed, columns, resource, members, find) values
    ('project', '{slug, title}', 'municipality', '{projects}',
     'select r.municipality_id from c join project_member r on r.project_id = c.id'),
    ('project', '{slug, title}', 'solution', '{projects}',
     'select r.solution_id from c join solution_project r on r.project_id = c.id'),
    ('project', '{slug, title}', 'practice_example', '{project}',
     'select r.id from c join practice_example r on r.project_id = c.id'),
    ('project', '{slug, title}', 'working_group', '{members}',
     'select r.working_group_id from c join working_group_member r on r.project_id = c.id'),
    ('project', '{slug, title}', 'learning_partnership', '{partners}',
     'select r.learning_partnership_id from c join learning_partnership_partner r on r.project_id = c.id'),
    ('project', '{slug, title}', 'event', '{projects}', 'select r.event_id from c join event_project r on r.project_id = c.id'),
    ('project', '{slug, title}', 'publication', '{projects}',
     'select r.publication_id from c join publication_project r on r.project_id = c.id'),
    ('project_member', null, 'project', '{members, federal_states, location}', 'select project_id from c'),
    ('project_member', null, 'municipality', '{projects, working_groups, learning_partnerships}', 'select municipality_id from c'),
    ('project_member', null, 'solution', '{locations}',
     'select r.solution_id from c join solution_project r on r.project_id = c.project_id where c.role = ''lead'''),
    ('project_member', null, 'practice_example', '{confirmed_by}',
     'select e.id from c join solution_project r on r.project_id = c.project_id
                         join practice_example e on e.solution_id = r.solution_id
                         join practice_example_confirmation f
                           on f.practice_example_id = e.id and f.municipality_id = c.municipality_id'),
    ('solution_project', null, 'solution', '{projects, locations}', 'select solution_id from c'),
    ('solution_project', null, 'project', '{counts}', 'select project_id from c'),
    ('solution_project', null, 'practice_example', '{confirmed_by}',
     'select e.id from c join practice_example e on e.solution_id = c.solution_id
                         join practice_example_confirmation f on f.practice_example_id = e.id'),
    ('event_project', null, 'event', '{projects}', 'select event_id from c'),
    ('event_project', null, 'project', '{counts}', 'select project_id from c'),
    ('publication_project', null, 'publication', '{projects}', 'select publication_id from c'),
    ('publication_project', null, 'project', '{counts}', 'select project_id from c');

-- Municipalities.
insert into representation_dependency (changed, columns, resource, members, find) values
    ('municipality', '{ags, title}', 'municipality', '{district}',
     'select m.id from c join municipality m on m.district_ags = c.ags'),
    ('municipality', '{slug, ags, title, federal_state, lon, lat}', 'project', '{members, federal_states, location}',
     'select r.project_id from c join project_member r on r.municipality_id = c.id'),
    ('municipality', '{slug, ags, title, lon, lat}', 'solution', '{providers, locations}',
     'select r.solution_id from c join solution_provider r on r.municipality_id = c.id'),
    ('municipality', '{lon, lat}', 'solution', '{locations}',
     'select s.solution_id from c join project_member r on r.municipality_id = c.id and r.role = ''lead''
                                  join solution_project s on s.project_id = r.project_id'),
    ('municipality', '{slug, ags, title, lon, lat}', 'practice_example', '{municipality, location}',
     'select r.id from c join practice_example r on r.municipality_id = c.id'),
    ('municipality', '{slug, ags, title}', 'working_group', '{members}',
     'select r.working_group_id from c join working_group_member r on r.municipality_id = c.id'),
    ('municipality', '{slug, ags, title}', 'learning_partnership', '{partners}',
     'select r.learning_partnership_id from c join learning_partnership_partner r on r.municipality_id = c.id'),
    ('municipality', '{slug, ags, title, lon, lat}', 'event', '{municipality, location}',
     'select r.id from c join event r on r.municipality_id = c.id');

-- Solutions and practice examples.
insert into representation_dependency (changed, columns, resource, members, find) values
    ('solution', '{slug, title}', 'solution', '{related, related_from}',
     'select r.solution_id from c join solution_relation r on r.other_id = c.id
       union all
      select r.other_id from c join solution_relation r on r.solution_id = c.id'),
    ('solution', '{slug, title}', 'practice_example', '{solution}',
     'select r.id from c join practice_example r on r.solution_id = c.id'),
    ('solution', '{slug, title}', 'learning_partnership', '{solutions}',
     'select r.learning_partnership_id from c join learning_partnership_solution r on r.solution_id = c.id'),
    ('solution_provider', null, 'solution', '{providers, locations}', 'select solution_id from c'),
    ('solution_provider', null, 'practice_example', '{confirmed_by}',
     'select e.id from c join practice_example e on e.solution_id = c.solution_id
                         join practice_example_confirmation f
                           on f.practice_example_id = e.id and f.municipality_id = c.municipality_id'),
    ('solution_relation', null, 'solution', '{related, related_from}',
     'select solution_id from c union all select other_id from c'),
    ('practice_example', '{slug, title, solution_id, relation, municipality_id}', 'solution',
     '{practice_examples, adoption_count}', 'select solution_id from c where solution_id is not null'),
    ('practice_example', '{project_id}', 'project', '{counts}', 'select project_id from c where project_id is not null'),
    ('practice_example_confirmation', null, 'practice_example', '{confirmed_by}', 'select practice_example_id from c');

-- Working groups and learning partnerships.
insert into representation_dependency (changed, columns, resource, members, find) values
    ('working_group', '{slug, title}', 'municipality', '{working_groups}',
     'select r.municipality_id from c join working_group_municipality r on r.working_group_id = c.id'),
    ('working_group_member', null, 'working_group', '{members}', 'select working_group_id from c'),
    ('working_group_member', null, 'project', '{counts}', 'select project_id from c where project_id is not null'),
    ('working_group_member', null, 'municipality', '{working_groups}',
     'select municipality_id from c where municipality_id is not null
       union all
      select r.municipality_id from c join project_member r on r.project_id = c.project_id where c.municipality_id is null'),
    ('learning_partnership', '{slug, title}', 'municipality', '{learning_partnerships}',
     'select r.municipality_id from c join learning_partnership_municipality r on r.learning_partnership_id = c.id'),
    ('learning_partnership', '{slug, title}', 'solution', '{learning_partnerships}',
     'select r.solution_id from c join learning_partnership_solution r on r.learning_partnership_id = c.id'),
    ('learning_partnership_solution', null, 'learning_partnership', '{solutions}', 'select learning_partnership_id from c'),
    ('learning_partnership_solution', null, 'solution', '{learning_partnerships}', 'select solution_id from c'),
    ('learning_partnership_partner', null, 'learning_partnership', '{partners}', 'select learning_partnership_id from c'),
    ('learning_partnership_partner', null, 'project', '{counts}', 'select project_id from c where project_id is not null'),
    ('learning_partnership_partner', null, 'municipality', '{learning_partnerships}',
     'select municipality_id from c where municipality_id is not null
       union all
      select r.municipality_id from c join project_member r on r.project_id = c.project_id where c.municipality_id is null');

-- Municipalities of a changed district are found by its key.
create index municipality_district_index on municipality (district_ags);

-- Marks the entries that show the changed rows.
create function mark_representations() returns trigger language plpgsql as $$
declare
    dependency representation_dependency;
    rows       text;
begin
    if tg_op = 'DELETE' then
        if not exists (select from old_rows) then
            return null;
        end if;
    elsif not exists (select from new_rows) then
        return null;
    end if;
    for dependency in select * from representation_dependency d where d.changed = tg_table_name loop
        rows := case tg_op
            when 'INSERT' then 'select * from new_rows'
            when 'DELETE' then 'select * from old_rows'
            else 'select * from old_rows union all select * from new_rows'
        end;
        if tg_op = 'UPDATE' and dependency.columns is not null then
            rows := format('select r.* from (%s) r where r.id in (
                                select n.id from new_rows n join old_rows o on o.id = n.id where (%s) is distinct from (%s))',
                           rows,
                           (select string_agg('n.' || quote_ident(name), ', ') from unnest(dependency.columns) name),
                           (select string_agg('o.' || quote_ident(name), ', ') from unnest(dependency.columns) name));
        end if;
        execute format('with c as (%s)
                        insert into representation_pending as p (entry_id, resource, version, deferred)
                        select distinct f.id, %L, v.version, %L::boolean from (%s) f (id), directory_version v
                            on conflict (entry_id) do update
                           set version = excluded.version, failed = false, deferred = p.deferred and excluded.deferred
                         where p.failed or p.deferred and not excluded.deferred',
                       rows, dependency.resource, dependency.deferred, dependency.find);
    end loop;
    return null;
end $$;

-- Marks all entries, because a statement that empties a table has no changed rows.
create function mark_all_representations() returns trigger language plpgsql as $$
begin
    insert into representation_pending (entry_id, resource, version)
    select r.entry_id, r.resource, v.version from representation r, directory_version v
        on conflict do nothing;
    return null;
end $$;

-- Creates the triggers of tables. Triggers fire in the order of their names: these after the triggers
-- `…_raises_directory_version`, which lock the version row.
create procedure mark_representations_with(tables text[]) language plpgsql as $$
declare
    changed text;
begin
    foreach changed in array tables loop
        execute format('create trigger %I after insert on %I referencing new table as new_rows
                            for each statement execute function mark_representations()',
                       changed || '_representations_after_insert', changed);
        execute format('create trigger %I after update on %I referencing old table as old_rows new table as new_rows
                            for each statement execute function mark_representations()',
                       changed || '_representations_after_update', changed);
        execute format('create trigger %I after delete on %I referencing old table as old_rows
                            for each statement execute function mark_representations()',
                       changed || '_representations_after_delete', changed);
        execute format('create trigger %I after truncate on %I
                            for each statement execute function mark_all_representations()',
                       changed || '_representations_after_truncate', changed);
    end loop;
end $$;

do $$
declare
    routine regprocedure;
    tables  text[] := array(select distinct changed from representation_dependency order by 1);
begin
    foreach routine in array '{mark_representations(), mark_all_representations(), mark_representations_with(text[])}'::regprocedure[] loop
        execute format('alter routine %s set search_path = %I, pg_temp', routine, current_schema());
    end loop;
    call mark_representations_with(tables);
end $$;

-- Entries of an upgraded directory have no representation yet.
do $$
declare
    resource text;
begin
    for resource in select d.resource from representation_dependency d where d.members = '{}' loop
        execute format('insert into representation_pending (entry_id, resource, version)
                        select e.id, %L, v.version from %I e, directory_version v', resource, resource);
    end loop;
end $$;
