drop function search_expand(text, text[], integer);

-- Same as in step 0023.
create or replace function plain(value text) returns text language sql immutable strict parallel safe
    return lower(regexp_replace(
        normalize(
            translate(regexp_replace(regexp_replace(regexp_replace(value, '[ßẞ]', 'ss', 'g'), '[æÆ]', 'ae', 'g'), '[œŒ]', 'oe', 'g'),
                      'łŁøØđĐı', 'lLoOdDi'),
            NFD
        ),
        '[\u0300-\u036f]', '', 'g'
    ) collate "C");

create function search_expand(asked_resource text, typed text[])
    returns table (place int, word text, tier int) language sql stable begin atomic
    with asked as materialized (
        select t.place::int,
               t.word,
               coalesce((ts_lexize('german_plain', t.word))[1], t.word) as stem,
               search_stem('german_plain', t.word) as german,
               search_stem('english_plain', t.word) as english
          from unnest(typed) with ordinality as t (word, place)
    ),
    known as materialized (
        select a.place, d.word, case when d.word = a.word then 1 else 2 end as tier
          from asked a
          join search_word d
            on (asked_resource is null or d.resource = asked_resource)
           and (d.word = a.word or d.german = a.german or d.english = a.english)
        union all
        select a.place, a.word, 1 from asked a where a.word ~ '^[0-9]+$'
    ),
    -- A word that consists of two known words (SmartCity, Rheinneckar) finds the two words in sequence.
    split as materialized (
        select a.place, l.word || ' ' || r.word as word, 2 as tier
          from asked a
         cross join generate_series(3, length(a.word) - 3) n
         cross join lateral (select w.word from search_word w where w.word = left(a.word, n) limit 1) l
         cross join lateral (select w.word from search_word w where w.word = substr(a.word, n + 1) limit 1) r
         where not exists (select from known k where k.place = a.place and k.tier = 1)
    ),
    -- A long stem inside a word is sufficient. A short stem occurs in many words by coincidence (Bus in robust, Ort in
    -- Transport), so it must be at the beginning or end of the word, and the rest must be a word too. A word in -er must occur
    -- in full, because its stem is ambiguous (Bürger, Freiburg).
    parts as materialized (
        select a.place,
               d.word,
               at_end,
               length(a.stem) >= 7 or length(a.stem) >= 5 and (at_end or d.word like a.stem || '%') as sure,
               case when at_end then left(d.german, -length(a.german))
                    when d.word like a.stem || '%' then substr(d.word, length(a.stem) + 1) end as rest
          from asked a
          join search_word d on (asked_resource is null or d.resource = asked_resource) and d.word like '%' || a.german || '%'
         cross join lateral (select d.german like '%' || a.german as at_end) e
         where length(a.german) >= 3
           and d.german <> a.german
           and (a.word not like '___%er' or d.word like '%' || a.word || '%')
    ),
    -- The rest, with or without a linking element (Leben-s-raum, Biene-n-stock), is a word, or begins with a long word
    -- (Luft-qualität-s-sensor). The limits make the planner look up each word by index instead of hashing the whole dictionary.
    compounds as materialized (
        select p.place, p.word, 3 as tier
          from parts p
         where p.sure
            or coalesce((
                select true
                  from unnest(array['', 's', 'n', 'e', 'es', 'en', 'er', 'ens']) link
                 cross join lateral (
                       select case when p.at_end and p.rest like '%' || link then left(p.rest, length(p.rest) - length(link))
                                   when not p.at_end and p.rest like link || '%' then substr(p.rest, length(link) + 1) end as word
                 ) r
                 where length(r.word) >= 3
                   and coalesce((select true from search_word w where w.word = r.word limit 1),
                                (select true from search_word w where w.german = r.word limit 1),
                                (select true
                                   from generate_series(5, length(r.word) - 3) n
                                  where not p.at_end
                                    and (select true from search_word w where w.word = left(r.word, n) limit 1)
                                  limit 1))
                 limit 1), false)
    ),
    alike as (
        select a.place, d.word, 4 as tier
          from asked a
          join search_word d on (asked_resource is null or d.resource = asked_resource) and d.word % a.word
         where length(a.word) >= 4
           and not exists (select from known k where k.place = a.place)
           and not exists (select from compounds c where c.place = a.place)
    )
    select place, word, min(tier) from (
        select * from known union all select * from split union all select * from compounds union all select * from alike
    ) found group by place, word;
end;

do $$
declare
    resource text;
    entries  uuid[];
begin
    foreach resource in array array['municipality', 'theme', 'project', 'solution', 'practice_example', 'working_group',
                                    'learning_partnership', 'event', 'course', 'publication'] loop
        -- Nothing of the directory changes, so its version stays; a new directory is filled only while it has none.
        execute format('alter table %I disable trigger %I', resource, resource || '_raises_directory_version');
        execute format('update %I set title = title where title_key <> sort_key(title ->> ''de'')', resource);
        if resource = 'course' then
            update course set provider = provider where provider_key <> sort_key(provider);
        end if;
        execute format('alter table %I enable trigger %I', resource, resource || '_raises_directory_version');
    end loop;

    foreach resource in array array['municipality', 'theme', 'project', 'solution', 'practice_example', 'working_group',
                                    'learning_partnership', 'event', 'course', 'publication'] loop
        execute format('select array_agg(d.entry_id) from search_document d join %I now on now.entry_id = d.entry_id
                         where d.resource = $1
                           and (d.words <> now.words or d.label_key <> coalesce(sort_key(now.label ->> ''de''), ''''))',
                       resource || '_document')
           into entries using resource;
        if entries is not null then
            call search_refresh(resource, entries);
        end if;
    end loop;

    with present as materialized (
        select distinct d.resource, unnest(tsvector_to_array(d.words)) as word from search_document d
    )
    delete from search_word w
     where not exists (select from present p where p.resource = w.resource and p.word = w.word);
end $$;
