-- The claim of bench/claims.c in PostgreSQL, by the lock of the stock's row: once for each member, the unit out of the stock, the
-- win with its place, an entry on each side, the reward, a line for each. grab_looked first looks whether there is anything left.
CREATE TABLE grab_stock (id bigint PRIMARY KEY, units bigint NOT NULL CHECK (units >= 0), gone bigint NOT NULL) WITH (fillfactor = 10);
CREATE TABLE grab_win (member bigint PRIMARY KEY, place bigint, at bigint NOT NULL);
CREATE TABLE grab_entry (account text, number bigint, amount bigint NOT NULL, balance bigint NOT NULL, PRIMARY KEY (account, number));
CREATE TABLE grab_reward (member bigint, id bigint, kind text NOT NULL, code text, state text NOT NULL, PRIMARY KEY (member, id));
CREATE TABLE grab_line (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, member bigint NOT NULL, kind text NOT NULL, subject text, props text);
INSERT INTO grab_stock VALUES (1, :units, 0);
CREATE FUNCTION grab_locked(who bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  stock grab_stock;
BEGIN
  INSERT INTO grab_win VALUES (who, NULL, 0) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN RETURN 0; END IF;
  UPDATE grab_stock SET units = units - 1, gone = gone + 1 WHERE id = 1 AND units > 0 RETURNING * INTO stock;
  IF NOT FOUND THEN DELETE FROM grab_win WHERE member = who; RETURN 0; END IF;
  UPDATE grab_win SET place = stock.gone WHERE member = who;
  INSERT INTO grab_entry VALUES ('grab:1', stock.gone, -1, stock.units), ('grab:1:won', stock.gone, 1, stock.gone);
  INSERT INTO grab_reward VALUES (who, stock.gone, 'gift', 'box', 'given');
  INSERT INTO grab_line (member, kind, subject, props)
    VALUES (who, 'reward.given', 'reward:' || stock.gone, NULL), (who, 'grab.won', 'grab:1', '{"place":' || stock.gone || '}');
  RETURN stock.gone;
END $$;
CREATE FUNCTION grab_looked(who bigint) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT units FROM grab_stock WHERE id = 1) = 0 THEN RETURN 0; END IF;
  RETURN grab_locked(who);
END $$;
CHECKPOINT;
