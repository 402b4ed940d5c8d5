drop view project_theme_slug;
drop view project_federal_state;
drop view project_place;
drop table project_theme;
drop table project_member;
drop table project;
