-- Each instance of the service keeps an index of the search documents in memory. To update it, it reads the documents and the removals
-- whose directory version is newer than that of the index.
alter table search_document add column version bigint not null default 0;
create index search_document_version_index on search_document (version);

create function search_document_changed() returns trigger language plpgsql as $$
begin
    new.version := (select version from directory_version);
    return new;
end $$;

create trigger search_document_gets_version before insert on search_document
    for each row execute function search_document_changed();

create trigger search_document_changes_version before update on search_document
    for each row when ((new.words, new.label, new.prior, new.federal_states)
                       is distinct from (old.words, old.label, old.prior, old.federal_states))
    execute function search_document_changed();

create table search_removal (
    entry_id uuid   primary key,
    version  bigint not null
);
create index search_removal_version_index on search_removal (version);

create function search_document_removed() returns trigger language plpgsql as $$
begin
    insert into search_removal (entry_id, version)
    select r.entry_id, v.version from removed r, directory_version v
        on conflict (entry_id) do update set version = excluded.version;
    return null;
end $$;

create trigger search_document_notes_removal after delete on search_document
    referencing old table as removed for each statement execute function search_document_removed();

do $$
declare
    routine regprocedure;
begin
    foreach routine in array array['search_document_changed()', 'search_document_removed()']::regprocedure[] loop
        execute format('alter routine %s set search_path = %I, pg_temp', routine, current_schema());
    end loop;
end $$;
