// engines.mjs -- Koi, DuckDB, ClickHouse and PostgreSQL behind one face, { name, ask(question) -> { answer, ms } }, and the rounds in which each
// question is asked of all in turn; no time counts before the answers are equal.
// A table of an engine has load(folder), and under each question { sql, answer(rows) -> list }.
import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import chdb from 'chdb'
import pg from 'pg'
import copy from 'pg-copy-streams'

/** A program that answers lines by an answer and its microseconds; what it says first is that it is ready. */
export async function startKoi(program, options) {
  const child = spawn(program, [...options, '--ask'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ask = async line => {
    child.stdin.write(`${line}\n`)
    const { value, done } = await lines.next()
    if (done) throw new Error(`${program} ended`)
    return value
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

export async function startDuckdb(table, folder) {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' })
  const connection = await instance.connect()
  for (const sql of table.load(folder)) await connection.run(sql)
  return bySql('DuckDB', table, async sql => (await connection.runAndReadAll(sql)).getRows(), () => connection.closeSync())
}

export async function startClickhouse(table, folder) {
  const session = new chdb.Session(`${folder}/clickhouse`)
  for (const sql of table.load(folder)) session.query(`${sql}${sql.startsWith('INSERT') ? ' SETTINGS max_threads = 2' : ''}`)
  return bySql('ClickHouse', table, async sql => JSON.parse(session.query(`${sql} SETTINGS max_threads = 2`, 'JSONCompact')).data,
    () => session.cleanup())
}

/** At the URL of TEST_PG. */
export async function startPostgresql(table, folder) {
  const client = new pg.Client({ connectionString: process.env.TEST_PG })
  await client.connect()
  await client.query("SET max_parallel_workers_per_gather = 2; SET work_mem = '256MB'; SET maintenance_work_mem = '1GB'")
  for (const step of table.load()) {
    if (step.copy) await pipeline(createReadStream(`${folder}/${step.file}`), client.query(copy.from(`COPY ${step.copy} FROM STDIN CSV`)))
    else await client.query(step)
  }
  return bySql('PostgreSQL', table, async sql => (await client.query({ text: sql, rowMode: 'array' })).rows, () => client.end())
}

const quiet = ms => new Promise(resolve => setTimeout(resolve, ms))
const median = list => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]
const shown = ms => ms === undefined ? '' : ms < 10 ? ms.toFixed(2) : ms < 100 ? ms.toFixed(1) : ms.toFixed(0)

/** Prints a table of medians; questions are [name, words]; engines[0] is ours. */
export async function compare(title, questions, engines, rounds) {
  const [ours] = engines
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
        if (got.answer !== expected)
          throw new Error(`${name}: ${engine.name} answers ${got.answer.slice(0, 300)}\nKoi ${expected.slice(0, 300)}`)
        times.get(name)[i].push(got.ms)
      }
    }
  }
  console.log(`| ${title}; ms, median of ${rounds} | ${engines.map(e => e.name).join(' | ')} | best peer / Koi |`)
  console.log(`|---|${engines.map(() => '---|').join('')}---|`)
  for (const [name, words] of questions) {
    const ms = times.get(name).map(list => list.length ? median(list) : undefined)
    const best = Math.min(...ms.slice(1).filter(value => value !== undefined))
    console.log(`| ${words} | ${ms.map(shown).join(' | ')} | ${(best / ms[0]).toFixed(1)}x |`)
  }
  for (const engine of engines) await engine.close()
}
