create or replace procedure search_refresh(changed_resource text, changed uuid[]) language plpgsql as $$
declare
    dependent text;
    entries   uuid[];
begin
    execute format('call %I($1)', changed_resource || '_search_refresh') using changed;

    for dependent in select d.resource from search_dependency d where d.shown = changed_resource loop
        execute format('select array_agg(distinct entry_id) from %I where shown = $1 and shown_id = any ($2)',
                       dependent || '_shows')
           into entries using changed_resource, changed;
        if entries is not null then
            call search_refresh(dependent, entries);
        end if;
    end loop;
end $$;

do $$
begin
    execute format('alter routine search_refresh(text, uuid[]) set search_path = %I, pg_temp', current_schema());
end $$;

alter table search_dependency drop column passes_on;
