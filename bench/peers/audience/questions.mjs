// questions.mjs -- each question in each engine's best form, and how its rows become the numbers that answers are compared by.

const today = 20000, first = today - 90, week = 604800
const numbers = rows => rows.map(row => row.map(Number))
const one = rows => [Number(rows[0][0])]
const listed = rows => {
  const ids = numbers(rows).map(row => row[0])
  return [ids.length, ids.reduce((a, b) => a + b, 0)]
}
/** 27 cells by their place, whatever the order of rows. */
const cells = rows => {
  const out = Array(27).fill(0)
  for (const [cell, n] of numbers(rows)) out[cell] = n
  return out
}
const bands = rows => cells(numbers(rows).map(([r, f, m, n]) => [(r * 3 + f) * 3 + m, n]))
/** Many numbers become two: their sum, and one in which each has its own weight. */
const weighed = (rows, place) => {
  let sum = 0, weight = 0
  for (const row of numbers(rows)) {
    sum += row[row.length - 1]
    weight += row[row.length - 1] * (place(row) + 1)
  }
  return [sum, weight]
}
/** day of first order, then members (k -1) and returned on day k. */
const retention = rows => weighed(rows, ([d, k]) => k < 0 ? d : 90 + d * 30 + k)
const actives = rows => weighed(rows, ([day, channel]) => (day - first) * 9 + channel)

const rfm = `last_order >= ${today - 30} AND orders >= 5 AND cents >= 99900`
const ids = `SELECT id FROM members WHERE ${rfm} AND t7 AND NOT t13 AND city IN (0, 1, 2, 5, 9) AND active >= ${today - 30}`
const band = `CASE WHEN last_order >= ${today - 30} THEN 0 WHEN last_order >= ${today - 90} THEN 1 ELSE 2 END r,
  CASE WHEN orders >= 5 THEN 0 WHEN orders >= 2 THEN 1 ELSE 2 END f,
  CASE WHEN cents >= 99900 THEN 0 WHEN cents >= 20000 THEN 1 ELSE 2 END m`
const flags = `((t0 OR t5 OR t9) AND (t17 OR t22) AND NOT t31 AND NOT t44) OR ((t50 AND t55 OR t28 AND t3) AND NOT t41)`
const bit = (...tags) => tags.reduce((mask, t) => mask | 1n << BigInt(t), 0n)
const masks = `(((mask & ${bit(0, 5, 9)}) <> 0 AND (mask & ${bit(17, 22)}) <> 0 AND (mask & ${bit(31, 44)}) = 0)
  OR (((mask & ${bit(50, 55)}) = ${bit(50, 55)} OR (mask & ${bit(28, 3)}) = ${bit(28, 3)}) AND (mask & ${bit(41)}) = 0))`
const booleans = Array.from({ length: 60 }, (_, t) => t)

export const duckdb = {
  load: folder => [
    `CREATE TABLE members AS SELECT column0::INTEGER id, column1::SMALLINT last_order, column2::SMALLINT orders, column3::INTEGER cents,
       column4::SMALLINT city, column5::SMALLINT active, column6::UBIGINT mask,
       ${booleans.map(t => `((column6::UBIGINT >> ${t}) & 1) = 1 AS t${t}`).join(', ')} FROM read_csv('${folder}/members.csv', header = false,
       columns = {'column0': 'BIGINT', 'column1': 'BIGINT', 'column2': 'BIGINT', 'column3': 'BIGINT', 'column4': 'BIGINT', 'column5': 'BIGINT',
       'column6': 'UBIGINT'})`,
    `CREATE TABLE events AS SELECT column0::INTEGER member, column1::INTEGER ts, column2::UTINYINT AS event, column3::UTINYINT AS channel,
       column4::SMALLINT AS day FROM read_csv('${folder}/events.csv', header = false, columns = {'column0': 'BIGINT', 'column1': 'BIGINT',
       'column2': 'BIGINT', 'column3': 'BIGINT', 'column4': 'BIGINT'})`,
  ],
  filter: { sql: `SELECT count(*) FROM members WHERE ${rfm}`, answer: one },
  ids: { sql: ids, answer: listed },
  cells: { sql: `SELECT r, f, m, count(*) FROM (SELECT ${band} FROM members) GROUP BY 1, 2, 3`, answer: bands },
  tags: { sql: `SELECT count(*) FROM members WHERE ${masks}`, answer: one },
  funnel: {
    sql: `WITH v AS (SELECT member, ts FROM events WHERE event = 0),
      c AS (SELECT e.member, e.ts, v.ts AS start FROM (SELECT member, ts FROM events WHERE event = 1) e
        ASOF JOIN v ON e.member = v.member AND e.ts > v.ts WHERE e.ts - v.ts <= ${week}),
      o AS (SELECT e.member, e.ts, c.start FROM (SELECT member, ts FROM events WHERE event = 2) e
        ASOF JOIN c ON e.member = c.member AND e.ts > c.ts WHERE e.ts - c.start <= ${week}),
      p AS (SELECT e.member, e.ts, o.start FROM (SELECT member, ts FROM events WHERE event = 3) e
        ASOF JOIN o ON e.member = o.member AND e.ts > o.ts WHERE e.ts - o.start <= ${week})
      SELECT (SELECT count(DISTINCT member) FROM v), (SELECT count(DISTINCT member) FROM c), (SELECT count(DISTINCT member) FROM o),
        (SELECT count(DISTINCT member) FROM p)`,
    answer: rows => numbers(rows)[0],
  },
  retention: {
    sql: `WITH f AS (SELECT member, min(day) - ${first} AS d FROM events WHERE event = 2 GROUP BY member),
      m AS (SELECT member, bit_or(1::HUGEINT << (day - ${first})) AS days FROM events GROUP BY member)
      SELECT d, k, count(*) FROM f JOIN m USING (member), (SELECT range::INTEGER AS k FROM range(30))
        WHERE (days >> (d + k)) & 1 = 1 GROUP BY 1, 2
      UNION ALL SELECT d, -1, count(*) FROM f GROUP BY 1`,
    answer: retention,
  },
  actives: { sql: 'SELECT day, channel, count(DISTINCT member) FROM events GROUP BY 1, 2', answer: actives },
}

const codes = `toUInt8(if(last_order >= ${today - 30}, 0, if(last_order >= ${today - 90}, 1, 2)) * 9
  + if(orders >= 5, 0, if(orders >= 2, 1, 2)) * 3 + if(cents >= 99900, 0, if(cents >= 20000, 1, 2)))`
export const clickhouse = {
  load: folder => [
    `CREATE TABLE members (id UInt32, last_order UInt16, orders UInt16, cents UInt32, city UInt16, active UInt16, mask UInt64,
       ${booleans.map(t => `t${t} Bool`).join(', ')}) ENGINE = MergeTree ORDER BY id`,
    `INSERT INTO members SELECT id, last_order, orders, cents, city, active, mask,
       ${booleans.map(t => `bitTest(mask, ${t}) = 1`).join(', ')} FROM file('${folder}/members.csv', 'CSV',
       'id UInt32, last_order UInt16, orders UInt16, cents UInt32, city UInt16, active UInt16, mask UInt64')`,
    'OPTIMIZE TABLE members FINAL',
    `CREATE TABLE events (member UInt32, ts UInt32, event UInt8, channel UInt8, day UInt16) ENGINE = MergeTree ORDER BY (member, ts)`,
    `INSERT INTO events SELECT * FROM file('${folder}/events.csv', 'CSV', 'member UInt32, ts UInt32, event UInt8, channel UInt8, day UInt16')`,
    'OPTIMIZE TABLE events FINAL',
    `CREATE TABLE by_day (member UInt32, channel UInt8, day UInt16) ENGINE = MergeTree ORDER BY (day, channel, member)`,
    'INSERT INTO by_day SELECT member, channel, day FROM events',
    'OPTIMIZE TABLE by_day FINAL',
  ],
  filter: { sql: `SELECT count() FROM members WHERE ${rfm}`, answer: one },
  ids: { sql: ids, answer: listed },
  cells: { sql: `SELECT ${codes} AS code, count() FROM members GROUP BY code`, answer: cells },
  tags: { sql: `SELECT count() FROM members WHERE ${flags}`, answer: one },
  funnel: {
    sql: `SELECT countIf(level >= 1), countIf(level >= 2), countIf(level >= 3), countIf(level >= 4) FROM (SELECT member,
        windowFunnel(${week})(ts, event = 0, event = 1, event = 2, event = 3) AS level FROM events
        WHERE event IN (0, 1, 2, 3) GROUP BY member)`,
    answer: rows => numbers(rows)[0],
  },
  retention: {
    // Days as two masks of 64 bits; shifts are kept within 0 .. 63 on branches not taken too.
    sql: `SELECT f, count(), ${Array.from({ length: 30 }, (_, k) => `sum(bitAnd(bitShiftRight(b, ${k}), 1))`).join(', ')} FROM (
        SELECT f, if(f < 64, bitOr(bitShiftRight(low, least(f, 63)), if(f > 0, bitShiftLeft(high, 64 - greatest(1, least(f, 64))), 0)),
            bitShiftRight(high, greatest(f, 64) - 64)) AS b FROM (
          SELECT member, toUInt8(minIf(day, event = 2) - ${first}) AS f,
            groupBitOr(if(day < ${first + 64}, bitShiftLeft(toUInt64(1), toUInt8(least(day - ${first}, 63))), 0)) AS low,
            groupBitOr(if(day >= ${first + 64}, bitShiftLeft(toUInt64(1), toUInt8(greatest(day - ${first + 64}, 0))), 0)) AS high
          FROM events GROUP BY member HAVING countIf(event = 2) > 0)) GROUP BY f`,
    answer: rows => retention(numbers(rows).flatMap(([f, n, ...returned]) => [[f, -1, n], ...returned.map((m, k) => [f, k, m])])),
  },
  actives: { sql: 'SELECT day, channel, groupBitmap(member) FROM by_day GROUP BY day, channel', answer: actives },
}

export const postgresql = {
  load: () => [
    `CREATE UNLOGGED TABLE raw (id int, last_order smallint, orders smallint, cents int, city smallint, active smallint, mask bigint)`,
    { copy: 'raw', file: 'members.csv' },
    `CREATE TABLE members AS SELECT *, ${booleans.map(t => `(mask >> ${t}) & 1 = 1 AS t${t}`).join(', ')} FROM raw`,
    'CREATE INDEX ON members (last_order, orders, cents)',
    'VACUUM ANALYZE members',
  ],
  filter: { sql: `SELECT count(*) FROM members WHERE ${rfm}`, answer: one },
  ids: { sql: ids, answer: listed },
  cells: { sql: `SELECT r, f, m, count(*) FROM (SELECT ${band} FROM members) q GROUP BY 1, 2, 3`, answer: bands },
  tags: { sql: `SELECT count(*) FROM members WHERE ${flags}`, answer: one },
}
