drop table submission_comment;
drop table submission_action;
drop table submission;
