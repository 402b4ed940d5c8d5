alter table submission drop column names;
