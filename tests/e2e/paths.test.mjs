// paths.test.mjs -- paths and attribution: the pages show what the API and the command line answer, and lead to members.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { Shop } from '../api/shop.mjs';
import { exported, percent, until } from './browser.mjs';
import { stage } from './stage.mjs';

const { shop, owner, enter } = stage();

const numbers = (text) => (text.match(/[\d,]+(\.\d+)?/g) ?? []).map((one) => Number(one.replace(/,/g, '')));
const at = (path, question) => `${path}?${new URLSearchParams(question)}`;
const read = async (path, question) => {
  const reply = await shop.request('owner', 'GET', at(path, question));
  assert.equal(reply.status, 200, reply.text);
  return reply.json;
};
const told = (...words) => JSON.parse(execFileSync(Shop.program(), ['report', ...words, '--json', '--locale', 'en', '--data', join(shop.folder, 'data')], { stdio: ['ignore', 'pipe', 'pipe'] }));
const rowsOf = (visitor, i) =>
  visitor.page.locator('.ant-table').nth(i).locator('.ant-table-row').evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.innerText.trim())));
const searchOf = (visitor) => new URL(visitor.page.url()).searchParams;

const period = { from: '2026-01-01', to: '2026-06-30' };
const ends = { start: 'Product Viewed', end: 'order.paid' };

test('paths are those of the API and of the command line', async () => {
  const answer = await read('/v1/reports/paths', { ...ends, within: '7d', steps: 6, ...period });
  assert.ok(answer.arrived > 0 && answer.began > answer.arrived, 'the demo has paths');
  const visitor = await owner(at('/paths', { ...ends, steps: 6, ...period }));
  const sentence = await visitor.page.locator('.sentence').textContent();
  for (const word of ['浏览商品', '付款（订单）', '7 天', percent(answer.arrived / answer.began)]) assert.ok(sentence.includes(word), `${word} in ${sentence}`);
  const top = await rowsOf(visitor, 0);
  assert.deepEqual(top.map((row) => Number(row[2].replace(/,/g, ''))), answer.paths.map((one) => one.members));
  assert.deepEqual(top.map((row) => row[3]), answer.paths.map((one) => percent(one.share)));
  assert.equal(top.filter((row) => row[1] === '到达').length, answer.paths.filter((one) => one.outcome === 'arrived').length);
  const third = answer.nodes.filter((one) => one.layer === 2);
  await visitor.page.getByRole('radiogroup', { name: '各步' }).getByText('3', { exact: true }).click();
  await until(async () => (await rowsOf(visitor, 1)).length === third.length, 'the third step is shown');
  const steps = await rowsOf(visitor, 1);
  assert.deepEqual(steps.map((row) => Number(row[1].replace(/,/g, ''))), third.map((one) => one.members));
  assert.deepEqual(steps.map((row) => Number(row[4].replace(/,/g, ''))), third.map((one) => one.ended));
  const cards = visitor.page.locator('.ant-card');
  const file = await exported(visitor.page, cards.nth(1));
  assert.equal(file.name, 'paths.csv');
  assert.equal(file.lines.length, answer.paths.length + 1);
  assert.ok(file.lines[1].endsWith(`,${answer.paths[0].members},${answer.paths[0].share}`), file.lines[1]);
  assert.equal((await exported(visitor.page, cards.nth(2))).lines.length, answer.nodes.length + 1, 'all steps, not only the one in sight');
  visitor.checkQuiet('paths');
  await visitor.leave();
  const again = told('paths', '--start', ends.start, '--end', ends.end, '--steps', '6', '--from', period.from, '--to', period.to);
  assert.deepEqual(again.paths, answer.paths);
  assert.deepEqual(again.links, answer.links);
});

test('a stream leads to members who did both; drop-off is drawn', async () => {
  const visitor = await owner(at('/paths', { ...ends, steps: 4, ...period }));
  const { page } = visitor;
  const picture = page.getByRole('img', { name: /路径流向图/ });
  await picture.getByText(/流失/).first().waitFor();
  await picture.getByText(/^浏览商品 /).first().click();
  await page.waitForURL('**/segments/new?**');
  assert.equal(searchOf(visitor).get('text'), 'did("Product Viewed", 181d)');
  assert.equal(searchOf(visitor).get('at'), '2026-07-01');
  visitor.checkQuiet('a stream');
  await visitor.leave();
});

test('an end left empty turns the question; steps can be touchpoints', async () => {
  const visitor = await owner(at('/paths', { ...ends, ...period }));
  const { page } = visitor;
  await page.goto(new URL(at('/paths', { start: 'any', end: 'order.paid', of: 'touchpoint', ...period }), shop.base).href);
  const answer = await read('/v1/reports/paths', { end: 'order.paid', of: 'touchpoint', ...period });
  assert.equal(answer.direction, 'to');
  await until(async () => numbers(await page.locator('.sentence').textContent().catch(() => '')).includes(answer.began), 'the sentence tells who came');
  assert.ok((await page.locator('.sentence').textContent()).includes('从哪来'));
  await page.getByText('由此开始').first().waitFor();
  await page.getByText('行为', { exact: true }).first().click();
  await until(async () => searchOf(visitor).get('of') === null, 'steps are events again');
  visitor.checkQuiet('ends');
  await visitor.go(at('/paths', { ...ends, from: '2001-01-01', to: '2001-01-02' }));
  await page.getByText('没有会员走过这样的路径').waitFor();
  await visitor.leave();
});

test('credit is that of the API and of the command line; every column adds up', async () => {
  const answer = await read('/v1/reports/attribution', { window: '30d', ...period });
  assert.ok(answer.touched > 0 && answer.rows.length > 2, 'the demo has touches');
  for (const [i, model] of answer.models.entries()) {
    const fen = answer.rows.reduce((sum, row) => sum + Math.round(Number(row.credit[i].money) * 100), 0);
    assert.equal(fen, Math.round(Number(answer.money) * 100), model);
    assert.ok(Math.abs(answer.rows.reduce((sum, row) => sum + row.credit[i].conversions, 0) - answer.conversions) < 1e-6, model);
  }
  const visitor = await owner(at('/attribution', { window: '30d', ...period }));
  const table = visitor.page.getByRole('region', { name: '归因表' });
  const shown = await table.locator('tbody tr').evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll('strong')].map((one) => one.innerText)));
  assert.deepEqual(shown.slice(1).map((row) => row.map((cell) => numbers(cell)[0])),
    answer.rows.map((row) => row.credit.map((one) => Number(one.money))));
  await visitor.page.locator('.ant-segmented').last().getByText('转化', { exact: true }).click();
  await until(async () => numbers(await table.locator('tbody tr').nth(1).locator('strong').first().innerText())[0] === Math.round(answer.rows[0].credit[0].conversions * 100) / 100, 'the table tells conversions');
  const file = await exported(visitor.page, visitor.page.locator('.ant-card').last());
  assert.equal(file.name, 'attribution.csv');
  const moneys = file.lines.slice(1).map((line) => Number(line.split(',')[1]));
  assert.deepEqual(moneys, answer.rows.map((row) => Number(row.credit[0].money)));
  visitor.checkQuiet('attribution');
  await visitor.leave();
  assert.deepEqual(told('attribution', '--from', period.from, '--to', period.to).rows, answer.rows);
});

test('who may not see members sees the figures, and no way to them', async () => {
  const visitor = await enter('analyst', at('/paths', { ...ends, ...period }));
  await visitor.page.locator('.sentence').waitFor();
  visitor.checkQuiet('an analyst');
  await visitor.leave();
});
