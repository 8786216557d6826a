// cli.test.mjs -- the promises of the command line and of the serving process, kept by the real program.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Shop } from '../api/shop.mjs';

const top = mkdtempSync(join(tmpdir(), 'koi-cli-'));
after(() => rmSync(top, { recursive: true, force: true }));

let folders = 0;
const folder = () => join(top, `shop${++folders}`);
const koi = (words, input) => spawnSync(Shop.program(), words, { encoding: 'utf8', input, env: { ...process.env, LC_ALL: 'en' } });

test('exit_codes', () => {
  assert.equal(koi(['version']).status, 0);
  assert.equal(koi([]).status, 2);
  assert.equal(koi(['fly']).status, 2);
  assert.equal(koi(['user', 'add']).status, 2);
  assert.equal(koi(['user', 'add', 'x', '--wings']).status, 2);
  assert.equal(koi(['user', 'add', 'x', '--role']).status, 2);
  assert.equal(koi(['members', 'list', 'surplus']).status, 2);
  assert.equal(koi(['members', 'list', '--data', folder()]).status, 1);
});

test('an_error_is_one_line', () => {
  const words = ['members', 'list', '--data', folder()];
  const plain = koi(words);
  assert.equal(plain.stdout, '');
  assert.match(plain.stderr, /^koi: .+\n$/);
  const problem = JSON.parse(koi([...words, '--json']).stderr);
  assert.ok(problem.title && problem.detail && problem.status >= 400, JSON.stringify(problem));
  assert.match(koi([...words, '--locale', 'zh']).stderr, /[\u4e00-\u9fff]/);
});

test('a_group_lists_its_verbs', () => {
  const help = koi(['report', '--help', '--locale', 'en']);
  assert.equal(help.status, 0);
  assert.match(help.stdout, /koi report sales +\S.+\n/);
  const alone = koi(['report']);
  assert.equal(alone.status, 2);
  assert.match(alone.stderr, /koi report rfm +\S/);
  assert.match(koi(['--data', 'x', 'members', 'list']).stderr, /command comes first/);
  assert.match(koi(['members', 'list', '--store', 'mysql://x']).stderr, /postgresql:\/\//);
});

test('a_file_that_cannot_be_mapped_is_one_error', () => {
  const file = join(top, 'unknown.csv');
  writeFileSync(file, 'a,b\n1,2\n');
  for (const words of [[], ['--map', 'order_id=c'], ['--as', 'nobody'], ['--order-id', 'row', '--identity', 'x']]) {
    const run = koi(['import', file, '--data', folder(), ...words]);
    assert.equal(run.status, 1);
    assert.match(run.stderr, /^koi: .+\n$/, words.join(' '));
  }
  assert.match(koi(['import', file, '--data', folder(), '--order-id', 'row', '--identity', 'x']).stderr, /phone/);
});

test('an_import_says_how_it_was_read', () => {
  const file = join(top, 'taobao.csv');
  writeFileSync(file, '订单编号,买家会员名,联系手机,联系电话,店铺名称,买家实际支付金额\n1,a,,,一店,5\n');
  const run = koi(['import', file, '--data', folder(), '--locale', 'zh']);
  assert.equal(run.status, 0, run.stderr);
  assert.match(run.stderr, /按 taobao（.+）读取，店铺见“店铺名称”列：/);
  assert.match(run.stderr, / phone=联系手机\/联系电话 /);
});

test('a_report_says_what_it_wrote', () => {
  const data = folder(), book = join(top, 'weekly.xlsx'), pages = join(top, 'weekly.pdf');
  assert.equal(koi(['demo', '--members', '50', '--data', data]).status, 0);
  const run = koi(['report', 'weekly', '--data', data, '--xlsx', book, '--pdf', pages, '--locale', 'en']);
  assert.equal(run.status, 0, run.stderr);
  assert.equal(run.stderr, `written: ${book}\nwritten: ${pages}\n`);
  assert.ok(existsSync(book) && existsSync(pages));
});

test('reading verbs make nothing', () => {
  const data = folder();
  koi(['doctor', '--data', data]);
  assert.ok(!existsSync(data));
});

test('every_verb_explains_itself', () => {
  const all = koi(['--help', '--locale', 'en']).stdout;
  const verbs = [...all.matchAll(/^ {2}([a-z]+(?: [a-z-]+)?)(?= )/gm)].map((found) => found[1]);
  assert.ok(verbs.length > 15, all);
  for (const verb of verbs) {
    for (const locale of ['zh', 'en']) {
      const help = koi([...verb.split(' '), '--help', '--locale', locale]);
      assert.equal(help.status, 0, verb);
      assert.match(help.stdout, new RegExp(`koi ${verb}`));
      assert.match(help.stdout, /--data DIR/);
    }
  }
});

test('users, keys, settings and members by command line', () => {
  const data = ['--data', folder()];
  const made = JSON.parse(koi(['user', 'add', 'anna', '--role', 'operator', '--json', ...data]).stdout);
  assert.equal(made.role, 'operator');
  assert.match(made.password, /^[a-z0-9]{16}$/);
  assert.equal(koi(['user', 'add', 'anna', ...data]).status, 1);
  assert.equal(koi(['user', 'password', 'anna', '--password-stdin', ...data], 'a-good-password-17\n').status, 0);
  assert.equal(koi(['user', 'password', 'anna', '--password-stdin', ...data], 'short\n').status, 1);
  assert.equal(koi(['user', 'role', 'anna', 'analyst', ...data]).status, 0);
  assert.equal(koi(['user', 'role', 'anna', 'king', ...data]).status, 2);
  assert.equal(koi(['user', 'disable', 'nobody', ...data]).status, 1);
  assert.equal(koi(['user', 'disable', 'anna', ...data]).status, 0);
  const users = JSON.parse(koi(['user', 'list', '--json', ...data]).stdout).items;
  assert.deepEqual(users.map((user) => [user.name, user.role, user.disabled]), [['anna', 'analyst', true]]);
  const key = JSON.parse(koi(['key', 'add', 'erp', '--scope', 'orders:read', '--scope', 'orders:write', '--json', ...data]).stdout);
  assert.match(key.secret, /^koi_/);
  assert.equal(koi(['key', 'revoke', String(key.id), ...data]).status, 0);
  assert.equal(JSON.parse(koi(['key', 'list', '--json', ...data]).stdout).items[0].revoked, true);
  assert.equal(koi(['key', 'add', 'erp', '--scope', 'fly', ...data]).status, 2);
  assert.equal(koi(['settings', 'set', 'timezone', 'Mars/Olympus', ...data]).status, 1);
  assert.equal(koi(['settings', 'set', 'timezone', 'Asia/Tokyo', ...data]).status, 0);
  const settings = JSON.parse(koi(['settings', 'list', '--json', ...data]).stdout).items;
  assert.equal(settings.find((row) => row.name === 'timezone').value, 'Asia/Tokyo');
  const body = JSON.stringify({ name: '张三', identities: [{ kind: 'phone', value: '13800138000' }] });
  const member = JSON.parse(koi(['api', 'POST', '/v1/members', body, ...data]).stdout);
  assert.equal(JSON.parse(koi(['members', 'search', '张三', '--json', ...data]).stdout).items[0].id, member.id);
  assert.equal(JSON.parse(koi(['members', 'show', String(member.id), '--json', ...data]).stdout).name, '张三');
  assert.equal(koi(['members', 'show', '999', ...data]).status, 1);
  const actions = JSON.parse(koi(['api', 'GET', '/v1/audit?limit=100', ...data]).stdout).items;
  assert.ok(actions.every((line) => line.actor === 'cli'));
  for (const action of ['user.created', 'key.revoked', 'setting.changed', 'POST /v1/members']) {
    assert.ok(actions.some((line) => line.action === action), action);
  }
});

test('backup and restore', () => {
  const data = folder();
  const file = join(top, 'whole.backup');
  koi(['user', 'add', 'anna', '--data', data]);
  assert.equal(koi(['backup', file, '--data', data]).status, 0);
  const other = folder();
  assert.equal(koi(['restore', file, '--data', other]).status, 0);
  assert.equal(JSON.parse(koi(['user', 'list', '--json', '--data', other]).stdout).items[0].name, 'anna');
  assert.equal(koi(['restore', file, '--data', data]).status, 1); // not empty
  writeFileSync(join(top, 'no.backup'), 'this is no backup');
  assert.equal(koi(['restore', join(top, 'no.backup'), '--data', folder()]).status, 1);
});

test('one_server_per_folder, the_first_login_is_shown_once, verbs work while it runs', async () => {
  const shop = new Shop(join(top, 'served'));
  spawnSync('mkdir', ['-p', shop.folder]);
  await shop.start();
  try {
    const data = join(shop.folder, 'data');
    const second = koi(['serve', '--data', data, '--listen', '127.0.0.1:0', '--locale', 'en']);
    assert.equal(second.status, 1);
    assert.match(second.stderr, new RegExp(`process ${shop.process.pid}, since 20`));
    assert.equal(koi(['restore', 'x', '--data', data]).status, 1);
    assert.equal(koi(['user', 'add', 'anna', '--data', data]).status, 0);
    assert.ok(JSON.parse(koi(['doctor', '--json', '--data', data]).stdout).ok);
    const body = await shop.request('owner', 'GET', '/v1/users', []);
    assert.ok(body.json.items.some((user) => user.name === 'anna'));
    const key = JSON.parse(koi(['key', 'add', 'x', '--json', '--data', data]).stdout).secret;
    const remote = koi(['api', 'GET', '/v1/members', '--url', shop.base, '--key', key]);
    assert.equal(remote.status, 0, remote.stderr);
    assert.deepEqual(JSON.parse(remote.stdout).items, []);
    assert.equal(koi(['api', 'GET', '/v1/users', '--url', shop.base, '--key', key]).status, 1);
  } finally {
    const end = await shop.stop();
    assert.equal(end.status, 0);
  }
  // Again: no password is shown, and the lock of a finished server holds nobody off.
  const again = new Shop(shop.folder);
  await assert.rejects(Promise.race([again.start(), new Promise((_, no) => setTimeout(no, 1500))]));
  await again.stop();
  assert.ok(!/password [a-z0-9]{16}/.test(again.said ?? ''));
});
