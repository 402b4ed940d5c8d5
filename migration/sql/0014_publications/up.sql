create table publication (
    id         uuid primary key,
    slug       text not null constraint publication_slug_key unique,
    title      text not null constraint publication_title_check check (title <> ''),
    title_key  text collate "C" not null generated always as (sort_key(title)) stored,
    subtitle   text,
    kind       text not null constraint publication_kind_check check (kind in
                   ('study', 'guide', 'report', 'strategy', 'charter', 'standard', 'article')),
    year       smallint constraint publication_year_check check (year between 1900 and 2999),
    publishers text[] not null default '{}',
    language   text not null constraint publication_language_check check (language ~ '^[a-z]{2}$'),
    url        text,
    doi        text constraint publication_doi_check check (doi ~ '^10\.\d{4,9}/\S+$'),
    summary    jsonb not null constraint publication_summary_check check (summary ->> 'de' <> ''),
    sources    text[] not null default '{}',
    revision   bigint not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
);

create index publication_title_index on publication (title_key, id);
create index publication_year_index on publication ((coalesce(year, 0)), id);
create index publication_updated_index on publication (updated_at, id);

create table publication_theme (
    publication_id uuid not null references publication on delete cascade,
    theme_id       uuid not null constraint publication_theme_theme_id_fkey references theme,
    position       smallint not null,
    primary key (publication_id, theme_id)
);
create index publication_theme_theme_index on publication_theme (theme_id);

create table publication_project (
    publication_id uuid not null references publication on delete cascade,
    project_id     uuid not null constraint publication_project_project_id_fkey references project,
    position       smallint not null,
    primary key (publication_id, project_id)
);
create index publication_project_project_index on publication_project (project_id);

call raise_version_with('{publication, publication_theme, publication_project}');

create view publication_publisher as
    select id as publication_id, unnest(publishers) as publisher from publication;

create view publication_municipality as
    select distinct pp.publication_id, pm.municipality_id
      from publication_project pp join project_member pm on pm.project_id = pp.project_id;

create view publication_federal_state as
    select distinct pp.publication_id, ps.federal_state
      from publication_project pp join project_federal_state ps on ps.project_id = pp.project_id;

create view publication_document as
    select b.id as entry_id,
           b.slug,
           jsonb_build_object('de', b.title) as label,
           b.summary,
           array(select t.slug from publication_theme bt join theme t on t.id = bt.theme_id
                  where bt.publication_id = b.id order by bt.position) as themes,
           array(select f.federal_state from publication_federal_state f where f.publication_id = b.id) as federal_states,
           setweight(search_words(concat_ws(' ', b.title, b.subtitle)), 'A')
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

create view publication_shows as
    select 'theme' as shown, theme_id as shown_id, publication_id as entry_id from publication_theme
     union all
    select 'project', project_id, publication_id from publication_project;

insert into search_dependency values ('theme', 'publication'), ('project', 'publication');
