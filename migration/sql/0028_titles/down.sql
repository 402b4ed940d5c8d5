-- Deletes the English titles of municipalities, projects and publications.
alter table theme rename column title to label;
alter table theme rename column title_key to label_key;
alter table theme rename constraint theme_title_check to theme_label_check;
alter index theme_title_index rename to theme_label_index;

alter table working_group rename column title to name;
alter table working_group rename column title_key to name_key;
alter table working_group rename constraint working_group_title_check to working_group_name_check;
alter index working_group_title_index rename to working_group_name_index;

do $$
declare
    resource text;
begin
    foreach resource in array array['municipality', 'project', 'publication'] loop
        execute format('alter table %I add column name text', resource);
        -- Nothing of the directory changes, so its version stays; a new directory is filled only while it has none.
        execute format('alter table %I disable trigger %I', resource, resource || '_raises_directory_version');
        execute format('update %I set name = title ->> ''de''', resource);
        execute format('alter table %I enable trigger %I', resource, resource || '_raises_directory_version');
        execute format('alter table %I alter column name set not null,
                                       add column name_key text collate "C" not null
                                           generated always as (sort_key(name)) stored', resource);
    end loop;
end $$;

create or replace view project_place as
    select pm.project_id, m.id as municipality_id, m.name_key as title_key, m.lon, m.lat
      from project_member pm
      join municipality m on m.id = pm.municipality_id
     where pm.role = 'lead';
alter view project_place rename column title_key to name_key;

create or replace view municipality_document as
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

create or replace view project_document as
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

create or replace view working_group_document as
    select g.id as entry_id,
           g.slug,
           g.name as label,
           g.summary,
           array(select t.slug from working_group_theme gt join theme t on t.id = gt.theme_id
                  where gt.working_group_id = g.id order by gt.position) as themes,
           array(select f.federal_state from working_group_federal_state f where f.working_group_id = g.id) as federal_states,
           setweight(search_words(concat_ws(' ', g.name ->> 'de', g.name ->> 'en')), 'A')
               || setweight(search_words(coalesce(
                      (select string_agg(concat_ws(' ', gm.name, p.name, m.name), ' ' order by gm.position)
                         from working_group_member gm
                         left join project p on p.id = gm.project_id
                         left join municipality m on m.id = gm.municipality_id
                        where gm.working_group_id = g.id), '')), 'B')
               || setweight(search_words(concat_ws(' ', g.summary ->> 'de', g.summary ->> 'en')), 'C')
               || setweight(search_words(concat_ws(' ',
                      (select string_agg(o ->> 'title', ' ') from jsonb_array_elements(g.outputs) o),
                      (select string_agg(concat_ws(' ', t.label ->> 'de', t.label ->> 'en'), ' ' order by gt.position)
                         from working_group_theme gt join theme t on t.id = gt.theme_id
                        where gt.working_group_id = g.id))), 'D') as words,
           0::real as prior
      from working_group g;

create or replace view learning_partnership_document as
    select l.id as entry_id,
           l.slug,
           l.title as label,
           l.summary,
           array(select t.slug from learning_partnership_theme lt join theme t on t.id = lt.theme_id
                  where lt.learning_partnership_id = l.id order by lt.position) as themes,
           array(select f.federal_state from learning_partnership_federal_state f
                  where f.learning_partnership_id = l.id) as federal_states,
           setweight(search_words(concat_ws(' ', l.title ->> 'de', l.title ->> 'en')), 'A')
               || setweight(search_words(concat_ws(' ',
                      (select string_agg(concat_ws(' ', lp.name, p.name, m.name), ' ' order by lp.position)
                         from learning_partnership_partner lp
                         left join project p on p.id = lp.project_id
                         left join municipality m on m.id = lp.municipality_id
                        where lp.learning_partnership_id = l.id),
                      (select string_agg(concat_ws(' ', s.title ->> 'de', s.title ->> 'en'), ' ' order by ls.position)
                         from learning_partnership_solution ls join solution s on s.id = ls.solution_id
                        where ls.learning_partnership_id = l.id))), 'B')
               || setweight(search_words(concat_ws(' ', l.summary ->> 'de', l.summary ->> 'en')), 'C')
               || setweight(search_words(concat_ws(' ', l.results ->> 'de', l.results ->> 'en',
                      (select string_agg(concat_ws(' ', t.label ->> 'de', t.label ->> 'en'), ' ' order by lt.position)
                         from learning_partnership_theme lt join theme t on t.id = lt.theme_id
                        where lt.learning_partnership_id = l.id))), 'D') as words,
           0::real as prior
      from learning_partnership l;

create or replace view event_document as
    select e.id as entry_id,
           e.slug,
           e.title as label,
           e.summary,
           array(select t.slug from event_theme et join theme t on t.id = et.theme_id
                  where et.event_id = e.id order by et.position) as themes,
           array(select f.federal_state from event_federal_state f where f.event_id = e.id) as federal_states,
           setweight(search_words(concat_ws(' ', e.title ->> 'de', e.title ->> 'en')), 'A')
               || setweight(search_words(concat_ws(' ', e.city, e.venue, m.name,
                      (select string_agg(p.name, ' ' order by ep.position)
                         from event_project ep join project p on p.id = ep.project_id where ep.event_id = e.id))), 'B')
               || setweight(search_words(concat_ws(' ', e.summary ->> 'de', e.summary ->> 'en')), 'C')
               || setweight(search_words(concat_ws(' ', e.address, left(e.starts_on, 4),
                      (select string_agg(concat_ws(' ', t.label ->> 'de', t.label ->> 'en'), ' ' order by et.position)
                         from event_theme et join theme t on t.id = et.theme_id where et.event_id = e.id))), 'D') as words,
           0::real as prior
      from event e left join municipality m on m.id = e.municipality_id;

create or replace view publication_document as
    select b.id as entry_id,
           b.slug,
           jsonb_build_object('de', b.name) as label,
           b.summary,
           array(select t.slug from publication_theme bt join theme t on t.id = bt.theme_id
                  where bt.publication_id = b.id order by bt.position) as themes,
           array(select f.federal_state from publication_federal_state f where f.publication_id = b.id) as federal_states,
           setweight(search_words(concat_ws(' ', b.name, b.subtitle)), 'A')
               || setweight(search_words(concat_ws(' ', array_to_string(b.publishers, ' '),
                      (select string_agg(p.name, ' ' order by bp.position)
                         from publication_project bp join project p on p.id = bp.project_id
                        where bp.publication_id = b.id))), 'B')
               || setweight(search_words(concat_ws(' ', b.summary ->> 'de', b.summary ->> 'en')), 'C')
               || setweight(search_words(concat_ws(' ', b.year::text, b.doi,
                      (select string_agg(concat_ws(' ', t.label ->> 'de', t.label ->> 'en'), ' ' order by bt.position)
                         from publication_theme bt join theme t on t.id = bt.theme_id
                        where bt.publication_id = b.id))), 'D') as words,
           0::real as prior
      from publication b;

create or replace view solution_document as
    select s.id as entry_id,
           s.slug,
           s.title as label,
           s.summary,
           array(select t.slug from solution_theme st join theme t on t.id = st.theme_id
                  where st.solution_id = s.id order by st.position) as themes,
           array(select f.federal_state from solution_federal_state f where f.solution_id = s.id) as federal_states,
           setweight(search_words(concat_ws(' ', s.title ->> 'de', s.title ->> 'en')), 'A')
               || setweight(search_words(concat_ws(' ',
                      (select string_agg(p.name, ' ' order by sp.position)
                         from solution_project sp join project p on p.id = sp.project_id where sp.solution_id = s.id),
                      (select string_agg(m.name, ' ')
                         from solution_municipality sm join municipality m on m.id = sm.municipality_id
                        where sm.solution_id = s.id))), 'B')
               || ts_delete(w.texts, (tsvector_to_array(w.texts))[20001:]) as words,
           0::real as prior
      from solution s
     cross join lateral (select setweight(search_words(concat_ws(' ', s.summary ->> 'de', s.summary ->> 'en')), 'C')
               || setweight(search_words(concat_ws(' ', s.description ->> 'de', s.description ->> 'en',
                      s.challenge ->> 'de', s.challenge ->> 'en', s.licence, array_to_string(s.technologies, ' '),
                      s.discontinued #>> '{text,de}', s.discontinued #>> '{text,en}',
                      (select string_agg(concat_ws(' ', t.label ->> 'de', t.label ->> 'en'), ' ' order by st.position)
                         from solution_theme st join theme t on t.id = st.theme_id where st.solution_id = s.id))), 'D') as texts offset 0) w;

create or replace view practice_example_document as
    select e.id as entry_id,
           e.slug,
           e.title as label,
           coalesce(e.approach, e.challenge) as summary,
           array(select t.slug from practice_example_theme et join theme t on t.id = et.theme_id
                  where et.practice_example_id = e.id order by et.position) as themes,
           array[m.federal_state] as federal_states,
           setweight(search_words(concat_ws(' ', e.title ->> 'de', e.title ->> 'en')), 'A')
               || setweight(search_words(concat_ws(' ', m.name, p.name, s.title ->> 'de', s.title ->> 'en')), 'B')
               || ts_delete(w.texts, (tsvector_to_array(w.texts))[20001:]) as words,
           0::real as prior
      from practice_example e
      join municipality m on m.id = e.municipality_id
      left join project p on p.id = e.project_id
      left join solution s on s.id = e.solution_id
     cross join lateral (select setweight(search_words(concat_ws(' ', e.challenge ->> 'de', e.challenge ->> 'en',
                      e.approach ->> 'de', e.approach ->> 'en', e.results ->> 'de', e.results ->> 'en')), 'C')
               || setweight(search_words(concat_ws(' ', e.lessons_learned ->> 'de', e.lessons_learned ->> 'en',
                      e.transfer_notes ->> 'de', e.transfer_notes ->> 'en',
                      e.discontinued #>> '{text,de}', e.discontinued #>> '{text,en}',
                      (select string_agg(concat_ws(' ', f #>> '{text,de}', f #>> '{text,en}'), ' ')
                         from jsonb_array_elements(e.success_factors || e.obstacles) f),
                      (select string_agg(concat_ws(' ', t.label ->> 'de', t.label ->> 'en'), ' ' order by et.position)
                         from practice_example_theme et join theme t on t.id = et.theme_id
                        where et.practice_example_id = e.id))), 'D') as texts offset 0) w;

do $$
declare
    resource text;
begin
    foreach resource in array array['municipality', 'project', 'publication'] loop
        execute format('alter table %I drop column title_key, drop column title', resource);
    end loop;
end $$;
create index municipality_name_index on municipality (name_key, id);
create index project_name_index on project (name_key, id);

alter table publication rename column name to title;
alter table publication rename column name_key to title_key;
alter table publication add constraint publication_title_check check (title <> '');
create index publication_title_index on publication (title_key, id);

alter table change rename column directory_version to number;
alter index change_directory_version_index rename to change_number_index;

create function without_title(entry json, former text, is_text boolean) returns json language sql immutable as $$
    select json_object_agg(case m.key when 'title' then former else m.key end,
                           case when m.key = 'title' and is_text then m.value -> 'de' else m.value end
                           order by m.place)
      from json_each(entry) with ordinality m (key, value, place)
$$;

alter table change disable trigger change_is_append_only;
do $$
declare
    resource text;
    former   text;
    is_text  boolean;
    states   text;
begin
    for resource, former, is_text in
        values ('municipality', 'name', true), ('project', 'name', true), ('publication', 'title', true),
               ('theme', 'label', false), ('working_group', 'name', false)
    loop
        foreach states in array array['change', 'seed_state'] loop
            execute format('update %I set entry = without_title(entry, $1, $2) where resource = $3 and entry is not null', states)
              using former, is_text, resource;
        end loop;
    end loop;
end $$;
alter table change enable trigger change_is_append_only;

drop function without_title(json, text, boolean);
