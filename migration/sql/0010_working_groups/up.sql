-- A span without a beginning or an end is open there; without both it covers no day.
create table working_group (
    id         uuid primary key,
    slug       text not null constraint working_group_slug_key unique,
    name       jsonb not null constraint working_group_name_check check (name ->> 'de' <> ''),
    name_key   text collate "C" not null generated always as (sort_key(name ->> 'de')) stored,
    kind       text not null constraint working_group_kind_check check (kind in
                   ('working_group', 'development_partnership', 'community', 'regional_network', 'association', 'peer_learning')),
    summary    jsonb not null constraint working_group_summary_check check (summary ->> 'de' <> ''),
    status     text not null constraint working_group_status_check check (status in ('planned', 'active', 'paused', 'closed')),
    open_to    text constraint working_group_open_to_check check (open_to in ('model_projects', 'all_municipalities', 'public')),
    countries  text[] not null default '{}',
    outputs    jsonb not null default '[]',
    website    text,
    starts_on  text constraint working_group_starts_on_check check (starts_on ~ '^\d{4}(-\d\d(-\d\d)?)?$'),
    ends_on    text constraint working_group_ends_on_check check (ends_on ~ '^\d{4}(-\d\d(-\d\d)?)?$'),
    first_day  text collate "C" generated always as (coalesce(first_day_of(starts_on), case when ends_on is not null then '0001-01-01' end)) stored,
    last_day   text collate "C" generated always as (coalesce(last_day_of(ends_on), case when starts_on is not null then '9999-12-31' end)) stored,
    sources    text[] not null default '{}',
    revision   bigint not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
);

create index working_group_name_index on working_group (name_key, id);
create index working_group_updated_index on working_group (updated_at, id);

create table working_group_theme (
    working_group_id uuid not null references working_group on delete cascade,
    theme_id         uuid not null constraint working_group_theme_theme_id_fkey references theme,
    position         smallint not null,
    primary key (working_group_id, theme_id)
);
create index working_group_theme_theme_index on working_group_theme (theme_id);

-- Who is in a group: a project, a municipality, or somebody who has only a name here.
create table working_group_member (
    working_group_id uuid not null references working_group on delete cascade,
    position         smallint not null,
    role             text not null constraint working_group_member_role_check check (role in ('chair', 'member')),
    name             text,
    project_id       uuid constraint working_group_member_project_id_fkey references project,
    municipality_id  uuid constraint working_group_member_municipality_id_fkey references municipality,
    primary key (working_group_id, position),
    constraint working_group_member_check check (num_nonnulls(name, project_id, municipality_id) > 0)
);
create index working_group_member_project_index on working_group_member (project_id);
create index working_group_member_municipality_index on working_group_member (municipality_id);

call raise_version_with('{working_group, working_group_theme, working_group_member}');

-- The municipality a member is; where only its project is known, all that carry it.
create view working_group_municipality as
    select working_group_id, municipality_id from working_group_member where municipality_id is not null
     union
    select gm.working_group_id, pm.municipality_id
      from working_group_member gm join project_member pm on pm.project_id = gm.project_id
     where gm.municipality_id is null;

create view working_group_federal_state as
    select gm.working_group_id, m.federal_state
      from working_group_member gm join municipality m on m.id = gm.municipality_id
     union
    select gm.working_group_id, ps.federal_state
      from working_group_member gm join project_federal_state ps on ps.project_id = gm.project_id
     where gm.municipality_id is null;

create view working_group_output as
    select distinct g.id as working_group_id, o ->> 'kind' as kind from working_group g, jsonb_array_elements(g.outputs) o;

create view working_group_country as
    select id as working_group_id, unnest(countries) as country from working_group;

create view working_group_document as
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

create view working_group_shows as
    select 'theme' as shown, theme_id as shown_id, working_group_id as entry_id from working_group_theme
     union all
    select 'project', project_id, working_group_id from working_group_member
     union all
    select 'municipality', municipality_id, working_group_id from working_group_member;

insert into search_dependency values ('theme', 'working_group'), ('project', 'working_group'), ('municipality', 'working_group');
