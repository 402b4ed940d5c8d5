drop function bound_to(uuid);
drop table seed_state;
drop table former_key;
