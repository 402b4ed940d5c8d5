do $$
declare
    trigger record;
begin
    for trigger in
        select t.tgname, t.tgrelid::regclass as changed
          from pg_trigger t
         where t.tgfoid in ('mark_representations()'::regprocedure, 'mark_all_representations()'::regprocedure)
    loop
        execute format('drop trigger %I on %s', trigger.tgname, trigger.changed);
    end loop;
end $$;
drop procedure mark_representations_with(text[]);
drop function mark_representations();
drop function mark_all_representations();
drop index municipality_district_index;
drop table representation_dependency;
drop table representation_pending;
drop table representation;
