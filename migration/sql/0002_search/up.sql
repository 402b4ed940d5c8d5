-- How search works, for every resource alike:
--   search_fold      what counts as the same letter
--   search_document  one row per entry: the folded words of its texts, weighted A to D, found through a GIN index
--   search_word      one row per word and resource: the dictionary, with the stems of each word; numbers need none
--   search_expand    a typed word becomes the words of the dictionary it can mean; they are then looked up as one query
create extension if not exists pg_trgm;

-- The built-in stemmers come with stop words, whose file the embedded database lacks; these have none.
create text search dictionary german_plain (template = snowball, language = german);
create text search dictionary english_plain (template = snowball, language = english);

-- Umlauts either way: ä, ae and a are one, ß and ss too. "ue" stays where it is no umlaut: Feuer, neue, Quelle. Sankt is St.
create function search_fold(value text) returns text language sql immutable strict parallel safe as $$
    select regexp_replace(
        regexp_replace(replace(replace(plain(value), 'ae', 'a'), 'oe', 'o'), '(?<![aeq])ue', 'u', 'g'),
        '\msankt\M', 'st', 'g'
    )
$$;

create function search_words(value text) returns tsvector language sql immutable strict parallel safe as $$
    select to_tsvector('pg_catalog.simple', regexp_replace(search_fold(value), '[^a-z0-9]+', ' ', 'g'))
$$;

-- Doubled last letters are one: Bus, Busse. Short stems stay, or "see" would be "se".
create function search_stem(dictionary regdictionary, word text) returns text language sql stable strict parallel safe as $$
    select regexp_replace(coalesce((ts_lexize(dictionary, word))[1], word), '([b-df-hj-np-tv-z])\1$', '\1')
$$;

create table search_document (
    entry_id uuid     primary key,
    resource text     not null,
    words    tsvector not null,
    -- What makes one entry the likelier one among equals, 0 to 1: people mean the large Münster.
    prior    real     not null
);

create index search_document_words_index on search_document using gin (words);

create table search_word (
    resource text not null,
    word     text collate "C" not null,
    german   text collate "C" not null,
    english  text collate "C" not null,
    primary key (word, resource)
);

create index search_word_german_index on search_word (german);
create index search_word_english_index on search_word (english);
create index search_word_word_index on search_word using gin (word gin_trgm_ops);

-- The words of the dictionary that a typed word can mean, by how sure that is:
--   1 the word itself, 2 another form of it, 3 a compound it is part of, 4 spelt alike (only where there is none of 1 to 3).
create function search_expand(asked_resource text, typed text[])
    returns table (place int, word text, tier int) language sql stable as $$
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
            on d.resource = asked_resource
           and (d.word = a.word or d.german = a.german or d.english = a.english)
        union all
        select a.place, a.word, 1 from asked a where a.word ~ '^[0-9]+$'
    ),
    -- Long stems speak for themselves. Short ones stand in many words by accident (Bus in robust, Ort in Transport), so
    -- they must begin or end the word, and what is left must be a word too, with or without a linking sound (Leben-s-raum).
    parts as materialized (
        select a.place,
               d.word,
               length(a.stem) >= 7 or length(a.stem) >= 5 and (at_end or d.word like a.stem || '%') as sure,
               case when at_end then left(d.german, -length(a.german))
                    when d.word like a.stem || '%' then regexp_replace(substr(d.word, length(a.stem) + 1), '^(e?n?s|e?n|er?)', '')
               end as rest,
               case when at_end then regexp_replace(left(d.german, -length(a.german)), '(e?n?s|e?n|er?)$', '') end as shorter
          from asked a
          join search_word d on d.resource = asked_resource and d.word like '%' || a.german || '%'
         cross join lateral (select d.german like '%' || a.german as at_end) e
         where length(a.german) >= 3 and d.german <> a.german
    ),
    compounds as materialized (
        select p.place, p.word, 3 as tier
          from parts p
         where p.sure
            or length(p.rest) >= 3
           and (exists (select from search_word w where w.word = p.rest)
                or exists (select from search_word w where w.word = p.shorter)
                or exists (select from search_word w where w.german = p.rest))
    ),
    alike as (
        select a.place, d.word, 4 as tier
          from asked a
          join search_word d on d.resource = asked_resource and d.word % a.word
         where length(a.word) >= 4
           and not exists (select from known k where k.place = a.place)
           and not exists (select from compounds c where c.place = a.place)
    )
    select * from known union all select * from compounds union all select * from alike
$$;
