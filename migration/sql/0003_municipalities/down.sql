drop table municipality;
