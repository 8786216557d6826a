\set giver random(2, :accounts)
\set taker CASE WHEN :hot = 1 AND random(0, 1) = 1 THEN 1 ELSE 1 + :giver % :accounts END
\set key random(1, 9000000000000000)
SELECT move(:key::text, :giver, :taker, 1, 1790000000000);
