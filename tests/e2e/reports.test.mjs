// reports.test.mjs -- reports: one is made, is the same again, is read with charts and tables, taken away, printed; on a phone too.
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { doorsOf, pick } from './loyalty.mjs';
import { until } from './browser.mjs';
import { stage } from './stage.mjs';

const { shop, owner, enter } = stage({ members: 300 });
const { send } = doorsOf(shop);

const shown = process.env.SHOTS;
const shot = (page, name) => shown && page.screenshot({ path: `${shown}/reports-${name}.png`, fullPage: true });

/** Makes one through the page and waits until it is read. */
async function made(visitor, kind) {
  const { page } = visitor;
  await page.getByRole('button', { name: /现在生成$/ }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  await dialog.getByRole('combobox', { name: '种类' }).click();
  await pick(page, kind);
  await dialog.getByRole('button', { name: /现在生成$/ }).click();
  await page.waitForURL(/\/reports\/\d+$/);
  await page.locator('h1', { hasText: kind }).waitFor();
  await page.locator('section#headline').waitFor();
  await visitor.settle();
}

test('a weekly report is made and read: words, tables and charts of the same figures', async () => {
  const visitor = await owner('/reports');
  const { page } = visitor;
  await page.getByRole('button', { name: /现在生成$/ }).first().waitFor();
  await visitor.checkAccess('reports');
  await made(visitor, '周报');
  const id = Number(new URL(page.url()).pathname.split('/').at(-1));
  const { report } = await send('GET', `/v1/reports/kept/${id}`);
  assert.equal(await page.locator('.report-block').count(), report.blocks.length);
  const charts = report.blocks.flatMap((block) => (block.rows.some((row) => !row.rest) ? block.charts : []));
  await until(async () => (await page.locator('.report-chart svg:not([aria-hidden])').count()) === charts.length, 'all charts are drawn');
  // The first figure of the headline: in the table, and in the sentence above it.
  const cell = (await page.locator('#headline tbody tr').first().locator('td').first().textContent()) ?? '';
  assert.match(cell, /^¥[\d,]+\.\d\d$/);
  assert.ok((await page.locator('#headline .report-said li').first().textContent())?.includes(cell));
  assert.equal(await page.locator('#gmv_tree tbody tr').count(), report.blocks.find((block) => block.name === 'gmv_tree').rows.length);
  await visitor.checkAccess('a report');
  await shot(page, 'weekly');
  visitor.checkQuiet('a report');
  await visitor.leave();
});

test('made again it is the same; the list can be told by kind', async () => {
  const visitor = await owner('/reports');
  const { page } = visitor;
  const before = (await send('GET', '/v1/reports/kept?kind=weekly')).items.length;
  await made(visitor, '周报');
  assert.equal((await send('GET', '/v1/reports/kept?kind=weekly')).items.length, before);
  await visitor.go('/reports');
  await made(visitor, '月报');
  await visitor.go('/reports?kind=monthly');
  await page.getByRole('link', { name: /^月报/ }).first().waitFor();
  assert.equal(await page.getByRole('link', { name: /^周报/ }).count(), 0);
  await shot(page, 'list');
  visitor.checkQuiet('the list');
  await visitor.leave();
});

test('taken away as workbook and PDF, and that is on record', async () => {
  const visitor = await owner('/reports');
  await made(visitor, '日报');
  const { page } = visitor;
  for (const [format, begins] of [['xlsx', 'PK'], ['pdf', '%PDF']]) {
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: new RegExp(`${format} 日报`) }).click()]);
    const path = await file.path();
    assert.ok(statSync(path).size > 10_000, `${format} is too small`);
    assert.equal(readFileSync(path).subarray(0, begins.length).toString('latin1'), begins);
    await page.getByRole('button', { name: new RegExp(`^${format} 日报`) }).waitFor();
  }
  const audit = await send('GET', '/v1/audit?action=report.exported');
  assert.equal(audit.items.length, 2);
  visitor.checkQuiet('files');
  await visitor.leave();
});

test('printed: no menu, no buttons, every block', async () => {
  const visitor = await owner('/reports');
  const { page } = visitor;
  await made(visitor, '周报');
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('.sider').isVisible(), false);
  assert.equal(await page.getByRole('button', { name: /打\s?印$/ }).isVisible(), false);
  assert.equal(await page.locator('#cohorts table').isVisible(), true);
  await shot(page, 'print');
  await visitor.leave();
});

test('on a phone, in English, for who may only look', async () => {
  const posted = await send('POST', '/v1/reports/kept', { kind: 'quarterly' });
  const visitor = await enter('viewer', `/reports/${posted.id}`, { size: 'phone', locale: 'en-US' });
  const { page } = visitor;
  await page.locator('h1', { hasText: 'Quarterly adjustment' }).waitFor();
  await page.locator('section#headline', { hasText: 'Net sales' }).waitFor();
  await visitor.settle();
  await visitor.checkWidth('a report');
  await visitor.checkAccess('a report on a phone');
  assert.equal(await page.getByRole('button', { name: /pdf/ }).count(), 0);
  await shot(page, 'phone');
  await visitor.go('/reports');
  await page.locator('.row-card').first().waitFor();
  await visitor.checkWidth('reports');
  visitor.checkQuiet('a phone');
  await visitor.leave();
});
