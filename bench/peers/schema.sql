-- The small change of bench/store_write.c in PostgreSQL's best form: one function, one round trip.
CREATE TABLE balance (account bigint PRIMARY KEY, amount bigint NOT NULL);
CREATE TABLE entry (account bigint NOT NULL, id bigint GENERATED ALWAYS AS IDENTITY, amount bigint NOT NULL, PRIMARY KEY (account, id));
CREATE TABLE event (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account bigint NOT NULL, kind text NOT NULL, amount bigint NOT NULL);
INSERT INTO balance SELECT n, 0 FROM generate_series(1, 1000000) n;
CREATE FUNCTION transfer(a bigint, m bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE held bigint;
BEGIN
  SELECT amount INTO held FROM balance WHERE account = a FOR UPDATE;
  INSERT INTO entry (account, amount) VALUES (a, m);
  UPDATE balance SET amount = held + m WHERE account = a;
  INSERT INTO event (account, kind, amount) VALUES (a, 'posted', m);
  RETURN held + m;
END $$;
VACUUM ANALYZE balance;
