// tree.test.mjs -- the GMV tree in the console: figures of the API and the command line, what they come to, drill-down, phone, print.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { Shop } from '../api/shop.mjs';
import { until } from './browser.mjs';
import { stage } from './stage.mjs';

const { shop, owner, enter } = stage();
const period = { from: '2026-04-01', to: '2026-06-30' };
const at = (question) => `/gmv-tree?${new URLSearchParams({ ...period, ...question })}`;
const ask = async (question) => {
  const reply = await shop.request('owner', 'POST', '/v1/reports/gmv-tree', [['accept-language', 'zh-CN']], JSON.stringify({ ...period, ...question }));
  assert.equal(reply.status, 200, reply.text);
  return reply.json;
};
/** Without the marks that keep a sign with its amount. */
const sentence = async (page) => (await page.locator('.sentence').textContent()).replaceAll('\u2060', '');
const cents = (amount) => Math.round(Number(amount) * 100);
/** ¥1,234.50 and −¥2.00 in cents. */
const read = (text) => Math.round(Number(text.replace(/−/g, '-').replace(/[^\d.-]/g, '')) * 100);
const contributions = (page) => page.locator('.gmv-tree').first().locator('.tree-factors .tree-part strong').allTextContents();

test('the tree shows what the API and the command line say, and it adds up', async () => {
  const told = await ask({ by: 'shop' });
  assert.ok(cents(told.gmv) > 0 && cents(told.gmv_before) > 0 && cents(told.change) !== 0, 'the demo has sales in both');
  const visitor = await owner(at({ by: 'shop' }));
  const { page } = visitor;
  assert.equal(await sentence(page), told.sentence);
  const shown = (await contributions(page)).map(read);
  assert.deepEqual(shown, told.factors.map((one) => cents(one.contribution)));
  assert.equal(shown.reduce((sum, one) => sum + one, 0), cents(told.gmv) - cents(told.gmv_before));
  const product = told.factors.reduce((all, one) => all * one.b, 1);
  assert.ok(Math.abs(product * 100 - cents(told.gmv)) < 1, 'the factors multiply to GMV');
  await page.getByRole('img', { name: /GMV 从 .* 到/ }).waitFor();
  const changes = (await page.locator('.ant-card', { hasText: '按店铺' }).locator('.ant-table-row > td:nth-child(5)').allTextContents()).map(read);
  assert.deepEqual(changes, told.parts.map((one) => cents(one.change)));
  assert.equal(changes.reduce((sum, one) => sum + one, 0), cents(told.change), 'the shops add up');
  // A shop's own tree.
  await page.getByRole('button', { name: /展开/ }).first().click();
  const own = (await page.locator('.gmv-tree-small .tree-part strong').allTextContents()).map(read);
  assert.equal(own.reduce((sum, one) => sum + one, 0), changes[0]);
  await visitor.checkAccess('the tree');
  visitor.checkQuiet('the tree');
  await visitor.leave();

  const json = execFileSync(Shop.program(), ['report', 'gmv-tree', '--from', period.from, '--to', period.to, '--by', 'shop', '--json', '--data', join(shop.folder, 'data')],
    { stdio: ['ignore', 'pipe', 'pipe'] });
  assert.deepEqual(JSON.parse(json).factors, told.factors);
});

/** The figure a link leads to, asked of the API with the link's own question. */
const opened = async (href) => {
  const url = new URL(href, 'http://console');
  url.searchParams.delete('beside');
  const reply = await shop.request('owner', 'GET', `/v1/metrics/${url.pathname.split('/').at(-1)}?${url.searchParams}&step=year`);
  assert.equal(reply.status, 200, reply.text);
  return Number(reply.json.value);
};
const near = (a, b) => Math.abs(a - b) <= 0.006;

test('every factor opens as the figure it is: of the whole, of a part, of what moves it', async () => {
  const told = await ask({ by: 'touchpoint' });
  const visitor = await owner(at({ by: 'touchpoint' }));
  const { page } = visitor;
  await page.getByRole('button', { name: /展开/ }).first().click();
  await page.locator('.gmv-tree-small').waitFor();
  for (const [tree, of] of [['.gmv-tree:not(.gmv-tree-small)', told], ['.gmv-tree-small', told.parts[0]]]) {
    const links = await page.locator(`${tree} .tree-factors a`).evaluateAll((all) => all.map((one) => one.getAttribute('href')));
    assert.equal(links.length, of.factors.length, 'each factor is a link');
    for (const [i, href] of links.entries()) assert.ok(near(await opened(href), of.factors[i].b), `${href} is ${of.factors[i].b}`);
  }
  const stands = await page.locator('.tree-stands a').evaluateAll((all) => all.map((one) => one.getAttribute('href')));
  assert.equal(stands.length, told.influences.filter((one) => one.metric).length, 'influences have their figures');
  for (const href of stands) await opened(href);
  // The page says what the figure means, how it went, who is behind it, and gives it as a file.
  await page.getByRole('link', { name: /^下单转化率/ }).first().click();
  await page.waitForURL((url) => url.pathname === '/figures/order_conversion');
  await page.getByText('下单人数 ÷ 活跃用户').first().waitFor();
  await page.getByRole('img').first().waitFor();
  await page.getByRole('link', { name: '看这段时间下过单的会员' }).waitFor();
  await page.getByRole('button', { name: /导出/ }).waitFor();
  // A bar of the waterfall opens too.
  await page.goBack();
  await page.getByRole('img', { name: /GMV 从 .* 到/ }).locator('svg').waitFor();
  await visitor.settle();
  await page.locator('svg path[fill]:not([fill="none"]):not([fill="transparent"])').first().click();
  await page.waitForURL((url) => url.pathname === '/figures/gmv' && url.searchParams.get('to') === told.before_to);
  visitor.checkQuiet('figures of the tree');
  await visitor.leave();
});

test('drilled down by segment, compared with a year before, of some members only', async () => {
  await shop.request('owner', 'POST', '/v1/segments', [], JSON.stringify({ name: '老客', text: 'orders >= 2' }));
  const visitor = await owner(at({}));
  const { page } = visitor;
  const search = () => new URL(page.url()).searchParams;
  const pick = async (label, option) => {
    await page.getByRole('combobox', { name: label, exact: true }).click();
    await page.locator('.ant-select-dropdown:visible').getByTitle(option, { exact: true }).click();
  };
  await pick('对比', '去年同期');
  await until(() => search().get('compare') === 'year', 'a year before');
  await page.getByText('对比 2025-04-01 至 2025-06-30', { exact: true }).waitFor();
  await pick('下钻', '分层');
  await pick('哪些分层', '老客');
  await until(() => search().get('parts') === 'in_segment("老客")', 'the segment is chosen');
  await page.keyboard.press('Escape');
  const told = await ask({ before_from: '2025-04-01', before_to: '2025-06-30', by: 'segment', parts: ['in_segment("老客")'] });
  const row = page.locator('.ant-card', { hasText: '按分层' }).locator('.ant-table-row', { hasText: '老客' });
  await row.waitFor();
  const part = told.parts.find((one) => one.kind === 'named');
  await until(async () => read(await row.locator('td:nth-child(5)').textContent()) === cents(part.change), 'the segment has its own change');
  await page.locator('.ant-table-row', { hasText: '其他' }).waitFor();
  visitor.checkQuiet('by segment');
  await visitor.go(at({ segment: 'orders >= 2' }));
  const some = await ask({ segment: 'orders >= 2' });
  assert.equal(await sentence(page), some.sentence);
  assert.deepEqual((await contributions(page)).map(read), some.factors.map((one) => cents(one.contribution)));
  visitor.checkQuiet('of a segment');
  await visitor.leave();
});

test('what has no value is said, never 0', async () => {
  const visitor = await owner('/gmv-tree?from=2020-01-01&to=2020-01-31');
  await visitor.page.getByText('两段时间都没有订单').waitFor();
  assert.equal(await visitor.page.locator('.tree-factors .tree-value', { hasText: '无定义' }).count(), 3);
  assert.ok((await visitor.page.locator('.sentence').textContent()).includes('没有活跃用户'));
  assert.ok(!(await visitor.page.content()).includes('NaN'));
  visitor.checkQuiet('nothing');
  await visitor.leave();
});

test('on a phone, on paper, and for a viewer', async () => {
  const phone = await owner(at({ by: 'touchpoint' }), { size: 'phone' });
  await phone.checkWidth('the tree');
  await phone.checkAccess('the tree');
  phone.checkQuiet('on a phone');
  await phone.leave();
  const viewer = await enter('viewer', at({ by: 'category' }));
  await viewer.page.locator('.gmv-tree').first().waitFor();
  await viewer.page.emulateMedia({ media: 'print' });
  await viewer.page.locator('.sentence').waitFor();
  await viewer.checkWidth('on paper');
  viewer.checkQuiet('viewer');
  await viewer.leave();
});
