-- Every change to the directory raises its version, once per transaction and inside it. Readers key their memory by it.
create table directory_version (
    singleton  boolean     primary key default true constraint directory_version_singleton_check check (singleton),
    version    bigint      not null default 0,
    changed_at timestamptz not null default now(),
    raised_by  xid8        not null default '0'
);

insert into directory_version default values;

-- Locks the version row, so writers queue on it and commit in the order of their numbers.
create function raise_directory_version() returns bigint language sql as $$
    update directory_version
       set version = version + (raised_by <> pg_current_xact_id() or changed_at <> now())::int,
           changed_at = now(),
           raised_by = pg_current_xact_id()
    returning version
$$;

create function directory_changed() returns trigger language plpgsql as $$
begin
    perform raise_directory_version();
    return null;
end $$;

-- Letters without accents or case: Ä is a, ß is ss, ł is l.
create function plain(value text) returns text language sql immutable strict parallel safe as $$
    select lower(regexp_replace(
        normalize(
            translate(regexp_replace(regexp_replace(regexp_replace(value, '[ßẞ]', 'ss', 'g'), '[æÆ]', 'ae', 'g'), '[œŒ]', 'oe', 'g'),
                      'łŁøØđĐı', 'lLoOdDi'),
            NFD
        ),
        '[\u0300-\u036f]', '', 'g'
    ) collate "C")
$$;

-- German order (DIN 5007-1) that needs no collation of the server: signs before digits before letters, ä as a.
create function sort_key(value text) returns text language sql immutable strict parallel safe as $$
    select regexp_replace(plain(value), '[^a-z0-9]+', ' ', 'g') collate "C"
$$;
