-- The statements that update the search documents of a resource were planned anew in each write, which took longer than executing
-- them. They are now static, in procedures of each resource, so that a session plans them once. The stems of a word are computed
-- when the first entry with the word is stored: most words of an entry are already known.
create procedure search_refresh_with(resources text[]) language plpgsql as $$
declare
    resource text;
    routine  text;
begin
    foreach resource in array resources loop
        execute format($create$
            create procedure %1$I(changed uuid[]) language plpgsql as $body$
            begin
                delete from search_document d
                 where d.entry_id = any (changed) and not exists (select from %2$I e where e.id = d.entry_id);

                insert into search_document
                       (entry_id, resource, slug, label, summary, themes, federal_states, words, prior, updated_at)
                select d.entry_id, %2$L, d.slug, d.label, d.summary, d.themes, d.federal_states, d.words, d.prior, e.updated_at
                  from %3$I d join %2$I e on e.id = d.entry_id where d.entry_id = any (changed)
                    on conflict (entry_id) do update
                   set slug = excluded.slug, label = excluded.label, summary = excluded.summary,
                       themes = excluded.themes, federal_states = excluded.federal_states,
                       words = excluded.words, prior = excluded.prior, updated_at = excluded.updated_at;

                with present as materialized (
                    select distinct unnest(tsvector_to_array(d.words)) as word
                      from search_document d where d.entry_id = any (changed)
                ), unknown as materialized (
                    select p.word from present p
                     where p.word !~ '^[0-9]+$'
                       and not exists (select from search_word w where w.word = p.word and w.resource = %2$L)
                )
                insert into search_word (resource, word, german, english)
                select %2$L, u.word, search_stem('german_plain', u.word), search_stem('english_plain', u.word)
                  from unknown u
                    on conflict do nothing;
            end $body$ $create$, resource || '_search_refresh', resource, resource || '_document');
        routine := format('%I(uuid[])', resource || '_search_refresh');
        execute format('alter routine %s set search_path = %I, pg_temp', routine, current_schema());
        execute format('alter routine %s set plan_cache_mode = force_generic_plan', routine);
    end loop;
end $$;

call search_refresh_with('{municipality, theme, project, solution, practice_example, working_group, learning_partnership, event,
                           course, publication}');

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
declare
    routine regprocedure;
begin
    foreach routine in array array['search_refresh(text, uuid[])', 'search_refresh_with(text[])']::regprocedure[] loop
        execute format('alter routine %s set search_path = %I, pg_temp', routine, current_schema());
    end loop;
end $$;

-- As a join with project_federal_state, this read all projects for each solution.
create or replace view solution_federal_state as
    select sp.solution_id, m.federal_state
      from solution_provider sp join municipality m on m.id = sp.municipality_id
     union
    select sp.solution_id, m.federal_state
      from solution_project sp
      join project_member pm on pm.project_id = sp.project_id
      join municipality m on m.id = pm.municipality_id
     union
    select sp.solution_id, unnest(p.federal_states)
      from solution_project sp join project p on p.id = sp.project_id;
