-- A span without a beginning or an end is open there; without both it covers no day.
create table learning_partnership (
    id         uuid primary key,
    slug       text not null constraint learning_partnership_slug_key unique,
    title      jsonb not null constraint learning_partnership_title_check check (title ->> 'de' <> ''),
    title_key  text collate "C" not null generated always as (sort_key(title ->> 'de')) stored,
    format     text not null constraint learning_partnership_format_check check (format in
                   ('bilateral', 'multilateral', 'peer_learning', 'cross_border', 'mentoring')),
    relation   text not null constraint learning_partnership_relation_check check (relation in
                   ('role_model', 'knowledge_exchange', 'joint_development', 'transfer')),
    summary    jsonb not null constraint learning_partnership_summary_check check (summary ->> 'de' <> ''),
    status     text constraint learning_partnership_status_check check (status in ('planned', 'open', 'running', 'completed')),
    results    jsonb,
    starts_on  text constraint learning_partnership_starts_on_check check (starts_on ~ '^\d{4}(-\d\d(-\d\d)?)?$'),
    ends_on    text constraint learning_partnership_ends_on_check check (ends_on ~ '^\d{4}(-\d\d(-\d\d)?)?$'),
    first_day  text collate "C" generated always as (coalesce(first_day_of(starts_on), case when ends_on is not null then '0001-01-01' end)) stored,
    last_day   text collate "C" generated always as (coalesce(last_day_of(ends_on), case when starts_on is not null then '9999-12-31' end)) stored,
    sources    text[] not null default '{}',
    revision   bigint not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
);

create index learning_partnership_title_index on learning_partnership (title_key, id);
create index learning_partnership_updated_index on learning_partnership (updated_at, id);

create table learning_partnership_theme (
    learning_partnership_id uuid not null references learning_partnership on delete cascade,
    theme_id                uuid not null constraint learning_partnership_theme_theme_id_fkey references theme,
    position                smallint not null,
    primary key (learning_partnership_id, theme_id)
);
create index learning_partnership_theme_theme_index on learning_partnership_theme (theme_id);

create table learning_partnership_solution (
    learning_partnership_id uuid not null references learning_partnership on delete cascade,
    solution_id             uuid not null constraint learning_partnership_solution_solution_id_fkey references solution,
    position                smallint not null,
    primary key (learning_partnership_id, solution_id)
);
create index learning_partnership_solution_solution_index on learning_partnership_solution (solution_id);

-- A partner abroad, or a borough, has a name alone.
create table learning_partnership_partner (
    learning_partnership_id uuid not null references learning_partnership on delete cascade,
    position                smallint not null,
    role                    text not null constraint learning_partnership_partner_role_check check (role in
                                ('giver', 'receiver', 'partner')),
    name                    text not null constraint learning_partnership_partner_name_check check (name <> ''),
    project_id              uuid constraint learning_partnership_partner_project_id_fkey references project,
    municipality_id         uuid constraint learning_partnership_partner_municipality_id_fkey references municipality,
    primary key (learning_partnership_id, position)
);
create index learning_partnership_partner_project_index on learning_partnership_partner (project_id);
create index learning_partnership_partner_municipality_index on learning_partnership_partner (municipality_id);

call raise_version_with(
    '{learning_partnership, learning_partnership_theme, learning_partnership_solution, learning_partnership_partner}');

-- The municipality a partner is; where only its project is known, all that carry it.
create view learning_partnership_municipality as
    select learning_partnership_id, municipality_id from learning_partnership_partner where municipality_id is not null
     union
    select lp.learning_partnership_id, pm.municipality_id
      from learning_partnership_partner lp join project_member pm on pm.project_id = lp.project_id
     where lp.municipality_id is null;

create view learning_partnership_federal_state as
    select lp.learning_partnership_id, m.federal_state
      from learning_partnership_partner lp join municipality m on m.id = lp.municipality_id
     union
    select lp.learning_partnership_id, ps.federal_state
      from learning_partnership_partner lp join project_federal_state ps on ps.project_id = lp.project_id
     where lp.municipality_id is null;

create view learning_partnership_document as
    select l.id as entry_id,
           l.slug,
           l.title as label,
           l.summary,
           array(select t.slug from learning_partnership_theme lt join theme t on t.id = lt.theme_id
                  where lt.learning_partnership_id = l.id order by lt.position) as themes,
           array(select f.federal_state from learning_partnership_federal_state f
                  where f.learning_partnership_id = l.id) as federal_states,
           setweight(search_words(concat_ws(' ', l.title ->> 'de', l.title ->> 'en')), 'A')
               || setweight(search_words(concat_ws(' ',
                      (select string_agg(concat_ws(' ', lp.name, p.name, m.name), ' ' order by lp.position)
                         from learning_partnership_partner lp
                         left join project p on p.id = lp.project_id
                         left join municipality m on m.id = lp.municipality_id
                        where lp.learning_partnership_id = l.id),
                      (select string_agg(concat_ws(' ', s.title ->> 'de', s.title ->> 'en'), ' ' order by ls.position)
                         from learning_partnership_solution ls join solution s on s.id = ls.solution_id
                        where ls.learning_partnership_id = l.id))), 'B')
               || setweight(search_words(concat_ws(' ', l.summary ->> 'de', l.summary ->> 'en')), 'C')
               || setweight(search_words(concat_ws(' ', l.results ->> 'de', l.results ->> 'en',
                      (select string_agg(concat_ws(' ', t.label ->> 'de', t.label ->> 'en'), ' ' order by lt.position)
                         from learning_partnership_theme lt join theme t on t.id = lt.theme_id
                        where lt.learning_partnership_id = l.id))), 'D') as words,
           0::real as prior
      from learning_partnership l;

create view learning_partnership_shows as
    select 'theme' as shown, theme_id as shown_id, learning_partnership_id as entry_id from learning_partnership_theme
     union all
    select 'solution', solution_id, learning_partnership_id from learning_partnership_solution
     union all
    select 'project', project_id, learning_partnership_id from learning_partnership_partner
     union all
    select 'municipality', municipality_id, learning_partnership_id from learning_partnership_partner;

insert into search_dependency values
    ('theme', 'learning_partnership'), ('solution', 'learning_partnership'), ('project', 'learning_partnership'),
    ('municipality', 'learning_partnership');
