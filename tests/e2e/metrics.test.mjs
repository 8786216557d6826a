// metrics.test.mjs -- the catalogue of metrics and the page of one: cut, compared, of some members, exported, and who stands behind it.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { until } from './browser.mjs';
import { stage } from './stage.mjs';

const { shop, owner } = stage();
const period = { from: '2026-04-01', to: '2026-06-30' };
const at = (name, question = {}) => `/figures/${name}?${new URLSearchParams({ ...period, ...question })}`;
const ask = async (name, question = {}) => {
  const reply = await shop.request('owner', 'GET', `/v1/metrics/${name}?${new URLSearchParams({ ...period, ...question })}`, [['accept-language', 'zh-CN']]);
  assert.equal(reply.status, 200, reply.text);
  return reply.json;
};
const digits = (text) => Number(text.replace(/[^\d.-]/g, ''));
const pick = async (page, label, option) => {
  await page.getByRole('combobox', { name: label, exact: true }).click();
  await page.locator('.ant-select-dropdown:visible').getByTitle(option, { exact: true }).click();
};

test('the catalogue has every metric, found by its words', async () => {
  const { json } = await shop.request('owner', 'GET', '/v1/metrics', [['accept-language', 'zh-CN']]);
  const visitor = await owner('/figures');
  const { page } = visitor;
  const rows = page.locator('.ant-table-row');
  assert.equal(await rows.count(), json.items.length);
  await page.getByLabel('按名称、定义、公式查找').fill('笔单价');
  await until(async () => (await rows.count()) === json.items.filter((one) => [one.label, one.definition, one.formula, one.name].some((text) => text.includes('笔单价'))).length, 'only those');
  await page.getByRole('link', { name: /^笔单价/ }).click();
  await page.waitForURL((url) => url.pathname === '/figures/aov');
  visitor.checkQuiet('catalogue');
  await visitor.leave();
});

test('a metric shows what the API says: value, both comparisons, steps', async () => {
  const told = await ask('sales', { step: 'month' });
  const visitor = await owner(at('sales', { step: 'month' }));
  const { page } = visitor;
  assert.equal(digits(await page.locator('.metric-value').textContent()), Number(told.value));
  assert.ok((await page.locator('.metric-beside').textContent()).includes(`${told.year_ago.from} 至 ${told.year_ago.to}`));
  const steps = page.locator('.metric-steps .ant-table-row');
  await until(async () => (await steps.count()) === 3, 'three months');
  const shown = await steps.locator('td:nth-child(2)').allTextContents();
  assert.deepEqual(shown.map(digits).reverse(), told.series.map((one) => Number(one.value)));
  // The period before is as many days, so a step stands beside its like.
  const before = await ask('sales', { from: told.before.from, to: told.before.to, step: 'month', compare: 'false' });
  await until(async () => (await steps.last().locator('td:nth-child(3)').count()) === 1, 'the period before stands beside');
  assert.equal(digits(await steps.last().locator('td:nth-child(3)').textContent()), Number(before.series[0].value));
  await page.getByRole('img', { name: /支付金额/ }).waitFor();
  await visitor.checkAccess('a metric');
  visitor.checkQuiet('a metric');
  await visitor.leave();
});

test('cut by shop, narrowed to one, cut by a field of members, of a segment', async () => {
  const visitor = await owner(at('orders'));
  const { page } = visitor;
  const search = () => new URL(page.url()).searchParams;
  await pick(page, '拆分', '店铺');
  await until(() => search().get('by') === 'shop', 'by shop');
  const told = await ask('orders', { by: 'shop' });
  const rows = page.locator('.ant-card', { hasText: '按店铺' }).locator('.ant-table-row');
  await until(async () => (await rows.count()) === told.groups.length, 'a row for each shop');
  assert.deepEqual((await rows.locator('td:nth-child(2)').allTextContents()).map(digits), told.groups.map((one) => Number(one.value)));
  await rows.first().getByRole('button').click();
  await until(() => search().get('shop') === told.groups[0].group && !search().get('by'), 'only this shop');
  await until(async () => digits(await page.locator('.metric-value').textContent()) === Number(told.groups[0].value), 'its own figure');
  await page.getByRole('button', { name: `不再只看 ${told.groups[0].group}` }).click();
  await until(() => !search().get('shop'), 'all again');
  await pick(page, '拆分', '省份');
  await until(() => search().get('by') === 'province', 'by province');
  await page.locator('.ant-card', { hasText: '按省份' }).locator('.ant-table-row').first().waitFor();
  visitor.checkQuiet('cut');
  await visitor.go(at('orders', { segment: 'orders >= 2' }));
  assert.equal(digits(await page.locator('.metric-value').textContent()), Number((await ask('orders', { segment: 'orders >= 2' })).value));
  visitor.checkQuiet('of a segment');
  await visitor.leave();
});

const behind = [
  ['buyers', '看这段时间的购买会员', (told) => Number(told.value)],
  ['returning_buyers', '看这段时间的老客', (told) => Number(told.value)],
  ['new_members', '看新增会员', (told) => Number(told.value)],
  ['cart_abandonment', '看加购没买的会员', async (told, days) => Math.round(Number(told.value) * Number((await ask('carters', days)).value))],
];
const whole = { from: '2026-04-01', to: '2026-06-30' };
test('all there is, year by year', async () => {
  const all = await ask('sales', { from: 'all', to: upToNow.to, step: 'year' });
  const visitor = await owner(at('sales', { step: 'year' }));
  const { page } = visitor;
  await page.locator('.metric-value').waitFor();
  await visitor.settle();
  await pick(page, '时间段', '全部');
  await page.waitForURL((url) => url.searchParams.get('from') === all.from);
  await visitor.settle();
  assert.equal(digits(await page.locator('.metric-value').textContent()), Number(all.value));
  visitor.checkQuiet('all there is');
  await visitor.leave();
});

const upToNow = { from: '2026-06-15', to: new Date().toLocaleDateString('sv-SE', { timeZone: 'Asia/Shanghai' }) }; // its last day is not over

test('the members behind it are as many as it says', async () => {
  const visitor = await owner('/');
  const { page } = visitor;
  for (const [name, word, members] of behind)
    for (const days of [whole, upToNow]) {
      const told = await ask(name, days);
      await visitor.go(at(name, days));
      await page.getByRole('link', { name: word }).click();
      await page.waitForURL((url) => url.pathname === '/segments/new');
      const { searchParams } = new URL(page.url());
      if (name === 'buyers' && days === whole) assert.deepEqual([searchParams.get('text'), searchParams.get('at')], ['orders(91d) >= 1', '2026-07-01']);
      const counted = await shop.request('owner', 'POST', '/v1/segments/ask', [], JSON.stringify({ text: searchParams.get('text'), at: searchParams.get('at') }));
      assert.equal(counted.json.count, await members(told, days), `${name} ${counted.text}`);
    }
  visitor.checkQuiet('behind');
  await visitor.leave();
});

test('it is taken away as csv and as a workbook', async () => {
  const told = await ask('sales', { step: 'month', by: 'shop' });
  const visitor = await owner(at('sales', { step: 'month', by: 'shop' }));
  const { page } = visitor;
  for (const format of ['csv', 'xlsx']) {
    await page.getByRole('button', { name: '导出' }).click();
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: format }).click()]);
    assert.equal(file.suggestedFilename(), `sales.${format}`);
    const bytes = await readFile(await file.path());
    if (format === 'xlsx') {
      assert.equal(bytes.subarray(0, 2).toString(), 'PK');
      continue;
    }
    const lines = bytes.toString().replace(/^\ufeff/, '').trim().split(/\r?\n/);
    assert.equal(lines.length, 1 + (1 + told.groups.length) * (1 + told.series.length));
    assert.deepEqual(lines[1].split(','), [told.from, told.to, '', told.value]);
  }
  visitor.checkQuiet('export');
  await visitor.leave();
});

test('what is not defined is said, and a metric that is not there too', async () => {
  const visitor = await owner('/figures/aov?from=2001-01-01&to=2001-01-07');
  assert.equal(await visitor.page.locator('.metric-value').textContent(), '无定义');
  visitor.checkQuiet('not defined');
  await visitor.go('/figures/nothing');
  await visitor.page.getByRole('alert').waitFor();
  await visitor.leave();
});
