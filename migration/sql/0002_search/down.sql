drop function search_expand(text, text[]);
drop table search_word;
drop table search_document;
drop function search_stem(regdictionary, text);
drop function search_words(text);
drop function search_fold(text);
drop text search dictionary english_plain;
drop text search dictionary german_plain;
