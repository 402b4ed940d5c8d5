drop trigger practice_example_recounts_after_insert on practice_example;
drop trigger practice_example_recounts_after_update on practice_example;
drop trigger practice_example_recounts_after_delete on practice_example;
drop trigger practice_example_recounts_after_truncate on practice_example;
drop function count_adoptions();
drop index solution_adoption_count_index;
alter table solution drop column adoption_count;
drop view solution_municipality_row;
drop index search_document_federal_state_index;
create view search_hit_federal_state as
    select entry_id as search_hit_id, unnest(federal_states) as federal_state from search_document;
drop index solution_confirmed_index;
drop index solution_repository_index;
drop index solution_discontinued_reason_index;
drop index solution_prerequisite_index;
drop index solution_scope_index;
drop function discontinued_reasons(jsonb);
drop function prerequisite_kinds(jsonb);
