delete from search_dependency where resource = 'publication';
delete from search_document where resource = 'publication';
delete from search_word where resource = 'publication';
drop view publication_shows, publication_document, publication_federal_state, publication_municipality, publication_publisher;
drop table publication_project, publication_theme, publication;
