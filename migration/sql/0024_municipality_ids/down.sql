create function names_of(entries text, ids uuid[]) returns text[] language plpgsql as $$
declare
    names text[];
begin
    if ids is null then
        return null;
    end if;
    execute format('select coalesce(array_agg(coalesce(%s, e.slug, c.official, c.slug, i.id::text) order by 1), ''{}'')
                      from unnest($1) as i (id)
                      left join %I e on e.id = i.id
                      left join lateral (select official, slug from change where entry_id = i.id and e.id is null
                                          order by number desc limit 1) c on true',
                   case entries when 'municipality' then 'e.ags' else 'null' end, entries)
       into names using ids;
    return names;
end $$;

alter table token add column municipalities text[];
alter table submission add column municipalities text[] not null default '{}';
alter table webhook
    add column acts_for text[] constraint webhook_acts_for_check check (acts_for <> '{}'),
    add column municipalities text[] not null default '{}',
    add column themes text[] not null default '{}';

alter table token disable trigger token_raises_directory_version;
update token set municipalities = names_of('municipality', municipality_ids) where municipality_ids is not null;
alter table token enable trigger token_raises_directory_version;
update submission set municipalities = names_of('municipality', municipality_ids);
update webhook
   set acts_for = names_of('municipality', acts_for_ids),
       municipalities = names_of('municipality', municipality_ids),
       themes = names_of('theme', theme_ids);

drop function names_of(text, uuid[]);

alter table submission alter column municipalities drop default;
alter table webhook alter column municipalities drop default, alter column themes drop default;
create index submission_municipalities_index on submission using gin (municipalities);

alter table token drop column municipality_ids;
alter table submission drop column municipality_ids, drop column created_for;
alter table webhook drop column acts_for_ids, drop column municipality_ids, drop column theme_ids;
