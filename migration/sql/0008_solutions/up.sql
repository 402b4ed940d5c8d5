create table solution (
    id                uuid primary key,
    slug              text not null constraint solution_slug_key unique,
    title             jsonb not null constraint solution_title_check check (title ->> 'de' <> ''),
    title_key         text collate "C" not null generated always as (sort_key(title ->> 'de')) stored,
    summary           jsonb not null constraint solution_summary_check check (summary ->> 'de' <> ''),
    description       jsonb,
    challenge         jsonb,
    kind              text not null constraint solution_kind_check check (kind in
                          ('software', 'hardware', 'data', 'service', 'process', 'organisation', 'training', 'strategy')),
    status            text constraint solution_status_check check (status in
                          ('planned', 'in_progress', 'pilot', 'operational', 'completed', 'paused', 'discontinued')),
    scaling_phase     text constraint solution_scaling_phase_check check (scaling_phase in
                          ('ideation', 'prototype', 'pilot', 'consolidation', 'transfer')),
    discontinued      jsonb,
    openness          text constraint solution_openness_check check (openness in
                          ('open_source', 'open_data', 'open_concept', 'partly', 'proprietary')),
    licence           text,
    repository_url    text,
    publiccode_url    text,
    website           text,
    spatial_scope     text[] not null default '{}',
    prerequisites     jsonb not null default '[]',
    costs             jsonb,
    staffing          jsonb,
    operator_model    text constraint solution_operator_model_check check (operator_model in
                          ('municipality', 'municipal_company', 'inter_municipal', 'public_it_provider',
                           'private_provider', 'community')),
    technologies      text[] not null default '{}',
    interfaces        jsonb not null default '[]',
    privacy           jsonb,
    contacts          jsonb not null default '[]',
    links             jsonb not null default '[]',
    identifiers       jsonb not null default '[]',
    sources           text[] not null default '{}',
    last_confirmed_on date,
    revision          bigint not null,
    created_at        timestamptz not null,
    updated_at        timestamptz not null,
    constraint solution_discontinued_check check (discontinued is null or status = 'discontinued')
);

create index solution_title_index on solution (title_key, id);
create index solution_created_index on solution (created_at, id);
create index solution_updated_index on solution (updated_at, id);

-- The first theme is the primary one.
create table solution_theme (
    solution_id uuid not null references solution on delete cascade,
    theme_id    uuid not null constraint solution_theme_theme_id_fkey references theme,
    position    smallint not null,
    primary key (solution_id, theme_id)
);
create index solution_theme_theme_index on solution_theme (theme_id);

create table solution_project (
    solution_id uuid not null references solution on delete cascade,
    project_id  uuid not null constraint solution_project_project_id_fkey references project,
    position    smallint not null,
    primary key (solution_id, project_id)
);
create index solution_project_project_index on solution_project (project_id);

create table solution_provider (
    solution_id     uuid not null references solution on delete cascade,
    municipality_id uuid not null constraint solution_provider_municipality_id_fkey references municipality,
    position        smallint not null,
    primary key (solution_id, municipality_id)
);
create index solution_provider_municipality_index on solution_provider (municipality_id);

create table solution_relation (
    solution_id uuid not null references solution on delete cascade,
    other_id    uuid not null constraint solution_relation_other_id_fkey references solution
                    constraint solution_relation_other_id_check check (other_id <> solution_id),
    relation    text not null constraint solution_relation_relation_check check (relation in
                    ('builds_on', 'replaces', 'alternative', 'part_of')),
    position    smallint not null,
    primary key (solution_id, other_id)
);
create index solution_relation_other_index on solution_relation (other_id);

call raise_version_with('{solution, solution_theme, solution_project, solution_provider, solution_relation}');

-- Whose a solution is: its providers', and that of all who carry its projects.
create view solution_municipality as
    select solution_id, municipality_id from solution_provider
     union
    select sp.solution_id, pm.municipality_id
      from solution_project sp join project_member pm on pm.project_id = sp.project_id;

create view solution_federal_state as
    select sp.solution_id, m.federal_state
      from solution_provider sp join municipality m on m.id = sp.municipality_id
     union
    select sp.solution_id, ps.federal_state
      from solution_project sp join project_federal_state ps on ps.project_id = sp.project_id;

-- Where a solution is at work: at its providers', or where none is named where its projects lie.
create view solution_place as
    select sp.solution_id, m.id as municipality_id, m.lon, m.lat, sp.position
      from solution_provider sp join municipality m on m.id = sp.municipality_id
     where m.lon is not null
     union all
    select sp.solution_id, pp.municipality_id, pp.lon, pp.lat, sp.position
      from solution_project sp join project_place pp on pp.project_id = sp.project_id
     where pp.lon is not null
       and not exists (select from solution_provider other where other.solution_id = sp.solution_id);

-- A relation between two solutions is found from both.
create view solution_relative as
    select solution_id, other_id, relation from solution_relation
     union all
    select other_id, solution_id, relation from solution_relation;

-- How long ago a provider confirmed it, by the day it is in Germany.
create view solution_freshness as
    select s.id as solution_id,
           case when s.last_confirmed_on > d.today - interval '12 months' then 'fresh'
                when s.last_confirmed_on > d.today - interval '18 months' then 'due'
                else 'stale' end as freshness
      from solution s, (select (now() at time zone 'Europe/Berlin')::date as today) d
     where s.last_confirmed_on is not null;

create view solution_scope as
    select id as solution_id, unnest(spatial_scope) as spatial_scope from solution;

create view solution_prerequisite as
    select distinct s.id as solution_id, p ->> 'kind' as kind from solution s, jsonb_array_elements(s.prerequisites) p;

create view solution_discontinued_reason as
    select s.id as solution_id, jsonb_array_elements_text(s.discontinued -> 'reasons') as reason from solution s;

create view solution_document as
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
               || setweight(search_words(concat_ws(' ', s.summary ->> 'de', s.summary ->> 'en')), 'C')
               || setweight(search_words(concat_ws(' ', s.description ->> 'de', s.description ->> 'en',
                      s.challenge ->> 'de', s.challenge ->> 'en', s.licence, array_to_string(s.technologies, ' '),
                      s.discontinued #>> '{text,de}', s.discontinued #>> '{text,en}',
                      (select string_agg(concat_ws(' ', t.label ->> 'de', t.label ->> 'en'), ' ' order by st.position)
                         from solution_theme st join theme t on t.id = st.theme_id where st.solution_id = s.id))), 'D')
               as words,
           0::real as prior
      from solution s;

create view solution_shows as
    select 'theme' as shown, theme_id as shown_id, solution_id as entry_id from solution_theme
     union all
    select 'project', project_id, solution_id from solution_project
     union all
    select 'municipality', municipality_id, solution_id from solution_provider;

insert into search_dependency values ('theme', 'solution'), ('project', 'solution'), ('municipality', 'solution');
