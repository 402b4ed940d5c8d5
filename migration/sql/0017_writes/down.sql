drop function referrers(text, uuid);
drop table idempotency_key;
drop table token_use;
drop table token;
drop table change;
drop function is_append_only();
