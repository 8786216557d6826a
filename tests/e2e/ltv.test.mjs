// ltv.test.mjs -- the fit in words, what it foretold against what came, who is leaving made a segment; refitted; too little to fit.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exported } from './browser.mjs';
import { doorsOf, named } from './loyalty.mjs';
import { demoShop } from './shop.mjs';
import { stage } from './stage.mjs';

const { shop, owner, enter } = stage({ members: 500 });
const { send, setting } = doorsOf(shop);

test('refitted from the page: figures, chart, spread, parameters, and how they are made', async () => {
  const visitor = await owner('/ltv');
  const { page } = visitor;
  await page.getByRole('button', { name: /重新拟合$/ }).click();
  await page.getByText('已重新拟合，会员已重新打分').waitFor();
  await visitor.settle();
  const view = await send('GET', '/v1/reports/ltv');
  assert.ok(view.fit.holdout && view.last_try.found);
  await page.locator('.sentence', { hasText: `实际 ${view.fit.holdout.actual} 次` }).waitFor();
  await page.locator('[role=img][aria-label*=重复购买：实际累计] svg').waitFor();
  await page.getByText('按购买次数').click();
  await page.locator('[role=img][aria-label^=按此前重复购买次数] svg').waitFor();
  assert.equal(await page.locator('.histogram').count(), 2);
  for (const parameter of ['BG/NBD alpha', 'Gamma-Gamma q', 'Pareto/NBD beta']) await page.getByRole('row', { name: parameter }).waitFor();
  await page.getByRole('row', { name: 'BG/NBD r' }).getByText('±').waitFor();
  await page.getByText(`用 ${view.fit.from} 至 ${view.fit.calibrate_to} 的购买：${view.fit.customers} 位会员`).waitFor();
  await page.getByText('这些数字怎么来的').click();
  await page.getByText('标准误由对数似然的二阶导数得出').waitFor();
  await visitor.checkAccess('ltv');
  visitor.checkQuiet('ltv');
  await visitor.leave();
});

test('good members at risk become a segment, which counts the same', async () => {
  await setting('lifetime.at_risk_spent', '300');
  const { at_risk, at_risk_segment } = await send('GET', '/v1/reports/ltv');
  assert.ok(at_risk > 0);
  const visitor = await owner('/ltv');
  const { page } = visitor;
  await page.getByText(`可能流失（${at_risk}）`).waitFor();
  const file = await exported(page, page.locator('main'));
  assert.deepEqual([file.name, file.lines.length], ['ltv-members.csv', at_risk + 1]); // every page of the list
  await page.getByRole('button', { name: named('做成分层') }).click();
  await page.waitForURL(/segments\/new/);
  await visitor.settle();
  assert.equal(new URL(page.url()).searchParams.get('text'), at_risk_segment);
  assert.equal((await send('POST', '/v1/segments/ask', { text: at_risk_segment })).count, at_risk);
  await page.locator('.result-count', { hasText: String(at_risk) }).waitFor();
  visitor.checkQuiet('at risk');
  await visitor.leave();
});

test('bands open as segments that count as many', async () => {
  const { alive, values } = await send('GET', '/v1/reports/ltv');
  const visitor = await owner('/ltv');
  const { page } = visitor;
  await page.locator('.histogram').nth(1).locator('li').first().waitFor();
  assert.equal(await page.locator('.histogram').nth(1).locator('li').count(), values.length);
  const last = alive.at(-1);
  await page.locator('.histogram').first().locator('li').last().getByRole('link').click();
  await page.waitForURL(/segments\/new/);
  const text = new URL(page.url()).searchParams.get('text');
  assert.equal((await send('POST', '/v1/segments/ask', { text })).count, last.members);
  const band = values.find((one) => one.to !== null && one.members > 0);
  assert.equal((await send('POST', '/v1/segments/ask', { text: `ltv >= ${band.from} and ltv < ${band.to}` })).count, band.members);
  await visitor.leave();
});

test('on a phone, names masked for who may not see them, no button without the right', async () => {
  const visitor = await enter('viewer', '/ltv?who=all', { size: 'phone' });
  const { page } = visitor;
  await page.locator('.row-card', { hasText: '*' }).first().waitFor();
  await visitor.checkWidth('ltv');
  assert.equal(await page.getByRole('button', { name: /重新拟合$/ }).count(), 0);
  visitor.checkQuiet('a phone');
  await visitor.leave();
});

test('too little to fit is said, and what it takes', async () => {
  const empty = demoShop({ members: 0 });
  await empty.open();
  try {
    const visitor = await owner('/ltv', { shop: empty });
    const { page } = visitor;
    await page.getByText('还没有拟合过').waitFor();
    await page.getByRole('button', { name: /重新拟合$/ }).click();
    await page.getByText('至少要 30 位有购买的会员').first().waitFor();
    await page.getByText('还没有可沿用的旧拟合').waitFor();
    await visitor.checkAccess('nothing to fit');
    await visitor.leave();
  } finally {
    await empty.close();
  }
});
