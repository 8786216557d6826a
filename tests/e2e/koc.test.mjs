// koc.test.mjs -- key opinion consumers: applications, figures, codes, the month settled and paid, trials, mentors, levels.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { pick } from './loyalty.mjs';
import { stage } from './stage.mjs';

const { shop, owner, enter } = stage({ members: 0 });

async function call(as, method, path, body, want = 200, headers = []) {
  const { status, json, text } = await shop.request(as, method, path, headers, body && JSON.stringify(body));
  assert.equal(status, want, `${method} ${path}: ${text}`);
  return json;
}
const made = async (name, user) => {
  const { id } = await call('owner', 'POST', '/v1/members', { name, identities: [{ kind: 'user_id', value: user }] }, 201);
  const { token } = await call('owner', 'POST', `/v1/members/${id}/token`, {}, 201);
  return { id, my: [['Authorization', `Bearer ${token}`]] };
};
const sold = (number, code, lines) =>
  call('operator', 'POST', '/v1/orders', {
    shop: '旗舰店', number, code, identities: [{ kind: 'user_id', value: 'buyer' }], state: 'paid',
    total: lines.reduce((sum, one) => sum + one, 0).toFixed(2), paid: lines.reduce((sum, one) => sum + one, 0).toFixed(2),
    lines: lines.map((price, i) => ({ line_id: `${i}`, product_id: `P${i}`, quantity: 1, price: price.toFixed(2) })),
  });

test('who applies is looked at, and earns from then on', async () => {
  await call('owner', 'PUT', '/v1/settings/loyalty.since', { value: '2020-01-01' });
  await call('owner', 'PUT', '/v1/settings/koc.hosts', { value: 'shop.example.com' });
  const lily = await made('莉莉安', 'lily');
  const rose = await made('小玫', 'rose');
  const apply = { text: '我爱护肤，写了两年测评', handles: [{ platform: '小红书', handle: 'lily_xhs', followers: 3200 }] };
  await call('none', 'POST', '/v1/my/koc', apply, 200, lily.my);
  await call('none', 'POST', '/v1/my/koc', { text: '随便试试' }, 200, rose.my);
  const visitor = await owner('/koc');
  const { page } = visitor;
  await page.getByRole('heading', { name: '达人 KOC' }).waitFor();
  await page.getByText('还没有达人').waitFor();
  await page.getByRole('tab', { name: /待审申请/ }).click();
  const row = (text) => page.locator('tr', { hasText: text });
  await row('莉莉安').getByText('lily_xhs').waitFor();
  await visitor.checkAccess('applications');
  // A no needs words.
  await row('小玫').getByRole('button', { name: /^拒\s?绝$/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: /^拒\s?绝$/ }).click();
  await dialog.getByText('请填写').waitFor();
  await dialog.getByRole('textbox').fill('内容太少');
  await dialog.getByRole('button', { name: /^拒\s?绝$/ }).click();
  await row('小玫').waitFor({ state: 'detached' });
  await row('莉莉安').getByRole('button', { name: /^通\s?过$/ }).click();
  await page.locator('.ant-popconfirm .ant-btn-primary').click();
  await page.getByText('没有待审的申请').waitFor();
  const target = 'https://shop.example.com/p/1';
  await call('none', 'POST', '/v1/my/koc/codes', { code: 'LILY', name: '小红书', target }, 200, lily.my);
  await made('买家', 'buyer');
  await sold('T1', 'lily', [199, 33.33, 50]);
  await sold('T2', 'LILY', [120]);
  await visitor.go('/koc');
  await row('莉莉安').getByText('体验官').waitFor();
  await row('莉莉安').getByText('20.12').waitFor(); // 14.12 and 6.00, pending
  await row('莉莉安').getByText('升推荐官还差 8 单').waitFor();
  await row('莉莉安').locator('.ant-table-row-expand-icon').click();
  await page.getByText('/k/LILY → https://shop.example.com/p/1').waitFor();
  await page.getByText('已拒绝', { exact: true }).first().click();
  await row('小玫').getByText('内容太少').waitFor();
  visitor.checkQuiet('koc');
  await visitor.leave();
});

test('the month as it would be; trials decided and sent', async () => {
  await call('owner', 'PUT', '/v1/settings/points.pending_days', { value: '0' });
  await sold('T3', 'LILY', [100]);
  const { token } = await call('owner', 'POST', '/v1/members/1/token', {}, 201);
  const trial = { key: 'k1', product: '新品面膜', text: '拍一条测评' };
  await call('none', 'POST', '/v1/my/koc/trials', trial, 201, [['Authorization', `Bearer ${token}`]]);
  const visitor = await owner('/koc?tab=months');
  const { page } = visitor;
  await page.getByText('尚未结算').waitFor();
  const row = (text) => page.locator('tr', { hasText: text });
  await row('莉莉安').getByText('5.00').first().waitFor();
  await visitor.checkAccess('months');
  await page.getByRole('tab', { name: '试用' }).click();
  await row('新品面膜').getByRole('button', { name: /^通\s?过$/ }).click();
  await page.locator('.ant-popconfirm .ant-btn-primary').click();
  await row('新品面膜').waitFor({ state: 'detached' });
  await page.getByText('待寄出').click();
  await row('新品面膜').getByRole('button', { name: '登记寄出' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').fill('顺丰 SF1001');
  await dialog.getByRole('button', { name: '登记寄出' }).click();
  await row('新品面膜').waitFor({ state: 'detached' });
  await page.getByText('待报告').click();
  await row('新品面膜').getByText('顺丰 SF1001').waitFor();
  visitor.checkQuiet('koc months and trials');
  await visitor.leave();
});

/** The browser tells of refusals, which here are what was asked for. */
function refusalsAreFine(visitor) {
  visitor.wrongs = visitor.wrongs.filter((one) => !/status of (400|409|422)/.test(one));
}

/** Time passes: what counts now began to count forty days ago. */
function daysPass() {
  const ms = 40 * 24 * 3600 * 1000;
  const sql = `UPDATE koc_entry SET at = at - ${ms}, counts_at = counts_at - ${ms} WHERE counts_at <= ${Date.now()}`;
  const pg = shop.stored[1];
  if (pg) execFileSync('psql', ['-q', pg, '-c', sql]);
  else execFileSync('sqlite3', ['-cmd', '.timeout 10000', join(shop.folder, 'data', 'koi.db'), sql]);
}

test('a month is settled by one, agreed by another, exported and paid', async () => {
  daysPass();
  await call('owner', 'PUT', '/v1/settings/koc.approval_above', { value: '1' });
  const { items } = await call('owner', 'GET', '/v1/koc/months');
  const { month, payable } = items.findLast((one) => one.state === 'due');
  assert.equal(payable, '5.00');
  const asking = await enter('support', '/koc?tab=months');
  const row = (visitor, text) => visitor.page.locator('tr', { hasText: text });
  await row(asking, '莉莉安').getByText('5.00').first().waitFor();
  await asking.page.getByText('尚未结算').waitFor();
  await asking.page.getByRole('button', { name: `结算 ${month}` }).click();
  await asking.page.locator('.ant-popconfirm .ant-btn-primary').click();
  await asking.page.getByText('已结算，等待另一人审批').waitFor();
  await asking.page.getByText('尚未结算').waitFor({ state: 'detached' });
  assert.equal(await asking.page.getByRole('button', { name: '登记付款' }).count(), 0, 'nothing is paid before somebody else agreed');
  asking.checkQuiet('a month is settled');
  await asking.leave();

  const visitor = await owner(`/koc?tab=months&month=${month}`);
  const { page } = visitor;
  await page.getByRole('link', { name: '去审批页看' }).click();
  await row(visitor, month).getByRole('button', { name: /^批\s?准$/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: /^批\s?准$/ }).click();
  await page.getByText('已批准并执行').waitFor();
  await visitor.go(`/koc?tab=months&month=${month}`);
  await row(visitor, '莉莉安').locator('.ant-table-row-expand-icon').click();
  await row(visitor, '旗舰店 T3').getByText('5.00').waitFor(); // its line
  await visitor.checkAccess('a settled month');
  await page.getByRole('button', { name: '导出' }).click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'csv' }).click()]);
  assert.equal(download.suggestedFilename(), `koc-${month}.csv`);
  const table = Buffer.concat(await (await download.createReadStream()).toArray()).toString('utf8');
  assert.match(table, /旗舰店 T3.*,5\.00,/);
  await row(visitor, '莉莉安').getByRole('button', { name: '登记付款' }).click();
  await dialog.getByRole('button', { name: '登记付款' }).click();
  await dialog.getByText('请填写').waitFor(); // no payout without its reference
  await dialog.getByRole('textbox').fill('ICBC-2201');
  await dialog.getByRole('button', { name: '登记付款' }).click();
  await row(visitor, '莉莉安').getByText('ICBC-2201').waitFor();
  const now = await call('owner', 'GET', `/v1/koc/months/${month}`);
  assert.deepEqual([now.state, now.payable, now.paid], ['final', '5.00', '5.00']);
  visitor.checkQuiet('a month is paid');
  await visitor.leave();
});

test('codes are made and switched off by the shop', async () => {
  const visitor = await owner('/koc');
  const { page } = visitor;
  const row = page.locator('tr', { hasText: '莉莉安' });
  const dialog = page.getByRole('dialog');
  await row.locator('.ant-table-row-expand-icon').click();
  const make = async (code, target) => {
    await page.getByRole('button', { name: '新建推广码' }).click();
    await dialog.getByLabel('推广码').fill(code);
    await dialog.getByLabel('用在哪里').fill('直播间');
    await dialog.getByLabel('链接到').fill(target);
    await dialog.getByRole('button', { name: '新建推广码' }).click();
  };
  // A link out of the shop, and a code somebody has, are refused at their fields.
  await make('live01', 'https://elsewhere.example/p');
  await dialog.getByText('链接只能指向自家的域名').waitFor();
  await dialog.getByLabel('链接到').fill('https://shop.example.com/live');
  await dialog.getByLabel('推广码').fill('lily');
  await dialog.getByRole('button', { name: '新建推广码' }).click();
  await dialog.getByText('LILY 已经有人用过').waitFor();
  await dialog.getByLabel('推广码').fill('live01');
  await dialog.getByRole('button', { name: '新建推广码' }).click();
  await page.getByText('/k/LIVE01 → https://shop.example.com/live').waitFor();
  await dialog.waitFor({ state: 'detached' });
  await visitor.checkAccess('codes');
  await make('', ''); // one is made
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('已建推广码').first().waitFor();
  const { items } = await call('owner', 'GET', '/v1/koc/members/1/codes');
  assert.equal(items.length, 3);
  const live = page.locator('.koc-codes li', { hasText: 'LIVE01' });
  await live.getByRole('button', { name: /^停\s?用$/ }).click();
  await page.locator('.ant-popconfirm .ant-btn-primary').click();
  await live.getByText('已停用').waitFor();
  assert.equal(await live.getByRole('button', { name: /^停\s?用$/ }).count(), 0);
  const gone = await shop.request('none', 'GET', '/k/LIVE01', []);
  assert.equal(gone.status, 404);
  refusalsAreFine(visitor);
  visitor.checkQuiet('codes');
  await visitor.leave();
});

test('a mentor and a mentee are made a pair, with the figures of both, and parted', async () => {
  const tiger = await made('虎妞', 'tiger');
  await call('owner', 'POST', `/v1/koc/members/${tiger.id}/invite`, {});
  await call('none', 'POST', '/v1/my/koc', {}, 200, tiger.my);
  await call('none', 'POST', '/v1/my/koc/codes', { code: 'TIGER' }, 200, tiger.my);
  const visitor = await owner('/koc?tab=pairs');
  const { page } = visitor;
  await page.getByText('还没有师徒').waitFor();
  await page.getByRole('button', { name: '结为师徒' }).first().click();
  const dialog = page.getByRole('dialog');
  const choose = async (label, text) => {
    const box = dialog.getByLabel(label, { exact: true });
    await box.fill(text);
    await pick(page, text);
  };
  await choose('师父', '莉莉安');
  await choose('徒弟', '小玫'); // who was refused
  await dialog.getByRole('button', { name: '结为师徒' }).click();
  await dialog.getByText('不是在册的达人').waitFor();
  await choose('徒弟', '虎妞');
  await dialog.getByRole('button', { name: '结为师徒' }).click();
  const row = page.locator('tr', { hasText: '虎妞' });
  await row.getByText('莉莉安').waitFor();
  await sold('T8', 'TIGER', [88]);
  await sold('T9', 'LILY', [60, 40]);
  await visitor.go('/koc?tab=pairs');
  await row.getByText('期间带来 1 单 · ¥88.00').waitFor(); // hers
  await row.getByText('期间带来 1 单 · ¥100.00').waitFor(); // the mentor's
  await visitor.checkAccess('pairs');
  await row.getByRole('button', { name: /^结\s?束$/ }).click();
  await page.locator('.ant-popconfirm .ant-btn-primary').click();
  await page.getByText('还没有师徒').waitFor();
  await page.getByText('全部', { exact: true }).click();
  await row.getByText('已结束').waitFor();
  refusalsAreFine(visitor);
  visitor.checkQuiet('pairs');
  await visitor.leave();
});

test('levels are changed as a whole; a refusal stands at its field', async () => {
  const visitor = await owner('/koc?tab=levels');
  const { page } = visitor;
  const level = (n) => page.locator('.koc-level').nth(n);
  await level(2).waitFor();
  await visitor.checkAccess('levels');
  await level(1).getByLabel('代号').fill('体验官'); // taken by the first
  await page.getByRole('button', { name: /保\s?存$/ }).click();
  await level(1).getByText('用了两次').waitFor();
  await level(1).getByLabel('代号').fill('推荐官');
  await level(1).getByLabel('佣金 %').fill('9');
  await page.getByRole('button', { name: /保\s?存$/ }).click();
  await page.getByText('已保存').waitFor();
  const { levels } = await call('owner', 'GET', '/v1/koc/levels');
  assert.deepEqual(levels.map((one) => one.rate), [500, 900, 1200]);
  await visitor.leave();
});

test('on a phone, and for who may only look', async () => {
  for (const tab of ['people', 'applied', 'months', 'trials', 'pairs', 'levels']) {
    const visitor = await owner(`/koc?tab=${tab}`, { size: 'phone' });
    await visitor.checkWidth(`koc ${tab}`);
    await visitor.checkAccess(`koc ${tab} on a phone`);
    visitor.checkQuiet(`koc ${tab} on a phone`);
    await visitor.leave();
  }
  const viewer = await enter('viewer', '/koc?tab=levels');
  await viewer.page.getByText('推荐官').waitFor();
  assert.equal(await viewer.page.getByRole('button', { name: /^保\s?存$/ }).count(), 0);
  await viewer.leave();
});
