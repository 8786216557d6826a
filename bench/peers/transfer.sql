\set account random(1, 1000000)
\set amount random(1, 100)
SELECT transfer(:account, :amount);
