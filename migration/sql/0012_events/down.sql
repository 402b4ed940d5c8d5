delete from search_dependency where resource = 'event';
delete from search_document where resource = 'event';
delete from search_word where resource = 'event';
drop view event_shows, event_document, event_place, event_federal_state, event_body, event_municipality;
drop table event_project, event_theme, event;
