\set who random(1, 9000000000000000)
SELECT grab_locked(:who);
