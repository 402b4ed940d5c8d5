create or replace view practice_example_confirmed_by as
    select distinct practice_example_id, confirmed_by from practice_example_confirmation;
drop function states_of(uuid, bigint);
drop index change_entry_sequence_index;
drop table webhook_delivery;
drop table webhook;
