// compare.mjs -- the index of members against DuckDB, ClickHouse and PostgreSQL: the same data, each question asked of all in turn; no time
// counts before the answers are equal.
// usage: PG_SHARED_BUFFERS=6GB tools/with-postgres node bench/peers/audience/compare.mjs [MEMBERS] [ROUNDS]
import { spawn } from 'node:child_process'
import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import chdb from 'chdb'
import pg from 'pg'
import copy from 'pg-copy-streams'
import { clickhouse, duckdb, postgresql } from './questions.mjs'

const members = Number(process.argv[2] ?? 1000000), rounds = Number(process.argv[3] ?? 3)
const folder = mkdtempSync('/tmp/koi-bench-')
const questions = [
  ['filter', 'RFM filter'], ['ids', 'RFM, 2 tags, 5 cities, active in 30 days: ids'], ['cells', '27 RFM cells'], ['tags', 'tree of 12 tags'],
  ['funnel', 'funnel of 4 steps, 7 days'], ['retention', 'retention, 30 days'], ['actives', 'daily actives by channel'],
]

async function koi() {
  const child = spawn('build/bench/audience', ['--members', String(members), '--csv', folder, '--ask'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ask = async line => {
    child.stdin.write(`${line}\n`)
    return (await lines.next()).value
  }
  await lines.next() // ready
  return {
    name: 'Koi',
    evict: () => ask('evict'),
    close: () => child.stdin.end(),
    ask: async name => {
      const [answer, us] = (await ask(name)).split(' ')
      return { answer, ms: Number(us) / 1000 }
    },
  }
}

/** An engine that is asked by SQL: rows(sql) answers arrays. */
const bySql = (name, table, rows, close) => ({
  name, close,
  ask: async question => {
    if (!table[question]) return null
    const begun = performance.now()
    const got = await rows(table[question].sql)
    return { ms: performance.now() - begun, answer: table[question].answer(got).join(',') }
  },
})

async function startDuckdb() {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' })
  const connection = await instance.connect()
  for (const sql of duckdb.load(folder)) await connection.run(sql)
  return bySql('DuckDB', duckdb, async sql => (await connection.runAndReadAll(sql)).getRows(), () => connection.closeSync())
}

async function startClickhouse() {
  const session = new chdb.Session(`${folder}/clickhouse`)
  for (const sql of clickhouse.load(folder)) session.query(`${sql}${sql.startsWith('INSERT') ? ' SETTINGS max_threads = 2' : ''}`)
  return bySql('ClickHouse', clickhouse, async sql => JSON.parse(session.query(`${sql} SETTINGS max_threads = 2`, 'JSONCompact')).data,
    () => session.cleanup())
}

async function startPostgresql() {
  const client = new pg.Client({ connectionString: process.env.TEST_PG })
  await client.connect()
  await client.query("SET max_parallel_workers_per_gather = 2; SET work_mem = '256MB'; SET maintenance_work_mem = '1GB'")
  for (const step of postgresql.load()) {
    if (step.copy) await pipeline(createReadStream(`${folder}/${step.file}`), client.query(copy.from(`COPY ${step.copy} FROM STDIN CSV`)))
    else await client.query(step)
  }
  return bySql('PostgreSQL', postgresql, async sql => (await client.query({ text: sql, rowMode: 'array' })).rows, () => client.end())
}

const quiet = ms => new Promise(resolve => setTimeout(resolve, ms))
const median = list => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]
const shown = ms => ms === undefined ? '' : ms < 10 ? ms.toFixed(2) : ms < 100 ? ms.toFixed(1) : ms.toFixed(0)

const ours = await koi()
const engines = [ours, await startDuckdb(), await startClickhouse(), ...process.env.TEST_PG ? [await startPostgresql()] : []]
const times = new Map(questions.map(([name]) => [name, engines.map(() => [])]))
for (let round = 0; round < rounds; round++) {
  for (const [name] of questions) {
    let expected
    for (const [i, engine] of engines.entries()) {
      await ours.evict()
      await quiet(300) // what the engine before still did in the background is over
      const got = await engine.ask(name)
      if (!got) continue
      expected ??= got.answer
      if (got.answer !== expected) throw new Error(`${name}: ${engine.name} answers ${got.answer}, Koi ${expected}`)
      times.get(name)[i].push(got.ms)
    }
  }
}
console.log(`| ${(members / 1e6).toLocaleString('en')} M members, ${(members * 5 / 1e6).toLocaleString('en')} M events; ms, median of ${rounds} | ${engines.map(e => e.name).join(' | ')} | best peer / Koi |`)
console.log(`|---|${engines.map(() => '---|').join('')}---|`)
for (const [name, words] of questions) {
  const ms = times.get(name).map(list => list.length ? median(list) : undefined)
  const best = Math.min(...ms.slice(1).filter(value => value !== undefined))
  console.log(`| ${words} | ${ms.map(shown).join(' | ')} | ${(best / ms[0]).toFixed(1)}x |`)
}
for (const engine of engines) await engine.close()
rmSync(folder, { recursive: true, force: true })
