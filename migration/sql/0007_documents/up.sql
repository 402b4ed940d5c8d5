-- Partial dates, as 2023, 2024-10 or 2024-10-05: the first and the last day they cover, as text that sorts as days do.
create function first_day_of(value text) returns text language sql immutable strict parallel safe as $$
    select (value || substr('-01-01', length(value) - 3)) collate "C"
$$;

create function last_day_of(value text) returns text language sql immutable strict parallel safe as $$
    select (case length(value)
        when 4 then value || '-12-31'
        when 7 then value || '-' || extract(day from
                make_date(substr(value, 1, 4)::int, substr(value, 6, 2)::int, 1) + interval '1 month' - interval '1 day')
        else value
    end) collate "C"
$$;

-- A table of the directory raises its version; so it says itself, whoever writes.
create procedure raise_version_with(tables text[]) language plpgsql as $$
declare
    changed text;
begin
    foreach changed in array tables loop
        execute format('create trigger %I after insert or update or delete or truncate on %I
                            for each statement execute function directory_changed()',
                       changed || '_raises_directory_version', changed);
    end loop;
end $$;

-- Search shows entries of every resource side by side, so a document holds what is shown and filtered there as well.
drop procedure search_refresh(text, uuid[]);
drop view search_dependent;
drop view search_source;

alter table search_document
    add column slug           text not null default '',
    add column label          jsonb not null default '{}',
    add column label_key      text collate "C" not null generated always as (coalesce(sort_key(label ->> 'de'), '')) stored,
    add column summary        jsonb,
    add column themes         text[] not null default '{}',
    add column federal_states text[] not null default '{}',
    add column updated_at     timestamptz not null default now();

create index search_document_label_index on search_document (label_key, entry_id);
create index search_document_updated_index on search_document (updated_at, entry_id);

-- Entries of one resource may show names of another, and so change their words with them: which resources do.
create table search_dependency (
    shown    text not null,
    resource text not null,
    primary key (shown, resource)
);

insert into search_dependency values ('municipality', 'project'), ('theme', 'project');

-- For each resource there are two views. <resource>_document has a row for each entry: what search shows of it, its words
-- by weight (A names, B places, C summaries, D the rest) and what makes it the likelier one among equals, 0 to 1.
-- <resource>_shows has a row for each entry and each entry whose name it shows.
create view municipality_document as
    select m.id as entry_id,
           m.slug,
           jsonb_build_object('de', m.name) as label,
           case when m.designation <> '' then jsonb_build_object('de', m.designation) end as summary,
           '{}'::text[] as themes,
           array[m.federal_state] as federal_states,
           setweight(search_words(concat_ws(' ', m.name, m.ags)), 'A')
               || setweight(search_words(concat_ws(' ', m.designation, case m.kind
                      when 'district' then 'Kreis Landkreis'
                      when 'association' then 'Gemeindeverband'
                      when 'independent_city' then 'kreisfreie Stadt'
                      when 'town' then 'Stadt'
                      else 'Gemeinde' end)), 'D') as words,
           least(ln(1 + coalesce(m.population, 0)) / 16, 1)::real as prior
      from municipality m;

create view theme_document as
    select t.id as entry_id,
           t.slug,
           t.label,
           t.description as summary,
           array[t.slug] as themes,
           '{}'::text[] as federal_states,
           setweight(search_words(concat_ws(' ', t.label ->> 'de', t.label ->> 'en')), 'A')
               || setweight(search_words(concat_ws(' ', t.description ->> 'de', t.description ->> 'en')), 'C') as words,
           0::real as prior
      from theme t;

create view project_document as
    select p.id as entry_id,
           p.slug,
           jsonb_build_object('de', p.name) as label,
           p.summary,
           array(select t.slug from project_theme_slug t where t.project_id = p.id) as themes,
           array(select s.federal_state from project_federal_state s where s.project_id = p.id) as federal_states,
           setweight(search_words(p.name), 'A')
               || setweight(search_words(coalesce(
                      (select string_agg(m.name, ' ' order by pm.position)
                         from project_member pm join municipality m on m.id = pm.municipality_id
                        where pm.project_id = p.id), '')), 'B')
               || setweight(search_words(concat_ws(' ', p.summary ->> 'de', p.summary ->> 'en')), 'C')
               || setweight(search_words(concat_ws(' ', p.description ->> 'de', p.description ->> 'en',
                      (select string_agg(concat_ws(' ', t.label ->> 'de', t.label ->> 'en'), ' ' order by pt.position)
                         from project_theme pt join theme t on t.id = pt.theme_id
                        where pt.project_id = p.id))), 'D') as words,
           0::real as prior
      from project p;

create view project_shows as
    select 'municipality' as shown, pm.municipality_id as shown_id, pm.project_id as entry_id from project_member pm
     union all
    select 'theme', pt.theme_id, pt.project_id from project_theme pt;

-- Brings the documents of some entries up to date, and those of the entries that show their names.
create procedure search_refresh(changed_resource text, changed uuid[]) language plpgsql as $$
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
    entries  uuid[];
begin
    foreach resource in array array['municipality', 'theme', 'project'] loop
        execute format('select array_agg(id) from %I', resource) into entries;
        call search_refresh(resource, coalesce(entries, '{}'));
    end loop;
end $$;
