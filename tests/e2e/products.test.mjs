// products.test.mjs -- verdicts with reasons, thresholds moved, the clear list taken away, a launch, quadrants, counts uploaded; on a phone too.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { doorsOf, named } from './loyalty.mjs';
import { until } from './browser.mjs';
import { stage } from './stage.mjs';

const { shop, owner, enter } = stage({ members: 300 });
const { send } = doorsOf(shop);

test('verdicts with their reasons; a threshold is moved; the clear list is taken away', async () => {
  // What the demo wrote before the server began is summed up by a job.
  await until(async () => (await send('GET', '/v1/reports/products?limit=1')).behind === 0, 'sums are up to date');
  const visitor = await owner('/products');
  const { page } = visitor;
  await page.locator('button.verdict', { hasText: '死货' }).waitFor();
  assert.equal(await page.locator('button.verdict').count(), 5);
  await page.locator('td', { hasText: '净销售额比上期增长' }).first().waitFor();
  await visitor.checkAccess('products');
  const dead = page.locator('button.verdict', { hasText: '死货' });
  const before = await dead.locator('b').textContent();
  await page.getByText('阈值', { exact: true }).click();
  await page.getByLabel('死货：未动销天数 ≥').fill('1000');
  await page.keyboard.press('Enter');
  await page.waitForURL(/dead_days=1000/);
  await visitor.settle();
  assert.notEqual(await dead.locator('b').textContent(), before);
  await page.getByRole('button', { name: '恢复设置里的值' }).click();
  await page.waitForURL((url) => !url.search.includes('dead_days'));
  await visitor.settle();
  await visitor.go('/products?advice=clear');
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '导出 csv' }).click()]);
  const text = readFileSync(await file.path(), 'utf8');
  assert.match(text, /诊断/);
  assert.match(text, /死货/);
  const audit = await send('GET', '/v1/audit?action=products.exported');
  assert.equal(audit.items.length, 1);
  visitor.checkQuiet('products');
  await visitor.leave();
});

test('a product opens with its launch beside earlier ones', async () => {
  const visitor = await owner('/products');
  const { page } = visitor;
  await page.getByRole('button', { name: /^详情/ }).first().click();
  await page.getByRole('heading', { name: '新品曲线' }).waitFor();
  await page.locator('.ant-drawer [role=img][aria-label^=首次售出] svg').waitFor();
  await visitor.checkAccess('a product');
  visitor.checkQuiet('a product');
  await visitor.leave();
});

test('quadrants: the medians, a threshold typed, the members behind', async () => {
  const visitor = await owner('/products?tab=quadrants');
  const { page } = visitor;
  await page.locator('[role=img][aria-label*=横轴] svg').waitFor();
  await page.getByText('收缩品类').waitFor();
  await page.getByRole('spinbutton', { name: '频次从多少起算高' }).fill('99');
  await page.keyboard.press('Enter');
  await page.waitForURL(/frequency=99/);
  await visitor.settle();
  await page.locator('section.verdict', { hasText: '高频高互动' }).getByText('0 个品类').waitFor();
  await visitor.checkAccess('quadrants');
  await page.getByRole('button', { name: '恢复中位数' }).click();
  await visitor.settle();
  await page.locator('section.verdict').getByRole('link', { name: '看会员' }).first().click();
  await page.waitForURL(/segments\/new/);
  await visitor.settle();
  visitor.checkQuiet('quadrants');
  await visitor.leave();
});

test('counts are uploaded, all or none', async () => {
  const visitor = await owner('/products?tab=stock');
  const { page } = visitor;
  await page.getByText('还没有盘点').waitFor();
  const put = (text) => page.locator('input[type=file]').setInputFiles({ name: 'stock.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await put('店铺,商品编码,库存\n天猫,X1,many\n');
  await page.getByText('第 2 行').waitFor();
  await put('店铺,商品编码,库存,盘点日期,成本\n天猫,X1,12,2024-05-01,3.50\n');
  await page.getByText('写入 1 条盘点').waitFor();
  await page.getByRole('row', { name: 'X1' }).getByText('2024-05-01').waitFor();
  await visitor.leave();
});

test('on a phone, and for who may only look', async () => {
  const visitor = await enter('viewer', '/products', { size: 'phone' });
  const { page } = visitor;
  await page.locator('.row-card').first().waitFor();
  await visitor.checkWidth('products');
  await visitor.checkAccess('products on a phone');
  assert.equal(await page.getByRole('button', { name: named('导出 csv') }).count(), 0);
  await visitor.go('/products?tab=quadrants');
  await visitor.checkWidth('quadrants');
  visitor.checkQuiet('a phone');
  await visitor.leave();
});
