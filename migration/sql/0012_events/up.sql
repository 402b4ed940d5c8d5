create table event (
    id               uuid primary key,
    slug             text not null constraint event_slug_key unique,
    title            jsonb not null constraint event_title_check check (title ->> 'de' <> ''),
    title_key        text collate "C" not null generated always as (sort_key(title ->> 'de')) stored,
    kind             text not null constraint event_kind_check check (kind in
                         ('regional_conference', 'congress', 'workshop', 'webinar', 'exchange', 'site_visit', 'other')),
    number           smallint constraint event_number_check check (number > 0),
    starts_on        text constraint event_starts_on_check check (starts_on ~ '^\d{4}(-\d\d(-\d\d)?)?$'),
    ends_on          text constraint event_ends_on_check check (ends_on ~ '^\d{4}(-\d\d(-\d\d)?)?$'),
    first_day        text collate "C" generated always as (first_day_of(starts_on)) stored,
    last_day         text collate "C" generated always as (last_day_of(coalesce(ends_on, starts_on))) stored,
    starts_at        timestamptz,
    ends_at          timestamptz,
    time_zone        text,
    venue            text,
    address          text,
    city             text,
    municipality_id  uuid constraint event_municipality_id_fkey references municipality,
    lon              double precision,
    lat              double precision,
    online           boolean,
    registration_url text,
    free             boolean,
    status           text not null constraint event_status_check check (status in ('planned', 'confirmed', 'cancelled', 'held')),
    summary          jsonb not null constraint event_summary_check check (summary ->> 'de' <> ''),
    sources          text[] not null default '{}',
    revision         bigint not null,
    created_at       timestamptz not null,
    updated_at       timestamptz not null,
    constraint event_ends_at_check check (ends_at >= starts_at),
    constraint event_time_zone_check check ((starts_at is null) = (time_zone is null)),
    constraint event_location_check check ((lon is null) = (lat is null)),
    constraint event_lon_check check (lon between -180 and 180),
    constraint event_lat_check check (lat between -90 and 90)
);

create index event_first_day_index on event ((coalesce(first_day, '')), id);
create index event_title_index on event (title_key, id);
create index event_updated_index on event (updated_at, id);
create index event_municipality_id_index on event (municipality_id);

create table event_theme (
    event_id uuid not null references event on delete cascade,
    theme_id uuid not null constraint event_theme_theme_id_fkey references theme,
    position smallint not null,
    primary key (event_id, theme_id)
);
create index event_theme_theme_index on event_theme (theme_id);

create table event_project (
    event_id   uuid not null references event on delete cascade,
    project_id uuid not null constraint event_project_project_id_fkey references project,
    position   smallint not null,
    primary key (event_id, project_id)
);
create index event_project_project_index on event_project (project_id);

call raise_version_with('{event, event_theme, event_project}');

-- The municipality an event takes place in.
create view event_municipality as
    select id as event_id, municipality_id from event where municipality_id is not null;

-- Whose an event is: where it takes place, and those who carry the projects that host it.
create view event_body as
    select event_id, municipality_id from event_municipality
     union
    select ep.event_id, pm.municipality_id
      from event_project ep join project_member pm on pm.project_id = ep.project_id;

-- The state it takes place in; where no place is known, those of its hosts.
create view event_federal_state as
    select e.id as event_id, m.federal_state
      from event e join municipality m on m.id = e.municipality_id
     union
    select ep.event_id, ps.federal_state
      from event_project ep
      join project_federal_state ps on ps.project_id = ep.project_id
      join event e on e.id = ep.event_id
     where e.municipality_id is null;

-- Its own point, or that of its municipality.
create view event_place as
    select e.id as event_id, e.municipality_id, coalesce(e.lon, m.lon) as lon, coalesce(e.lat, m.lat) as lat,
           0::smallint as position
      from event e left join municipality m on m.id = e.municipality_id
     where coalesce(e.lon, m.lon) is not null;

create view event_document as
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

create view event_shows as
    select 'theme' as shown, theme_id as shown_id, event_id as entry_id from event_theme
     union all
    select 'project', project_id, event_id from event_project
     union all
    select 'municipality', municipality_id, id from event;

insert into search_dependency values ('theme', 'event'), ('project', 'event'), ('municipality', 'event');
