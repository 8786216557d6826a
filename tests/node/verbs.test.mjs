// verbs.test.mjs -- every verb of the command line with rubbish, in places where nothing can be written, and cut short.
//
// The verbs, their arguments and options come from --help. HOSTILE_SEED is another run, VERBS_EACH (1) is
// how many words of rubbish each argument and option gets.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, cpSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Dice, seed } from '../api/hostile_make.mjs';
import { Shop } from '../api/shop.mjs';

const EACH = Number(process.env.VERBS_EACH ?? 1);
const SLOWER = Number(process.env.TEST_SLOWER ?? 1);
const base = mkdtempSync(join(tmpdir(), 'koi-verbs-')), top = join(base, 'in', 'here'); // whatever is written on the way up stays in base
mkdirSync(top, { recursive: true });
after(() => rmSync(base, { recursive: true, force: true }));

const koi = (words, more = {}) => spawnSync(Shop.program(), words, { input: '', timeout: 20000 * SLOWER, cwd: top, env: { ...process.env, LC_ALL: 'en' }, ...more });
const shop = join(top, 'shop');
koi(['demo', '--data', shop, '--members', '150', '--seed', '7']);
const files = (folder) => {
  mkdirSync(join(folder, 'folder'), { recursive: true });
  writeFileSync(join(folder, 'empty'), '');
  writeFileSync(join(folder, 'binary'), Buffer.from(Array.from({ length: 4000 }, (_, i) => (i * 7919) % 251)));
  writeFileSync(join(folder, 'a.csv'), 'a,b\n1,2\n');
};
files(top);

/** [{name, args, options: [{name, takes}]}] as --help tells them. */
function verbsOfHelp() {
  const all = koi(['--help', '--locale', 'en']).stdout.toString();
  return [...all.matchAll(/^ {2}([a-z]+(?: [a-z-]+)?)((?: [A-Z|…[\]-]+)*)(?= {2}|\n)/gm)].map(([, name, args]) => {
    const help = koi([...name.split(' '), '--help', '--locale', 'en']).stdout.toString();
    const options = [...help.matchAll(/^ {2}--([a-z0-9-]+)( \S+)? {2}/gm)].map(([, option, value]) => ({ name: option, takes: Boolean(value) }));
    return { name, args: args.trim().split(' ').filter(Boolean), options: options.filter((one) => !['data', 'store', 'json', 'locale', 'log', 'help'].includes(one.name)) };
  });
}

const verbs = verbsOfHelp();
const BEGIN = new Set(['serve', 'version', 'import', 'demo', 'restore', 'user add', 'settings set', 'key add', 'api']); // make a shop, or need none
const GOOD = { MEMBER: '1', ID: '1', AMOUNT: '5', KEY: 'k1', REASON: 'x', EXPR: 'orders >= 1', NAME: 'sales', FILE: 'a.csv', METHOD: 'GET', PATH: '/v1/members', PRODUCT: '1', MONTH: '2026-10', BOARD: '1' };
const RUBBISH = ['', 'x', '-1', '0', '99999999999999999999', '9223372036854775807', 'NaN', '1e400', '2023-02-29', '0001-01-01', '9999-12-31', '\u202e一', '%s%n', 'a'.repeat(9000), '../../up', '"', '2024-02-29', 'folder', 'empty', 'binary', 'nowhere/x'];
const argsOf = (verb) => verb.args.map((arg) => GOOD[arg.replace(/[[\]…]/g, '')] ?? 'x');

/** What every end must keep: a status, and where it failed one line (two of usage), nothing else. */
function keeps(words, run) {
  const said = `koi ${words.map((word) => word.slice(0, 80)).join(' ')} -> ${run.status ?? run.signal}\n${run.stderr.toString().slice(0, 600)}`;
  assert.ok([0, 1, 2].includes(run.status), said);
  if (run.status === 0) return;
  const lines = run.stderr.toString().trimEnd().split('\n');
  const last = lines.at(-1);
  if (words.includes('--json')) assert.ok(JSON.parse(last).detail ?? JSON.parse(last).title, said);
  else assert.match(lines[Math.max(0, lines.length - (run.status === 2 ? 2 : 1))], /^koi: ./, said);
  assert.ok(!/\[ERROR\]|Sanitizer|runtime error|assert/.test(run.stderr.toString()), said);
}

test('rubbish is refused in one line', () => {
  const dice = new Dice(seed);
  const data = join(top, 'used'), cwd = join(top, 'rubbish'); // some of it becomes files
  files(cwd);
  cpSync(shop, data, { recursive: true });
  let runs = 0;
  const go = (words) => {
    const all = [...words, '--data', data, '--locale', dice.pick(['zh', 'en']), ...(dice.chance(0.3) ? ['--json'] : [])];
    keeps(all, koi(all, { cwd }));
    runs++;
  };
  for (const verb of verbs.filter((one) => !['serve', 'demo', 'restore', 'version', 'backup'].includes(one.name))) {
    const name = verb.name.split(' ');
    const good = argsOf(verb);
    for (let n = 0; n < EACH; n++) {
      if (good.length) {
        const args = [...good];
        args[dice.below(args.length)] = dice.pick(RUBBISH);
        go([...name, ...args]);
      }
      for (const option of EACH > 1 ? verb.options : verb.options.length ? [dice.pick(verb.options)] : []) go([...name, ...good, `--${option.name}`, ...(option.takes ? [dice.pick(RUBBISH)] : [])]);
    }
    if (dice.chance(0.2)) go([...name, ...good, '--no-such-option', 'x']);
  }
  assert.ok(verbs.length > 90 && runs > 100, `${verbs.length} verbs, ${runs} runs (seed ${seed})`);
  assert.equal(koi(['doctor', '--data', data]).status, 0);
});

test('a_misspelt_folder_makes_nothing', () => {
  writeFileSync(join(top, 'file'), 'x');
  mkdirSync(join(top, 'hollow'));
  writeFileSync(join(top, 'hollow', 'koi.db'), '');
  for (const verb of verbs.filter((one) => !BEGIN.has(one.name))) {
    const words = [...verb.name.split(' '), ...argsOf(verb), '--data'];
    const run = koi([...words, 'nowhere']);
    assert.ok(!existsSync(join(top, 'nowhere')), `${words.join(' ')} made a shop`);
    if (run.status !== 0) keeps(words, run); // some need no shop: experiment read, segment format
  }
  for (const data of ['file', 'hollow']) {
    for (const words of [['members', 'list'], ['report', 'daily'], ['goal', 'list'], ['tiers', 'evaluate']]) {
      const run = koi([...words, '--data', data]);
      assert.equal(run.status, 1);
      assert.match(run.stderr.toString(), /^koi: .*no data of Koi in .+\n$/);
    }
  }
});

test('files that cannot be read or written are named', () => {
  for (const file of ['empty', 'binary', 'folder', 'nowhere/a.csv']) {
    for (const words of [['import'], ['stock', 'import'], ['experiment', 'read'], ['tiers', 'simulate'], ['restore']]) {
      const run = koi([...words, file, '--data', words[0] === 'restore' ? join(top, 'fresh') : shop]);
      keeps(words, run);
      assert.equal(run.status, 1, `${words.join(' ')} ${file}`);
    }
  }
  for (const [words, option] of [[['report', 'daily'], '--xlsx'], [['report', 'daily'], '--pdf'], [['report', 'gmv-tree'], '--xlsx'], [['segment', 'export', 'orders >= 1'], '--to']]) {
    for (const file of ['folder', 'nowhere/x.xlsx']) {
      const run = koi([...words, option, option === '--to' && file === 'folder' ? 'folder/x/y.csv' : file, '--data', shop]);
      keeps(words, run);
      assert.equal(run.status, 1);
      assert.match(run.stderr.toString(), /^koi: .*(folder|nowhere).*\n$/, `${words.join(' ')} ${option}`);
    }
  }
});

test('what nobody can read is not done', () => {
  const full = openSync('/dev/full', 'w');
  for (const words of [['members', 'list', '--limit', '200'], ['report', 'metrics'], ['settings', 'list', '--json'], ['report', 'metric', 'sales', '--csv'], ['api', 'GET', '/v1/members'], ['doctor'], ['version'], ['help'], ['report', '--help']]) {
    const all = words.length > 1 && words[1] === '--help' || ['help', 'version'].includes(words[0]) ? words : [...words, '--data', shop];
    const run = koi(all, { stdio: ['ignore', full, 'pipe'] });
    assert.equal(run.status, 1, words.join(' '));
    assert.match(run.stderr.toString(), /standard output/);
  }
  closeSync(full);
  // A reader who has enough: the pipe ends the program, or it was done before.
  const cut = spawnSync('bash', ['-c', `"$0" members list --limit 200 --data "$1" | head -c 1; exit \${PIPESTATUS[0]}`, Shop.program(), shop], { timeout: 20000 * SLOWER });
  assert.ok([0, 1, 141].includes(cut.status) && cut.stdout.length === 1, `${cut.status} ${cut.stderr}`);
});

/** Runs until `when` says yes, then is told to end by a signal. */
async function cutShort(words, when, signal) {
  const child = spawn(Shop.program(), words, { cwd: top, stdio: 'ignore' });
  let over = false;
  const end = new Promise((done) => child.on('exit', (status, by) => { over = true; done(by ?? status); }));
  while (!over && !when()) await new Promise((done) => setImmediate(done));
  child.kill(signal);
  return end;
}

test('what is cut short leaves no half behind', async () => {
  const parts = () => readdirSync(top).filter((name) => name.startsWith('copy'));
  for (const signal of ['SIGINT', 'SIGTERM']) {
    let cut;
    for (let n = 0; n < 20 && cut !== signal; n++) {
      cut = await cutShort(['backup', 'copy', '--data', shop], () => parts().length > 0, signal);
      if (cut === 0) rmSync(join(top, 'copy'), { force: true });
    }
    assert.equal(cut, signal);
    assert.deepEqual(parts(), []);
  }
  const rows = Array.from({ length: 40000 }, (_, i) => `T${i},u${i % 500},12.50,2024-05-01 10:00:00,甲店`);
  writeFileSync(join(top, 'big.csv'), ['订单编号,买家会员名,买家实际支付金额,订单付款时间,店铺名称', ...rows].join('\n'));
  const data = join(top, 'cut');
  const log = join(data, 'koi.db-wal');
  const ended = await cutShort(['import', 'big.csv', '--data', data], () => existsSync(log) && statSync(log).size > 3e6, 'SIGINT');
  assert.equal(ended, 1); // the batch in work is finished
  assert.equal(koi(['doctor', '--data', data]).status, 0);
  assert.equal(koi(['import', 'big.csv', '--data', data]).status, 0);
  const sales = koi(['report', 'sales', '--from', '2024-05-01', '--to', '2024-05-01', '--json', '--data', data]);
  assert.match(sales.stdout.toString(), /"orders":40000\b/);
});
