// compare.mjs -- association rules of a file of baskets against the FP-growth of npm, in turn; no time counts before both find as many
// rules. The peer finds the sets; rules of one product on the right are made of them here, and are not timed. (npm's Apriori needs minutes.)
// usage: node bench/peers/basket/compare.mjs FILE [SUPPORT] [CONFIDENCE] [ROUNDS]
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import fpgrowth from 'node-fpgrowth'

const [file, support = '0.001', confidence = '0.5', rounds = '5'] = process.argv.slice(2)
const baskets = readFileSync(file, 'utf8').trim().split('\n').map(line => [...new Set(line.split(','))])

/** How many rules sets make. */
function rulesOf(sets) {
  const counts = new Map(sets.map(({ items, support: n }) => [[...items].sort().join('\u0000'), n]))
  let rules = 0
  for (const { items, support: n } of sets) {
    if (items.length < 2) continue
    for (const one of items) {
      const left = items.filter(item => item !== one).sort().join('\u0000')
      rules += n / counts.get(left) >= Number(confidence)
    }
  }
  return rules
}

const koi = () => {
  const told = execFileSync('build/bench/basket', ['--support', support, '--confidence', confidence, '--rounds', '1', file], { encoding: 'utf8' })
  const [, rules, ms] = told.match(/rules (\d+) in .* together ([\d.]+) ms/)
  return { rules: Number(rules), ms: Number(ms) }
}
const peer = make => async () => {
  const begun = performance.now()
  const answer = await make().exec(baskets)
  const ms = performance.now() - begun
  return { ms, rules: rulesOf(answer) }
}
const engines = [['Koi', koi], ['node-fpgrowth', peer(() => new fpgrowth.FPGrowth(Number(support)))]]
const times = engines.map(() => [])
let expected
for (let round = 0; round < Number(rounds); round++)
  for (const [i, [name, run]] of engines.entries()) {
    const { rules, ms } = await run()
    expected ??= rules
    if (rules !== expected) throw new Error(`${name} finds ${rules} rules, Koi ${expected}`)
    times[i].push(ms)
  }
const median = list => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]
console.log(`| ${baskets.length.toLocaleString('en')} baskets, support ${support}, confidence ${confidence}: ${expected.toLocaleString('en')} rules; ms, median of ${rounds} |`)
console.log('|---|')
for (const [i, [name]] of engines.entries()) console.log(`| ${name}: ${median(times[i]).toFixed(1)} |`)
