// dashboards.test.mjs -- the built-in dashboard shows what the API says; one is copied, changed, saved for all, and deleted.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from './browser.mjs';
import { stage } from './stage.mjs';

const { shop, owner, enter } = stage();
const digits = (text) => Number(text.replace(/[^\d.-]/g, ''));
const get = async (path) => (await shop.request('owner', 'GET', path, [['accept-language', 'zh-CN']])).json;
const pick = async (page, label, option) => {
  await page.getByRole('combobox', { name: label, exact: true }).click();
  await page.locator('.ant-select-dropdown:visible').getByTitle(option, { exact: true }).click();
};

test('the built-in dashboard shows what the API says, and its figures open', async () => {
  const period = { from: '2026-04-01', to: '2026-06-30' };
  const visitor = await owner(`/dashboards?${new URLSearchParams(period)}`);
  const { page } = visitor;
  const board = await get('/v1/dashboards/0');
  assert.equal(await page.locator('.block').count(), board.blocks.length);
  const told = await get(`/v1/metrics/board?${new URLSearchParams({ names: 'net_sales,orders', ...period })}`);
  const figures = page.locator('.block-small .figure-value');
  assert.equal(digits(await figures.nth(0).getAttribute('title')), Number(told.items[0].value));
  assert.equal(digits(await figures.nth(1).getAttribute('title')), Number(told.items[1].value));
  await visitor.checkAccess('dashboard');
  await page.locator('.block-small').nth(1).locator('.figure-open').click();
  await page.waitForURL((url) => url.pathname === '/figures/orders' && url.searchParams.get('to') === period.to);
  // The metric says where it is looked at.
  await page.getByRole('link', { name: `看板“${board.name}”` }).waitFor();
  visitor.checkQuiet('built in');
  await visitor.leave();
});

test('copied, a block added, moved, removed, saved for everybody, deleted', async () => {
  const visitor = await enter('operator', '/dashboards');
  const { page } = visitor;
  await page.getByRole('button', { name: '复制一份来改' }).click();
  await page.getByLabel('名称').fill('大促看板');
  const before = await page.locator('.block').count();
  await page.getByRole('button', { name: '添加一块' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  await pick(page, '指标', '退款金额');
  await page.getByLabel('标题（不填用指标名）').fill('退了多少');
  await pick(page, '画成', '柱形');
  await pick(page, '大小', '整行');
  await pick(page, '拆分', '店铺');
  await dialog.getByRole('button', { name: /^确\s?定$/ }).click();
  await until(async () => (await page.locator('.block').count()) === before + 1, 'one more block');
  await page.getByRole('button', { name: '把“退了多少”往前移' }).click();
  await page.locator('.block').nth(before - 1).getByRole('link', { name: /退了多少/ }).waitFor();
  await page.getByRole('button', { name: /^移除“/ }).first().click();
  await until(async () => (await page.locator('.block').count()) === before, 'one less');
  await visitor.settle();
  await visitor.checkAccess('editing');
  await page.getByRole('button', { name: /^保\s?存$/ }).click();
  await page.getByText('看板已保存').first().waitFor();
  await page.waitForURL((url) => url.searchParams.get('id') !== null);
  const kept = (await get('/v1/dashboards')).items.find((one) => one.name === '大促看板');
  assert.equal(kept.blocks.length, before);
  assert.deepEqual([kept.blocks.at(-2).metric, kept.blocks.at(-2).title, kept.blocks.at(-2).draws, kept.blocks.at(-2).size, kept.blocks.at(-2).by], ['refund', '退了多少', 'bars', 'wide', 'shop']);
  visitor.checkQuiet('made');

  const viewer = await enter('viewer', `/dashboards?id=${kept.id}`);
  await viewer.page.getByRole('link', { name: /退了多少/ }).waitFor();
  assert.equal(await viewer.page.getByRole('button', { name: '复制一份来改' }).count(), 0, 'who may only look changes nothing');
  viewer.checkQuiet('viewer');
  await viewer.leave();

  // Somebody else changes it meanwhile: the second is told, and loses nothing.
  await page.getByRole('button', { name: /编\s?辑$/ }).first().click();
  await page.getByLabel('名称').fill('我的大促');
  const put = await shop.request('owner', 'PUT', `/v1/dashboards/${kept.id}`, [], JSON.stringify({ name: '别人的大促', version: kept.version, blocks: [] }));
  assert.equal(put.status, 200, put.text);
  await page.getByRole('button', { name: /^保\s?存$/ }).click();
  await page.getByRole('alert').getByText('被别人改过').waitFor();
  await page.getByRole('button', { name: /^取\s?消$/ }).click();
  await visitor.go(`/dashboards?id=${kept.id}`);
  await page.getByText('还没有内容').waitFor();
  await page.getByRole('button', { name: /删\s?除$/ }).click();
  await page.locator('.ant-popconfirm .ant-btn-primary').click();
  await until(async () => !(await get('/v1/dashboards')).items.some((one) => one.id === kept.id), 'deleted');
  await visitor.leave();
});
