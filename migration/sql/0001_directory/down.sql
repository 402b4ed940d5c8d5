drop function sort_key(text);
drop function plain(text);
drop function directory_changed();
drop function raise_directory_version();
drop table directory_version;
