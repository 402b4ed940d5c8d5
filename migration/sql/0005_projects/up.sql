create table project (
    id             uuid primary key,
    slug           text not null constraint project_slug_key unique,
    name           text not null,
    name_key       text collate "C" not null generated always as (sort_key(name)) stored,
    summary        jsonb not null constraint project_summary_check check (summary ->> 'de' <> ''),
    description    jsonb constraint project_description_check check (description ->> 'de' <> ''),
    round          smallint not null constraint project_round_check check (round between 1 and 3),
    round_year     smallint not null constraint project_round_year_check check (round_year between 2019 and 2099),
    category       text not null constraint project_category_check check (category in
                       ('large_city', 'medium_town', 'small_town_or_rural_municipality', 'inter_municipal_or_district')),
    phase          text constraint project_phase_check check (phase in ('strategy', 'implementation', 'completed')),
    starts_on      text constraint project_starts_on_check check (starts_on ~ '^\d{4}(-\d\d(-\d\d)?)?$'),
    ends_on        text constraint project_ends_on_check check (ends_on ~ '^\d{4}(-\d\d(-\d\d)?)?$'),
    website        text,
    -- States a member reaches into beyond its own seat, as an association across borders does.
    federal_states text[] not null default '{}',
    identifiers    jsonb not null default '[]',
    sources        text[] not null default '{}',
    revision       bigint not null,
    created_at     timestamptz not null,
    updated_at     timestamptz not null
);

create index project_name_index on project (name_key, id);
create index project_round_index on project (round, id);
create index project_created_index on project (created_at, id);
create index project_updated_index on project (updated_at, id);

create table project_member (
    project_id      uuid not null references project on delete cascade,
    municipality_id uuid not null constraint project_member_municipality_id_fkey references municipality,
    role            text not null constraint project_member_role_check check (role in ('lead', 'partner')),
    position        smallint not null,
    primary key (project_id, municipality_id)
);

create index project_member_municipality_index on project_member (municipality_id);
create unique index project_member_lead_key on project_member (project_id) where role = 'lead';

create table project_theme (
    project_id uuid not null references project on delete cascade,
    theme_id   uuid not null constraint project_theme_theme_id_fkey references theme,
    position   smallint not null,
    primary key (project_id, theme_id)
);

create index project_theme_theme_index on project_theme (theme_id);

-- A project lies where its lead lies.
create view project_place as
    select pm.project_id, m.id as municipality_id, m.name_key, m.lon, m.lat
      from project_member pm
      join municipality m on m.id = pm.municipality_id
     where pm.role = 'lead';

create view project_federal_state as
    select pm.project_id, m.federal_state
      from project_member pm
      join municipality m on m.id = pm.municipality_id
     union
    select p.id, unnest(p.federal_states) from project p;

create view project_theme_slug as
    select pt.project_id, t.slug
      from project_theme pt
      join theme t on t.id = pt.theme_id;

create trigger project_raises_directory_version
    after insert or update or delete or truncate on project
    for each statement execute function directory_changed();
create trigger project_member_raises_directory_version
    after insert or update or delete or truncate on project_member
    for each statement execute function directory_changed();
create trigger project_theme_raises_directory_version
    after insert or update or delete or truncate on project_theme
    for each statement execute function directory_changed();
