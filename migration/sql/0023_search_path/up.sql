-- Generated columns, indexes, views and triggers call these functions. A restore with pg_restore runs with an empty
-- search_path, so the functions must not depend on the search_path of the caller.
--
-- Functions in SQL get bodies that are parsed now: they refer to objects by ID instead of by name, and can still be inlined.
-- Functions in PL/pgSQL are parsed when they are called, so they get a search_path of their own with their schema. A later step
-- that replaces one of them must set the search_path again.
create or replace function raise_directory_version() returns bigint language sql begin atomic
    update directory_version
       set version = version + (raised_by <> pg_current_xact_id() or changed_at <> now())::int,
           changed_at = now(),
           raised_by = pg_current_xact_id()
    returning version;
end;

create or replace function plain(value text) returns text language sql immutable strict parallel safe
    return lower(regexp_replace(
        normalize(
            translate(regexp_replace(regexp_replace(regexp_replace(value, '[ßẞ]', 'ss', 'g'), '[æÆ]', 'ae', 'g'), '[œŒ]', 'oe', 'g'),
                      'łŁøØđĐı', 'lLoOdDi'),
            NFD
        ),
        '[\u0300-\u036f]', '', 'g'
    ) collate "C");

create or replace function sort_key(value text) returns text language sql immutable strict parallel safe
    return regexp_replace(plain(value), '[^a-z0-9]+', ' ', 'g') collate "C";

create or replace function search_fold(value text) returns text language sql immutable strict parallel safe
    return regexp_replace(
        regexp_replace(replace(replace(plain(value), 'ae', 'a'), 'oe', 'o'), '(?<![aeq])ue', 'u', 'g'),
        '\msankt\M', 'st', 'g'
    );

create or replace function search_words(value text) returns tsvector language sql immutable strict parallel safe
    return to_tsvector('pg_catalog.simple', regexp_replace(search_fold(value), '[^a-z0-9]+', ' ', 'g'));

create or replace function search_stem(dictionary regdictionary, word text) returns text language sql stable strict parallel safe
    return regexp_replace(coalesce((ts_lexize(dictionary, word))[1], word), '([b-df-hj-np-tv-z])\1$', '\1');

create or replace function first_day_of(value text) returns text language sql immutable strict parallel safe
    return (value || substr('-01-01', length(value) - 3)) collate "C";

create or replace function last_day_of(value text) returns text language sql immutable strict parallel safe
    return (case length(value)
        when 4 then value || '-12-31'
        when 7 then value || '-' || extract(day from
                make_date(substr(value, 1, 4)::int, substr(value, 6, 2)::int, 1) + interval '1 month' - interval '1 day')
        else value
    end) collate "C";

create or replace function states_of(entry_id uuid, sequence bigint) returns table (entry jsonb) language sql stable begin atomic
    select c.entry::jsonb from change c where c.entry_id = $1 and c.sequence <= $2 and c.entry is not null
     order by c.sequence desc limit 2;
end;

-- Same as in step 0015.
create or replace function search_expand(asked_resource text, typed text[])
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
    routine regprocedure;
begin
    foreach routine in array array['directory_changed()', 'is_append_only()', 'referrers(text, uuid)',
                                   'raise_version_with(text[])', 'search_refresh(text, uuid[])']::regprocedure[] loop
        execute format('alter routine %s set search_path = %I, pg_temp', routine,
                       (select n.nspname from pg_proc p join pg_namespace n on n.oid = p.pronamespace where p.oid = routine));
    end loop;
end $$;
