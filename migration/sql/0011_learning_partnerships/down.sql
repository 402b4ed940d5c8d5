delete from search_dependency where resource = 'learning_partnership';
delete from search_document where resource = 'learning_partnership';
delete from search_word where resource = 'learning_partnership';
drop view learning_partnership_shows, learning_partnership_document, learning_partnership_federal_state,
          learning_partnership_municipality;
drop table learning_partnership_partner, learning_partnership_solution, learning_partnership_theme, learning_partnership;
