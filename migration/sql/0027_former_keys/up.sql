-- Official keys that the register no longer holds, and the key that took over where one did.
create table former_key (
    resource  text not null,
    official  text not null,
    -- What the entry under the key was called.
    name      text not null,
    -- The day of the register that does not hold the key any more.
    as_of     date not null,
    -- The official key that took over; none where no single one did.
    successor text constraint former_key_successor_check check (successor <> official),
    primary key (resource, official)
);

call raise_version_with('{former_key}');

-- The content of a release as it was last applied to an entry: what differs from it was changed since by others. Only for
-- entries that a later release changed; of all others, the first change that was noted has it.
create table seed_state (
    entry_id uuid primary key,
    resource text not null,
    entry    json not null
);

-- What acts for an entry or is under way about it, apart from other entries.
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
