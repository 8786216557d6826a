// compare.mjs -- the index of members against DuckDB, ClickHouse and PostgreSQL: the same data, each question asked of all in turn.
// usage: PG_SHARED_BUFFERS=6GB tools/with-postgres node bench/peers/audience/compare.mjs [MEMBERS] [ROUNDS]
import { mkdtempSync, rmSync } from 'node:fs'
import { compare, startClickhouse, startDuckdb, startKoi, startPostgresql } from '../engines.mjs'
import { clickhouse, duckdb, postgresql } from './questions.mjs'

const members = Number(process.argv[2] ?? 1000000), rounds = Number(process.argv[3] ?? 3)
const folder = mkdtempSync('/tmp/koi-bench-')
const questions = [
  ['filter', 'RFM filter'], ['ids', 'RFM, 2 tags, 5 cities, active in 30 days: ids'], ['cells', '27 RFM cells'], ['tags', 'tree of 12 tags'],
  ['funnel', 'funnel of 4 steps, 7 days'], ['retention', 'retention, 30 days'], ['actives', 'daily actives by channel'],
]
const engines = [
  await startKoi('build/bench/audience', ['--members', String(members), '--csv', folder]), await startDuckdb(duckdb, folder),
  await startClickhouse(clickhouse, folder), ...process.env.TEST_PG ? [await startPostgresql(postgresql, folder)] : [],
]
const millions = n => `${(n / 1e6).toLocaleString('en')} M`
await compare(`${millions(members)} members, ${millions(members * 5)} events`, questions, engines, rounds)
rmSync(folder, { recursive: true, force: true })
