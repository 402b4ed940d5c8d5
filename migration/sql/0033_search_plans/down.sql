create or replace view solution_federal_state as
    select sp.solution_id, m.federal_state
      from solution_provider sp join municipality m on m.id = sp.municipality_id
     union
    select sp.solution_id, ps.federal_state
      from solution_project sp join project_federal_state ps on ps.project_id = sp.project_id;

create or replace procedure search_refresh(changed_resource text, changed uuid[]) language plpgsql as $$
declare
    dependent text;
    entries   uuid[];
begin
    execute format('delete from search_document d
                     where d.entry_id = any ($1) and not exists (select from %I e where e.id = d.entry_id)', changed_resource)
      using changed;

    execute format('insert into search_document
                           (entry_id, resource, slug, label, summary, themes, federal_states, words, prior, updated_at)
                    select d.entry_id, %L, d.slug, d.label, d.summary, d.themes, d.federal_states, d.words, d.prior, e.updated_at
                      from %I d join %I e on e.id = d.entry_id where d.entry_id = any ($1)
                        on conflict (entry_id) do update
                       set slug = excluded.slug, label = excluded.label, summary = excluded.summary,
                           themes = excluded.themes, federal_states = excluded.federal_states,
                           words = excluded.words, prior = excluded.prior, updated_at = excluded.updated_at',
                   changed_resource, changed_resource || '_document', changed_resource)
      using changed;

    insert into search_word (resource, word, german, english)
    select changed_resource, w.word, search_stem('german_plain', w.word), search_stem('english_plain', w.word)
      from (select distinct unnest(tsvector_to_array(d.words)) as word
              from search_document d
             where d.entry_id = any (changed)) w
     where w.word !~ '^[0-9]+$'
        on conflict do nothing;

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
    resource text;
begin
    execute format('alter routine search_refresh(text, uuid[]) set search_path = %I, pg_temp', current_schema());
    foreach resource in array array['municipality', 'theme', 'project', 'solution', 'practice_example', 'working_group',
                                    'learning_partnership', 'event', 'course', 'publication'] loop
        execute format('drop procedure %I(uuid[])', resource || '_search_refresh');
    end loop;
end $$;
drop procedure search_refresh_with(text[]);
