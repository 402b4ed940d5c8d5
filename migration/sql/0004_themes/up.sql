create table theme (
    id          uuid primary key,
    slug        text not null constraint theme_slug_key unique,
    label       jsonb not null constraint theme_label_check check (label ->> 'de' <> ''),
    label_key   text collate "C" not null generated always as (sort_key(label ->> 'de')) stored,
    description jsonb constraint theme_description_check check (description ->> 'de' <> ''),
    sdgs        smallint[] not null default '{}'
                constraint theme_sdgs_check check (sdgs <@ '{1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17}'),
    revision    bigint not null,
    created_at  timestamptz not null,
    updated_at  timestamptz not null
);

create index theme_label_index on theme (label_key, id);
create index theme_updated_index on theme (updated_at, id);

create view theme_goal as
    select id as theme_id, unnest(sdgs) as goal from theme;

create trigger theme_raises_directory_version
    after insert or update or delete or truncate on theme
    for each statement execute function directory_changed();
