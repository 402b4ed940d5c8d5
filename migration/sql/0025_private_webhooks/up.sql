-- If only some instances may send to private addresses, the other instances leave a webhook with a private address to them until
-- `private_until`. `unsent_since` is the time since which none of them has claimed the messages of the webhook.
alter table webhook add column private_until timestamptz;
alter table webhook add column unsent_since timestamptz;

-- An entry may have up to 1 MiB of text. The search document contains up to 20,000 different words of its texts, in addition to
-- the words of its title and places. Each new word is written to four indexes while other writers wait, so without this limit a
-- single entry could exceed the statement timeout.
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
