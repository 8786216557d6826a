// questions.mjs -- each metric as one would write it in SQL, with the numbers its answer is compared by: money in yuan.
const money = rows => rows.map(row => (Number(row.at(-1)) / 10000).toFixed(2))
const counts = rows => rows.map(row => Number(row.at(-1)))

const net = from => `SELECT day, sum(amount) FROM (SELECT day, sum(gross) AS amount FROM orders WHERE day >= DATE '${from}' GROUP BY day
  UNION ALL SELECT day, -sum(amount) FROM refunds WHERE day >= DATE '${from}' GROUP BY day) AS both_of_them GROUP BY day ORDER BY day`
const asked = {
  net: { sql: net('2022-06-01'), answer: money },
  orders: { sql: 'SELECT day, count(*) FROM orders GROUP BY day ORDER BY day', answer: counts },
  buyers: { sql: 'SELECT day, count(DISTINCT member) FROM orders GROUP BY day ORDER BY day', answer: counts },
  new_buyers: {
    sql: 'SELECT day, count(*) FROM (SELECT member, min(day) AS day FROM orders GROUP BY member) AS firsts GROUP BY day ORDER BY day', answer: counts,
  },
  // what is paid / orders, half a fen rounded up
  aov: {
    sql: "SELECT date_trunc('week', day) AS week, sum(paid), count(*) FROM orders GROUP BY 1 ORDER BY 1",
    answer: rows => rows.map(row => (Math.floor(Number(row[1]) / Number(row[2]) / 100 + 0.5) / 100).toFixed(2)),
  },
  monthly: { sql: "SELECT date_trunc('month', day) AS month, count(DISTINCT member) FROM orders GROUP BY 1 ORDER BY 1", answer: counts },
  // the touchpoint with most first, its days in order
  touchpoints: {
    sql: `SELECT touchpoint, day, sum(paid) FROM orders GROUP BY touchpoint, day
      ORDER BY sum(sum(paid)) OVER (PARTITION BY touchpoint) DESC, touchpoint, day`,
    answer: money,
  },
  quarter: { sql: net('2024-03-03'), answer: money },
}
const columns = 'member INTEGER, shop SMALLINT, touchpoint VARCHAR, day DATE, paid BIGINT, gross BIGINT'

export const duckdb = {
  load: folder => [
    `CREATE TABLE orders (${columns})`, `COPY orders FROM '${folder}/orders.csv' (HEADER false)`,
    'CREATE TABLE refunds (member INTEGER, day DATE, amount BIGINT)', `COPY refunds FROM '${folder}/refunds.csv' (HEADER false)`,
  ],
  ...asked,
}
export const postgresql = {
  load: () => [
    `CREATE TABLE orders (${columns})`, { copy: 'orders', file: 'orders.csv' },
    'CREATE TABLE refunds (member INTEGER, day DATE, amount BIGINT)', { copy: 'refunds', file: 'refunds.csv' },
    'CREATE INDEX ON orders (day) INCLUDE (member, paid, gross)', 'CREATE INDEX ON orders (member, day)', 'CREATE INDEX ON refunds (day) INCLUDE (amount)',
    'VACUUM ANALYZE orders', 'VACUUM ANALYZE refunds',
  ],
  ...asked,
}
