// overview.test.mjs -- the overview: figures of the API beside two periods, a figure opens, parts and the tree, an empty shop.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { percent, until } from './browser.mjs';
import { demoShop } from './shop.mjs';
import { stage } from './stage.mjs';

const { shop, owner, enter } = stage();
const period = { from: '2026-04-01', to: '2026-06-30' };
const board = async (names, question = period) => {
  const reply = await shop.request('owner', 'GET', `/v1/metrics/board?${new URLSearchParams({ names, ...question })}`, [['accept-language', 'zh-CN']]);
  assert.equal(reply.status, 200, reply.text);
  return reply.json.items;
};
const tile = (page, label) => page.locator('.figure', { has: page.locator('.figure-name', { hasText: label }) }).first();
const digits = (text) => Number(text.replace(/[^\d.-]/g, ''));

test('the overview shows what the API says, and another period other figures', async () => {
  const visitor = await owner(`/?${new URLSearchParams(period)}`);
  const { page } = visitor;
  const told = await board('net_sales,sales,gmv,placed,orders,aov,buyers,new_members,refund_rate');
  for (const { metric, value } of told) {
    const shown = digits(await tile(page, metric.label).locator('.figure-value').getAttribute('title'));
    const wanted = metric.unit === 'ratio' ? Number(value) * 100 : Number(value);
    assert.ok(Math.abs(shown - wanted) < (metric.unit === 'ratio' ? 0.06 : 0.005), `${metric.name}: ${shown} is ${wanted}`);
  }
  // Which way is better is said in words where it is not the usual one.
  await tile(page, '退款率').getByText('越低越好').waitFor();
  const [net] = await board('net_sales');
  assert.ok((await tile(page, '净销售额').textContent()).includes(percent(Math.abs(Number(net.before.change)))));
  const first = digits(await tile(page, '下单数').locator('.figure-value').getAttribute('title'));
  await page.locator('.period .ant-select').click();
  await page.getByTitle('近一年', { exact: true }).click();
  await page.waitForURL((url) => url.searchParams.get('from') !== period.from);
  await until(async () => digits(await tile(page, '下单数').locator('.figure-value').getAttribute('title')) > first, 'a year has more orders than a quarter');
  await visitor.settle();
  await visitor.checkAccess('overview');
  visitor.checkQuiet('overview');
  await visitor.leave();
});

test('every figure opens: its page answers the same question', async () => {
  const visitor = await owner(`/?${new URLSearchParams(period)}`);
  const { page } = visitor;
  const shown = await tile(page, '购买人数').locator('.figure-value').getAttribute('title');
  await tile(page, '购买人数').locator('.figure-open').click();
  await page.waitForURL((url) => url.pathname === '/figures/buyers' && url.searchParams.get('from') === period.from);
  await until(async () => (await page.locator('.metric-value').textContent()) === shown, 'the same figure');
  await page.goBack();
  await page.getByRole('link', { name: '看 GMV 拆解' }).click();
  await page.waitForURL((url) => url.pathname === '/gmv-tree' && url.searchParams.get('to') === period.to);
  visitor.checkQuiet('opened');
  await visitor.leave();
});

test('by shop it adds up to the whole; the sentence is the tree\'s', async () => {
  const visitor = await owner(`/?${new URLSearchParams(period)}`);
  const { page } = visitor;
  const [net] = await board('net_sales', { ...period, by: 'shop' });
  const rows = page.locator('.ant-card', { hasText: '按店铺' }).locator('.ant-table-row');
  assert.equal(await rows.count(), net.groups.length);
  const cells = await rows.locator('td:nth-child(3) > span').evaluateAll((all) => all.map((one) => one.getAttribute('title')));
  assert.equal(Math.round(cells.reduce((sum, text) => sum + digits(text) * 100, 0)), Math.round(Number(net.value) * 100));
  const reply = await shop.request('owner', 'POST', '/v1/reports/gmv-tree', [['accept-language', 'zh-CN']], JSON.stringify(period));
  assert.equal((await page.locator('.sentence').textContent()).replaceAll('\u2060', ''), reply.json.sentence);
  visitor.checkQuiet('parts');
  await visitor.leave();
});

test('who may only look sees the overview, and no export', async () => {
  const visitor = await enter('viewer', '/figures/sales');
  await visitor.page.locator('.metric-value').waitFor();
  assert.equal(await visitor.page.getByRole('button', { name: '导出' }).count(), 0);
  visitor.checkQuiet('viewer');
  await visitor.leave();
});

test('a shop without orders is led to the import; a period without orders to the last ones', async () => {
  const bare = demoShop({ members: 0 });
  await bare.open();
  try {
    const visitor = await owner('/', { shop: bare });
    await visitor.page.getByText('还没有订单').waitFor();
    visitor.checkQuiet('empty shop');
    await visitor.leave();
  } finally {
    await bare.close();
  }
  const visitor = await owner('/?from=2001-01-01&to=2001-01-31');
  await visitor.page.getByText('这段时间没有订单').waitFor();
  visitor.checkQuiet('empty period');
  await visitor.leave();
});
