create table course (
    id             uuid primary key,
    slug           text not null constraint course_slug_key unique,
    title          jsonb not null constraint course_title_check check (title ->> 'de' <> ''),
    title_key      text collate "C" not null generated always as (sort_key(title ->> 'de')) stored,
    summary        jsonb not null constraint course_summary_check check (summary ->> 'de' <> ''),
    provider       text not null constraint course_provider_check check (provider <> ''),
    provider_key   text collate "C" not null generated always as (sort_key(provider)) stored,
    format         text constraint course_format_check check (format in
                       ('online_self_paced', 'online_live', 'on_site', 'blended')),
    language       text not null constraint course_language_check check (language ~ '^[a-z]{2}$'),
    duration_hours double precision constraint course_duration_hours_check check (duration_hours > 0),
    free           boolean,
    url            text,
    target_groups  text[] not null default '{}',
    sources        text[] not null default '{}',
    revision       bigint not null,
    created_at     timestamptz not null,
    updated_at     timestamptz not null
);

create index course_title_index on course (title_key, id);
create index course_updated_index on course (updated_at, id);

create table course_theme (
    course_id uuid not null references course on delete cascade,
    theme_id  uuid not null constraint course_theme_theme_id_fkey references theme,
    position  smallint not null,
    primary key (course_id, theme_id)
);
create index course_theme_theme_index on course_theme (theme_id);

call raise_version_with('{course, course_theme}');

create view course_target_group as
    select id as course_id, unnest(target_groups) as target_group from course;

create view course_document as
    select c.id as entry_id,
           c.slug,
           c.title as label,
           c.summary,
           array(select t.slug from course_theme ct join theme t on t.id = ct.theme_id
                  where ct.course_id = c.id order by ct.position) as themes,
           '{}'::text[] as federal_states,
           setweight(search_words(concat_ws(' ', c.title ->> 'de', c.title ->> 'en')), 'A')
               || setweight(search_words(c.provider), 'B')
               || setweight(search_words(concat_ws(' ', c.summary ->> 'de', c.summary ->> 'en')), 'C')
               || setweight(search_words(coalesce(
                      (select string_agg(concat_ws(' ', t.label ->> 'de', t.label ->> 'en'), ' ' order by ct.position)
                         from course_theme ct join theme t on t.id = ct.theme_id where ct.course_id = c.id), '')), 'D') as words,
           0::real as prior
      from course c;

create view course_shows as
    select 'theme' as shown, theme_id as shown_id, course_id as entry_id from course_theme;

insert into search_dependency values ('theme', 'course');
