-- Official keys that are no longer in the register, and their successors if known.
create table former_key (
    resource  text not null,
    official  text not null,
    -- Name of the entry that had the key.
    name      text not null,
    -- Date of the first register without the key.
    as_of     date not null,
    -- Official key of the successor. Null if there is no single successor.
    successor text constraint former_key_successor_check check (successor <> official),
    primary key (resource, official)
);

call raise_version_with('{former_key}');

-- Content of the release that was last applied to an entry. Differences between an entry and this content were made in the
-- directory. Contains only entries that a later release changed; for all others, the first recorded change has the content.
create table seed_state (
    entry_id uuid primary key,
    resource text not null,
    entry    json not null
);

-- Returns the valid tokens, open submissions and active webhooks that are bound to an entry or refer to it.
create function bound_to(entry uuid) returns table (kind text, id uuid) language sql stable as $$
    select 'token', t.id
      from token t
     where t.municipality_ids @> array[entry] and t.revoked_at is null and t.expires_at > now()
     union all
    select 'submission', s.id
      from submission s
     where s.stage in ('draft', 'submitted', 'changes_requested')
       and (s.entry_id = entry or s.municipality_ids @> array[entry] or s.created_for @> array[entry]
            or exists (select from jsonb_each(s.names) r (resource, names)
                        cross join lateral jsonb_each_text(r.names) n (name, named)
                        where n.named = entry::text))
     union all
    select 'webhook', w.id
      from webhook w
     where w.active and (w.acts_for_ids @> array[entry] or w.municipality_ids @> array[entry] or w.theme_ids @> array[entry])
$$;

do $$
begin
    execute format('alter routine bound_to(uuid) set search_path = %I, pg_temp', current_schema());
end $$;
