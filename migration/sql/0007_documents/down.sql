drop procedure search_refresh(text, uuid[]);
drop view project_shows, project_document, theme_document, municipality_document;
drop table search_dependency;
alter table search_document drop column slug, drop column label_key, drop column label, drop column summary, drop column themes, drop column federal_states, drop column updated_at;
drop procedure raise_version_with(text[]);
drop function last_day_of(text), first_day_of(text);
-- As migration 0006 left them.
create view search_source as
    select m.id as entry_id,
           'municipality' as resource,
           setweight(search_words(concat_ws(' ', m.name, m.ags)), 'A')
               || setweight(search_words(concat_ws(' ', m.designation, case m.kind
                      when 'district' then 'Kreis Landkreis'
                      when 'association' then 'Gemeindeverband'
                      when 'independent_city' then 'kreisfreie Stadt'
                      when 'town' then 'Stadt'
                      else 'Gemeinde' end)), 'D') as words,
           least(ln(1 + coalesce(m.population, 0)) / 16, 1)::real as prior
      from municipality m
     union all
    select t.id,
           'theme',
           setweight(search_words(concat_ws(' ', t.label ->> 'de', t.label ->> 'en')), 'A')
               || setweight(search_words(concat_ws(' ', t.description ->> 'de', t.description ->> 'en')), 'C'),
           0
      from theme t
     union all
    select p.id,
           'project',
           setweight(search_words(p.name), 'A')
               || setweight(search_words(coalesce(
                      (select string_agg(m.name, ' ' order by pm.position)
                         from project_member pm join municipality m on m.id = pm.municipality_id
                        where pm.project_id = p.id), '')), 'B')
               || setweight(search_words(concat_ws(' ', p.summary ->> 'de', p.summary ->> 'en')), 'C')
               || setweight(search_words(concat_ws(' ', p.description ->> 'de', p.description ->> 'en',
                      (select string_agg(concat_ws(' ', t.label ->> 'de', t.label ->> 'en'), ' ' order by pt.position)
                         from project_theme pt join theme t on t.id = pt.theme_id
                        where pt.project_id = p.id))), 'D'),
           0
      from project p;

-- Which entries show the names of which others, and so change their words with them.
create view search_dependent as
    select 'municipality' as shown_resource, pm.municipality_id as shown_id, 'project' as resource, pm.project_id as entry_id
      from project_member pm
     union all
    select 'theme', pt.theme_id, 'project', pt.project_id
      from project_theme pt;

-- Brings the documents of some entries up to date, and those of the entries that show their names.
create procedure search_refresh(changed_resource text, changed uuid[]) language plpgsql as $$
declare
    dependent record;
begin
    delete from search_document d
     where d.entry_id = any (changed)
       and not exists (select from search_source s where s.resource = changed_resource and s.entry_id = d.entry_id);

    insert into search_document (entry_id, resource, words, prior)
    select s.entry_id, s.resource, s.words, s.prior
      from search_source s
     where s.resource = changed_resource and s.entry_id = any (changed)
        on conflict (entry_id) do update set words = excluded.words, prior = excluded.prior;

    insert into search_word (resource, word, german, english)
    select changed_resource, w.word, search_stem('german_plain', w.word), search_stem('english_plain', w.word)
      from (select distinct unnest(tsvector_to_array(d.words)) as word
              from search_document d
             where d.entry_id = any (changed)) w
     where w.word !~ '^[0-9]+$'
        on conflict do nothing;

    for dependent in
        select d.resource, array_agg(distinct d.entry_id) as entries
          from search_dependent d
         where d.shown_resource = changed_resource and d.shown_id = any (changed)
         group by d.resource
    loop
        call search_refresh(dependent.resource, dependent.entries);
    end loop;
end $$;
