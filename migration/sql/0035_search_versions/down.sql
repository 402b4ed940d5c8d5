drop trigger search_document_notes_removal on search_document;
drop function search_document_removed();
drop table search_removal;

create or replace procedure search_refresh_with(resources text[]) language plpgsql as $$
declare
    resource text;
    routine  text;
begin
    foreach resource in array resources loop
        execute format($create$
            create or replace procedure %1$I(changed uuid[]) language plpgsql as $body$
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

do $$
declare
    routine regprocedure;
begin
    foreach routine in array array['search_refresh_with(text[])']::regprocedure[] loop
        execute format('alter routine %s set search_path = %I, pg_temp', routine, current_schema());
    end loop;
end $$;

alter table search_document drop column version;
