-- A span without a beginning or an end is open there; without both it covers no day.
create table practice_example (
    id              uuid primary key,
    slug            text not null constraint practice_example_slug_key unique,
    title           jsonb not null constraint practice_example_title_check check (title ->> 'de' <> ''),
    title_key       text collate "C" not null generated always as (sort_key(title ->> 'de')) stored,
    municipality_id uuid not null constraint practice_example_municipality_id_fkey references municipality,
    project_id      uuid constraint practice_example_project_id_fkey references project,
    solution_id     uuid constraint practice_example_solution_id_fkey references solution,
    relation        text not null constraint practice_example_relation_check check (relation in
                        ('origin', 'role_model', 'knowledge_exchange', 'joint_development', 'transfer')),
    status          text constraint practice_example_status_check check (status in
                        ('planned', 'in_progress', 'pilot', 'operational', 'completed', 'paused', 'discontinued')),
    discontinued    jsonb,
    challenge       jsonb,
    approach        jsonb,
    results         jsonb,
    lessons_learned jsonb,
    transfer_notes  jsonb,
    success_factors jsonb not null default '[]',
    obstacles       jsonb not null default '[]',
    impacts         jsonb not null default '[]',
    costs           jsonb,
    staffing        jsonb,
    starts_on       text constraint practice_example_starts_on_check check (starts_on ~ '^\d{4}(-\d\d(-\d\d)?)?$'),
    ends_on         text constraint practice_example_ends_on_check check (ends_on ~ '^\d{4}(-\d\d(-\d\d)?)?$'),
    first_day       text collate "C" generated always as (coalesce(first_day_of(starts_on), case when ends_on is not null then '0001-01-01' end)) stored,
    last_day        text collate "C" generated always as (coalesce(last_day_of(ends_on), case when starts_on is not null then '9999-12-31' end)) stored,
    sdgs            smallint[] not null default '{}'
                    constraint practice_example_sdgs_check check (sdgs <@ '{1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17}'),
    contacts        jsonb not null default '[]',
    links           jsonb not null default '[]',
    sources         text[] not null default '{}',
    revision        bigint not null,
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    constraint practice_example_discontinued_check check (discontinued is null or status = 'discontinued')
);

create index practice_example_title_index on practice_example (title_key, id);
create index practice_example_updated_index on practice_example (updated_at, id);
create index practice_example_municipality_index on practice_example (municipality_id);
create index practice_example_project_index on practice_example (project_id);
create index practice_example_solution_index on practice_example (solution_id);

create table practice_example_theme (
    practice_example_id uuid not null references practice_example on delete cascade,
    theme_id            uuid not null constraint practice_example_theme_theme_id_fkey references theme,
    position            smallint not null,
    primary key (practice_example_id, theme_id)
);
create index practice_example_theme_theme_index on practice_example_theme (theme_id);

call raise_version_with('{practice_example, practice_example_theme}');

-- The entries an example names, as relations that are read like all others.
create view practice_example_municipality as
    select id as practice_example_id, municipality_id from practice_example;
create view practice_example_project as
    select id as practice_example_id, project_id from practice_example where project_id is not null;
create view practice_example_solution as
    select id as practice_example_id, solution_id from practice_example where solution_id is not null;

-- Who has taken a solution over.
create view solution_adoption as
    select solution_id, municipality_id, id as practice_example_id
      from practice_example
     where solution_id is not null and relation <> 'origin';

create view practice_example_place as
    select e.id as practice_example_id, m.id as municipality_id, m.lon, m.lat, 0::smallint as position
      from practice_example e join municipality m on m.id = e.municipality_id
     where m.lon is not null;

create view practice_example_federal_state as
    select e.id as practice_example_id, m.federal_state
      from practice_example e join municipality m on m.id = e.municipality_id;

create view practice_example_goal as
    select id as practice_example_id, unnest(sdgs) as goal from practice_example;

create view practice_example_workstream as
    select distinct e.id as practice_example_id, f ->> 'workstream' as workstream
      from practice_example e, jsonb_array_elements(e.success_factors || e.obstacles) f
     where f ? 'workstream';

create view practice_example_discontinued_reason as
    select e.id as practice_example_id, jsonb_array_elements_text(e.discontinued -> 'reasons') as reason
      from practice_example e;

create view practice_example_document as
    select e.id as entry_id,
           e.slug,
           e.title as label,
           coalesce(e.approach, e.challenge) as summary,
           array(select t.slug from practice_example_theme et join theme t on t.id = et.theme_id
                  where et.practice_example_id = e.id order by et.position) as themes,
           array[m.federal_state] as federal_states,
           setweight(search_words(concat_ws(' ', e.title ->> 'de', e.title ->> 'en')), 'A')
               || setweight(search_words(concat_ws(' ', m.name, p.name, s.title ->> 'de', s.title ->> 'en')), 'B')
               || setweight(search_words(concat_ws(' ', e.challenge ->> 'de', e.challenge ->> 'en',
                      e.approach ->> 'de', e.approach ->> 'en', e.results ->> 'de', e.results ->> 'en')), 'C')
               || setweight(search_words(concat_ws(' ', e.lessons_learned ->> 'de', e.lessons_learned ->> 'en',
                      e.transfer_notes ->> 'de', e.transfer_notes ->> 'en',
                      e.discontinued #>> '{text,de}', e.discontinued #>> '{text,en}',
                      (select string_agg(concat_ws(' ', f #>> '{text,de}', f #>> '{text,en}'), ' ')
                         from jsonb_array_elements(e.success_factors || e.obstacles) f),
                      (select string_agg(concat_ws(' ', t.label ->> 'de', t.label ->> 'en'), ' ' order by et.position)
                         from practice_example_theme et join theme t on t.id = et.theme_id
                        where et.practice_example_id = e.id))), 'D') as words,
           0::real as prior
      from practice_example e
      join municipality m on m.id = e.municipality_id
      left join project p on p.id = e.project_id
      left join solution s on s.id = e.solution_id;

create view practice_example_shows as
    select 'theme' as shown, theme_id as shown_id, practice_example_id as entry_id from practice_example_theme
     union all
    select 'municipality', municipality_id, id from practice_example
     union all
    select 'project', project_id, id from practice_example
     union all
    select 'solution', solution_id, id from practice_example;

insert into search_dependency values
    ('theme', 'practice_example'), ('municipality', 'practice_example'), ('project', 'practice_example'),
    ('solution', 'practice_example');
