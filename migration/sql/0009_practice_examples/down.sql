delete from search_dependency where resource = 'practice_example';
delete from search_document where resource = 'practice_example';
delete from search_word where resource = 'practice_example';
drop view practice_example_shows, practice_example_document, practice_example_discontinued_reason, practice_example_workstream,
          practice_example_goal, practice_example_federal_state, practice_example_place, solution_adoption,
          practice_example_solution, practice_example_project, practice_example_municipality;
drop table practice_example_theme, practice_example;
