delete from search_dependency where resource = 'course';
delete from search_document where resource = 'course';
delete from search_word where resource = 'course';
drop view course_shows, course_document, course_target_group;
drop table course_theme, course;
