// compare.mjs -- metrics over two years of orders against DuckDB and PostgreSQL: the same orders, each question asked of all in turn.
// usage: PG_SHARED_BUFFERS=4GB tools/with-postgres node bench/peers/metrics/compare.mjs [MEMBERS] [ROUNDS]
import { mkdtempSync, rmSync } from 'node:fs'
import { compare, startDuckdb, startKoi, startPostgresql } from '../engines.mjs'
import { duckdb, postgresql } from './questions.mjs'

const members = Number(process.argv[2] ?? 1000000), rounds = Number(process.argv[3] ?? 5)
const folder = mkdtempSync('/tmp/koi-bench-')
const questions = [
  ['net', 'net sales by day'], ['orders', 'orders by day'], ['buyers', 'different buyers by day'], ['new_buyers', 'new buyers by day'],
  ['aov', 'average order value by week'], ['monthly', 'different buyers by month'], ['touchpoints', 'sales by touchpoint and day'],
  ['quarter', 'net sales of the last quarter by day'],
]
const engines = [
  await startKoi('build/bench/metrics', ['--members', String(members), '--csv', folder, `${folder}/store`]), await startDuckdb(duckdb, folder),
  ...process.env.TEST_PG ? [await startPostgresql(postgresql, folder)] : [],
]
await compare(`${(members / 1e6).toLocaleString('en')} M members, ${(members * 5 / 1e6).toLocaleString('en')} M orders of two years`, questions, engines, rounds)
rmSync(folder, { recursive: true, force: true })
