drop view theme_goal;
drop table theme;
