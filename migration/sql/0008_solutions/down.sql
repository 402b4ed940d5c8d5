delete from search_dependency where resource = 'solution';
delete from search_document where resource = 'solution';
delete from search_word where resource = 'solution';
drop view solution_shows, solution_document, solution_discontinued_reason, solution_prerequisite, solution_scope, solution_freshness, solution_relative,
          solution_place,
          solution_federal_state, solution_municipality;
drop table solution_relation, solution_provider, solution_project, solution_theme, solution;
