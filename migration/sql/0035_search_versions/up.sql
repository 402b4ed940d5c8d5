-- Each instance of the service keeps an index of the search documents in memory. To update it, it reads the documents and the removals
-- whose directory version is newer than that of the index.
alter table search_document add column version bigint not null default 0;
create index search_document_version_index on search_document (version);

create table search_removal (
    entry_id uuid   primary key,
    version  bigint not null
);
create index search_removal_version_index on search_removal (version);

create function search_document_removed() returns trigger language plpgsql as $$
begin
    insert into search_removal (entry_id, version)
    select r.entry_id, v.version from removed r, directory_version v
        on conflict (entry_id) do update set version = excluded.version;
    return null;
end $$;

create trigger search_document_notes_removal after delete on search_document
    referencing old table as removed for each statement execute function search_document_removed();

-- Differs from step 0033: a document whose words, title, prior or federal states change gets the directory version of the change.
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
                       (entry_id, resource, slug, label, summary, themes, federal_states, words, prior, updated_at, version)
                select d.entry_id, %2$L, d.slug, d.label, d.summary, d.themes, d.federal_states, d.words, d.prior, e.updated_at,
                       v.version
                  from directory_version v, %3$I d join %2$I e on e.id = d.entry_id where d.entry_id = any (changed)
                    on conflict (entry_id) do update
                   set slug = excluded.slug, label = excluded.label, summary = excluded.summary,
                       themes = excluded.themes, federal_states = excluded.federal_states,
                       words = excluded.words, prior = excluded.prior, updated_at = excluded.updated_at,
                       version = case
                           when (search_document.words, search_document.label, search_document.prior, search_document.federal_states)
                                is distinct from (excluded.words, excluded.label, excluded.prior, excluded.federal_states)
                           then excluded.version
                           else search_document.version end;

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
    foreach routine in array array['search_refresh_with(text[])', 'search_document_removed()']::regprocedure[] loop
        execute format('alter routine %s set search_path = %I, pg_temp', routine, current_schema());
    end loop;
end $$;
