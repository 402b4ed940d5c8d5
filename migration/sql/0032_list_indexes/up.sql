-- Indexes for filters and sort orders of large lists. Arrays in JSON are indexed by expression, so that ANALYZE also keeps statistics
-- of their values.
create function prerequisite_kinds(prerequisites jsonb) returns text[] language sql immutable parallel safe
    return array(select distinct p.value ->> 'kind' from jsonb_array_elements(prerequisites) p order by 1);

create function discontinued_reasons(discontinued jsonb) returns text[] language sql immutable parallel safe
    return array(select jsonb_array_elements_text(discontinued -> 'reasons'));

create index solution_scope_index on solution using gin (spatial_scope);
create index solution_prerequisite_index on solution using gin (prerequisite_kinds(prerequisites));
create index solution_discontinued_reason_index on solution using gin (discontinued_reasons(discontinued));
create index solution_repository_index on solution (title_key, id) where repository_url is not null;
create index solution_confirmed_index on solution (coalesce(last_confirmed_on - date '1970-01-01', -1), id);

-- Filters and facets read the federal states from the array.
drop view search_hit_federal_state;
create index search_document_federal_state_index on search_document using gin (federal_states);

-- Like solution_municipality, but pairs may be repeated. Where that does not matter, it is faster.
create view solution_municipality_row as
    select solution_id, municipality_id from solution_provider
     union all
    select sp.solution_id, pm.municipality_id from solution_project sp join project_member pm on pm.project_id = sp.project_id;

-- The number of municipalities that have adopted a solution is stored, so that solutions can be sorted by it.
alter table solution add column adoption_count bigint not null default 0;

-- Without the triggers, because no entry changes.
alter table solution disable trigger user;
update solution s set adoption_count = c.count
  from (select solution_id, count(distinct municipality_id) as count from solution_adoption group by 1) c
 where s.id = c.solution_id;
alter table solution enable trigger user;

create index solution_adoption_count_index on solution (adoption_count, id);

create function count_adoptions() returns trigger language plpgsql as $$
declare
    changed uuid[];
begin
    if tg_op = 'INSERT' then
        changed := array(select solution_id from new_rows);
    elsif tg_op = 'DELETE' then
        changed := array(select solution_id from old_rows);
    elsif tg_op = 'UPDATE' then
        changed := array(select solution_id from old_rows union select solution_id from new_rows);
    else
        changed := array(select id from solution where adoption_count > 0);
    end if;
    update solution s set adoption_count = c.count
      from (select id, (select count(distinct a.municipality_id) from solution_adoption a where a.solution_id = id) as count
              from solution where id = any (changed)) c
     where s.id = c.id and s.adoption_count <> c.count;
    return null;
end $$;

do $$
begin
    execute format('alter function count_adoptions() set search_path = %I, pg_temp', current_schema());
end $$;

-- Triggers fire in the order of their names: these after the one that locks the version row.
create trigger practice_example_recounts_after_insert after insert on practice_example referencing new table as new_rows
    for each statement execute function count_adoptions();
create trigger practice_example_recounts_after_update after update on practice_example
    referencing old table as old_rows new table as new_rows for each statement execute function count_adoptions();
create trigger practice_example_recounts_after_delete after delete on practice_example referencing old table as old_rows
    for each statement execute function count_adoptions();
create trigger practice_example_recounts_after_truncate after truncate on practice_example
    for each statement execute function count_adoptions();
