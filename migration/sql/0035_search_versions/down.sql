drop trigger search_document_notes_removal on search_document;
drop trigger search_document_changes_version on search_document;
drop trigger search_document_gets_version on search_document;
drop function search_document_removed();
drop function search_document_changed();
drop table search_removal;
alter table search_document drop column version;
