-- Folds accents, case and compatibility forms of letters: ₂ and ² become 2, ﬁ becomes fi. Invisible characters, such as a soft
-- hyphen or a zero-width space, are removed, so that they do not divide a word. ™ and ℠ become spaces, so that they are not
-- part of the name before them.
create or replace function plain(value text) returns text language sql immutable strict parallel safe
    return lower(regexp_replace(
        normalize(
            translate(regexp_replace(regexp_replace(regexp_replace(value, '[ßẞ]', 'ss', 'g'), '[æÆ]', 'ae', 'g'), '[œŒ]', 'oe', 'g'),
                      'łŁøØđĐı™℠', 'lLoOdDi  '),
            NFKD
        ),
        '[\u0300-\u036f\u00ad\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]', '', 'g'
    ) collate "C");

-- Differs from step 0023: a compound in the query also finds its parts as separate words, up to four, even if the compound is a
-- known word. The first `own` words are the words of the query. The words after them are pairs of adjacent words joined into
-- one, for which only inflected forms are looked up.
drop function search_expand(text, text[]);
create function search_expand(asked_resource text, typed text[], own integer default null)
    returns table (place int, word text, tier int) language sql stable begin atomic
    with recursive asked as materialized (
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
    -- Splits a compound into known words (SmartCity, eGovernment, 5GNetz, Industrie40). A piece of one or two letters must be at
    -- the beginning of the word, or end between a letter and a digit. Articles, prepositions and conjunctions are not pieces.
    cuts (place, pieces, before, rest) as (
        select a.place, 0, '', a.word from asked a where length(a.word) <= 40 and a.word !~ '^[0-9]+$'
        union all
        select c.place, c.pieces + 1, c.before || p.piece || ' ', substr(c.rest, n + 1)
          from cuts c
         -- The limit is never reached. Without it, the planner estimates 1,000 rows for each word.
         cross join lateral (select n from generate_series(1, length(c.rest) - 1) n limit 39) s
         cross join lateral (select left(c.rest, n) as piece) p
         where c.pieces < 3
           and (n >= 3 or c.pieces = 0 or p.piece ~ '^[0-9]+$' or substr(c.rest, n, 2) ~ '^([a-z][0-9]|[0-9][a-z])$')
           and p.piece <> all ('{am,an,auf,aus,bei,das,dem,den,der,des,die,ein,eine,einem,einen,einer,eines,fur,im,ist,mit,um,und,unter,vom,von,zu,zum,zur}')
           and (p.piece ~ '^[0-9]+$' or (select true from search_word w where w.word = p.piece limit 1))
    ),
    -- The pieces must occur in sequence. The last piece may have an inflected form.
    split as materialized (
        select c.place, c.before || l.word as word, 2 as tier
          from cuts c
         cross join lateral (
               select w.word from search_word w where w.word = c.rest or w.german = search_stem('german_plain', c.rest)
                union
               select c.rest where c.rest ~ '^[0-9]+$'
         ) l
         where c.pieces > 0
           and (length(c.rest) >= 3 or c.rest ~ '^[0-9]+$' or c.before ~ '[0-9] $' and c.rest ~ '^[a-z]')
           and c.rest <> all ('{am,an,auf,aus,bei,das,dem,den,der,des,die,ein,eine,einem,einen,einer,eines,fur,im,ist,mit,um,und,unter,vom,von,zu,zum,zur}')
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
         where (own is null or a.place <= own)
           and length(a.german) >= 3
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
         where (own is null or a.place <= own)
           and length(a.word) >= 4
           and not exists (select from known k where k.place = a.place)
           and not exists (select from compounds c where c.place = a.place)
    )
    select place, word, min(tier) from (
        select * from known union all select * from split union all select * from compounds union all select * from alike
    ) found group by place, word;
end;

-- Updates the stored keys and documents that the new folding changes, and deletes the words that no document contains.
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
