-- Tokens, submissions and webhooks store the IDs of municipalities, and webhooks also the IDs of themes. They stored official
-- keys or slugs before, and lost their municipality when its key or slug changed.

-- Returns the entry that had a name at a time: the existing entry in the change log, or else the entry that has the name now. If
-- only deleted entries had the name, returns the last of them.
create function entry_named(entries text, name text, at timestamptz) returns uuid language plpgsql as $$
declare
    found uuid;
begin
    execute format('select c.entry_id from change c join %I e on e.id = c.entry_id
                     where c.resource = $1 and (c.official = $2 or c.slug = $2) and c.at <= $3
                     order by c.number desc limit 1', entries)
       into found using entries, name, entry_named.at;
    if found is null then
        execute format('select e.id from %I e where e.slug = $1 or e.id::text = $1 %s', entries,
                       case entries when 'municipality' then 'or e.ags = $1 order by e.ags = $1 desc nulls last' else '' end)
           into found using name;
    end if;
    if found is null then
        select c.entry_id into found
          from change c
         where c.resource = entries and (c.official = name or c.slug = name)
         order by c.number desc limit 1;
    end if;
    -- A name that never stood for anything matches nothing: the list keeps its length, so it never comes to mean "all".
    return coalesce(found, '00000000-0000-0000-0000-000000000000');
end $$;

create function entries_named(entries text, names text[], at timestamptz) returns uuid[] language sql as $$
    select case when names is not null then
               array(select distinct entry_named(entries, name, at) from unnest(names) as name)
           end
$$;

alter table token add column municipality_ids uuid[];
alter table submission
    add column municipality_ids uuid[] not null default '{}',
    -- Municipalities of the token that created the submission. They keep access when the owners of the content change.
    add column created_for uuid[] not null default '{}';
alter table webhook
    add column acts_for_ids uuid[],
    add column municipality_ids uuid[] not null default '{}',
    add column theme_ids uuid[] not null default '{}';

alter table token disable trigger token_raises_directory_version;
update token set municipality_ids = entries_named('municipality', municipalities, created_at) where municipalities is not null;
alter table token enable trigger token_raises_directory_version;
update submission set municipality_ids = entries_named('municipality', municipalities, created_at);
update submission set created_for = municipality_ids;
update webhook
   set acts_for_ids = entries_named('municipality', acts_for, created_at),
       municipality_ids = entries_named('municipality', municipalities, updated_at),
       theme_ids = entries_named('theme', themes, updated_at);

drop function entries_named(text, text[], timestamptz);
drop function entry_named(text, text, timestamptz);

drop index submission_municipalities_index;
alter table token drop column municipalities;
alter table submission drop column municipalities;
alter table webhook drop column acts_for, drop column municipalities, drop column themes;
alter table submission alter column municipality_ids drop default, alter column created_for drop default;
alter table webhook alter column municipality_ids drop default, alter column theme_ids drop default;
alter table webhook add constraint webhook_acts_for_ids_check check (acts_for_ids <> '{}');
create index submission_municipality_ids_index on submission using gin (municipality_ids);
