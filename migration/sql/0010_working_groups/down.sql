delete from search_dependency where resource = 'working_group';
delete from search_document where resource = 'working_group';
delete from search_word where resource = 'working_group';
drop view working_group_shows, working_group_document, working_group_country, working_group_output, working_group_federal_state,
          working_group_municipality;
drop table working_group_member, working_group_theme, working_group;
