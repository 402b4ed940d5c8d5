drop view search_hit_federal_state, search_hit_theme, search_hit;
drop function search_expand(text, text[]);

-- As migration 0002 left it.
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
