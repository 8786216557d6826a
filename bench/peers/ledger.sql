-- The transfer of bench/ledger.c in PostgreSQL, as one function and as one statement: once for each id, no balance below zero, both
-- balances, the transfer, an entry on each side with the balance after it, a line on the timeline.
CREATE TABLE account (id bigint PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0), entries bigint NOT NULL) WITH (fillfactor = 50);
CREATE TABLE transfer (member bigint, id text, receiver bigint NOT NULL, amount bigint NOT NULL, at bigint NOT NULL, PRIMARY KEY (member, id));
CREATE TABLE entry (account bigint, number bigint, amount bigint NOT NULL, balance bigint NOT NULL, at bigint NOT NULL,
  transfer text NOT NULL, PRIMARY KEY (account, number));
CREATE TABLE line (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at bigint NOT NULL, member bigint NOT NULL, kind text NOT NULL,
  subject text, props text);
INSERT INTO account SELECT n, 1000000, 0 FROM generate_series(1, :accounts) n;
CREATE FUNCTION move(key text, giver bigint, taker bigint, n bigint, now bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  one account; two account;
BEGIN
  INSERT INTO transfer VALUES (giver, key, taker, n, now) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN RETURN false; END IF;
  UPDATE account SET balance = balance + CASE id WHEN taker THEN n ELSE -n END, entries = entries + 1
    WHERE id = least(giver, taker) RETURNING * INTO one;
  UPDATE account SET balance = balance + CASE id WHEN taker THEN n ELSE -n END, entries = entries + 1
    WHERE id = greatest(giver, taker) RETURNING * INTO two;
  INSERT INTO entry VALUES (one.id, one.entries, CASE one.id WHEN taker THEN n ELSE -n END, one.balance, now, key),
    (two.id, two.entries, CASE two.id WHEN taker THEN n ELSE -n END, two.balance, now, key);
  INSERT INTO line (at, member, kind, subject, props)
    VALUES (now, giver, 'ledger.moved', 'unit:growth', '{"transfer":"' || key || '","amount":' || n || '}');
  RETURN true;
END $$;
VACUUM ANALYZE account;
CHECKPOINT;
