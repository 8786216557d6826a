\set giver random(2, :accounts)
\set taker CASE WHEN :hot = 1 AND random(0, 1) = 1 THEN 1 ELSE 1 + :giver % :accounts END
\set key random(1, 9000000000000000)
WITH t AS (
  INSERT INTO transfer VALUES (:giver, :key::text, :taker, 1, 1790000000000) ON CONFLICT DO NOTHING RETURNING id
), a AS (
  UPDATE account SET balance = balance + CASE id WHEN :taker THEN 1 ELSE -1 END, entries = entries + 1
  WHERE id IN (:giver, :taker) AND EXISTS (SELECT FROM t) RETURNING id, balance, entries
), e AS (
  INSERT INTO entry SELECT a.id, a.entries, CASE a.id WHEN :taker THEN 1 ELSE -1 END, a.balance, 1790000000000, t.id FROM a, t
)
INSERT INTO line (at, member, kind, subject, props)
  SELECT 1790000000000, :giver, 'ledger.moved', 'unit growth', '{"transfer" : "' || id || '", "amount" : 1}' FROM t;
