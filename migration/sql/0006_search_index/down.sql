drop procedure search_refresh(text, uuid[]);
drop view search_dependent;
drop view search_source;
