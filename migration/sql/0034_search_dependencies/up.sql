-- A change of an entry updates the documents that show it. Before, it also updated those that show these, and so on: a new title of
-- a theme updated most of the directory. Only the titles and federal states of municipalities are shown indirectly, through projects.
alter table search_dependency add column passes_on boolean not null default false;
update search_dependency set passes_on = true where shown = 'municipality' and resource = 'project';

create or replace procedure search_refresh(changed_resource text, changed uuid[]) language plpgsql as $$
declare
    dependent search_dependency;
    entries   uuid[];
begin
    execute format('call %I($1)', changed_resource || '_search_refresh') using changed;

    for dependent in select * from search_dependency d where d.shown = changed_resource loop
        execute format('select array_agg(distinct entry_id) from %I where shown = $1 and shown_id = any ($2)',
                       dependent.resource || '_shows')
           into entries using changed_resource, changed;
        if entries is null then
            continue;
        elsif dependent.passes_on then
            call search_refresh(dependent.resource, entries);
        else
            execute format('call %I($1)', dependent.resource || '_search_refresh') using entries;
        end if;
    end loop;
end $$;

do $$
begin
    execute format('alter routine search_refresh(text, uuid[]) set search_path = %I, pg_temp', current_schema());
end $$;
