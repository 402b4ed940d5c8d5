create table municipality (
    id               uuid primary key,
    slug             text not null constraint municipality_slug_key unique,
    ags              text constraint municipality_ags_key unique
                          constraint municipality_ags_check check (ags ~ '^([0-9]{5}|[0-9]{8,9})$'),
    name             text not null,
    name_key         text collate "C" not null generated always as (sort_key(name)) stored,
    designation      text,
    kind             text not null constraint municipality_kind_check
                          check (kind in ('independent_city', 'town', 'municipality', 'district', 'association')),
    federal_state    text not null constraint municipality_federal_state_check check (federal_state ~ '^DE-[A-Z]{2}$'),
    -- A municipality's key begins with the key of its district.
    district_ags     text generated always as (case when length(ags) > 5 then left(ags, 5) end) stored,
    population       integer constraint municipality_population_check check (population >= 0),
    population_as_of date,
    area_km2         double precision constraint municipality_area_km2_check check (area_km2 >= 0),
    size_class       text generated always as (
                         case when kind in ('district', 'association') then null
                              when population >= 100000 then 'large_city'
                              when population >= 20000 then 'medium_town'
                              when population >= 5000 then 'small_town'
                              when population >= 0 then 'rural_municipality'
                         end) stored,
    lon              double precision,
    lat              double precision,
    website          text,
    revision         bigint not null,
    created_at       timestamptz not null,
    updated_at       timestamptz not null,
    constraint municipality_location_check check ((lon is null) = (lat is null)),
    constraint municipality_lon_check check (lon between -180 and 180),
    constraint municipality_lat_check check (lat between -90 and 90)
);

create index municipality_name_index on municipality (name_key, id);
create index municipality_population_index on municipality ((coalesce(population, -1)), id);
create index municipality_area_index on municipality ((coalesce(area_km2, -1)), id);
create index municipality_key_index on municipality ((coalesce(ags, '') collate "C"), id);
create index municipality_created_index on municipality (created_at, id);
create index municipality_updated_index on municipality (updated_at, id);
create index municipality_federal_state_index on municipality (federal_state);
create index municipality_kind_index on municipality (kind);
create index municipality_location_index on municipality using gist (point(lon, lat));

create trigger municipality_raises_directory_version
    after insert or update or delete or truncate on municipality
    for each statement execute function directory_changed();
