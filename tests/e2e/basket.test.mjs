// basket.test.mjs -- what is bought together, what next, and who fits a product: the page shows what the API answers, and leads to just those members.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exported, until } from './browser.mjs';
import { stage } from './stage.mjs';

const { shop, enter, owner } = stage();

const get = async (path, question) => {
  const reply = await shop.request('owner', 'GET', `${path}?${new URLSearchParams(question)}`, []);
  assert.equal(reply.status, 200, reply.text);
  return reply.json;
};
const at = (question) => `/basket?${new URLSearchParams(question)}`;
const searchOf = (visitor) => new URL(visitor.page.url()).searchParams;
const rows = (visitor, nth = 0) =>
  visitor.page.locator('.ant-table').nth(nth).locator('tbody tr.ant-table-row').evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.innerText.trim())));
const count = (n) => n.toLocaleString('en-US');

test('rules are those of the API, and lead to the members who lack the right side', async () => {
  const answer = await get('/v1/reports/basket', { support: 0.001, confidence: 0.1, max_items: 4, limit: 100 });
  assert.ok(answer.rules.length > 5, 'the demo has rules');
  const visitor = await owner('/basket');
  await visitor.page.locator('.ant-table-row').first().waitFor();
  const shown = await rows(visitor);
  assert.deepEqual(shown.map((row) => row.slice(0, 2)), answer.rules.map((rule) => [rule.lhs.join(' + '), rule.rhs]));
  assert.deepEqual(shown.map((row) => row[4]), answer.rules.map((rule) => rule.lift.toFixed(2)));
  const file = await exported(visitor.page, visitor.page.locator('.ant-card').first());
  assert.deepEqual([file.name, file.lines.length], ['basket-rules.csv', answer.total + 1]); // all of them, also those beyond the page
  assert.ok(file.lines[1].endsWith(`,${answer.rules[0].lift},${answer.rules[0].count}`), file.lines[1]);
  const asked = await shop.request('owner', 'POST', '/v1/segments/ask', [], JSON.stringify({ text: answer.rules[0].approach }));
  assert.equal(asked.status, 200, asked.text);
  await visitor.page.getByRole('link', { name: '待触达会员' }).first().click();
  await until(async () => searchOf(visitor).get('text') === answer.rules[0].approach, 'the builder has the segment');
  visitor.checkQuiet('rules');
  await visitor.leave();
});

test('thresholds narrow the rules, and by category there is nobody to approach', async () => {
  const visitor = await owner(at({ support: '0.005', of: 'category' }));
  const answer = await get('/v1/reports/basket', { support: 0.005, confidence: 0.1, of: 'category', max_items: 4, limit: 100 });
  await until(async () => (await visitor.page.locator('.figure-value').allTextContents())[2] === count(answer.total), 'as many rules as the API says');
  assert.equal(await visitor.page.getByRole('link', { name: '待触达会员' }).count(), 0);
  visitor.checkQuiet('categories');
  await visitor.leave();
});

test('after a hit: its next products with members to approach, and the buyers of one parted', async () => {
  const product = '锦鲤玻尿酸补水面膜';
  const visitor = await owner(at({ view: 'next', product }));
  const answer = await get('/v1/reports/next', { product, days: 90 });
  assert.ok(answer.next.length > 3 && answer.buyers > 20, 'the demo has next products');
  await visitor.page.locator('.ant-table-row').first().waitFor();
  const shown = await rows(visitor);
  assert.deepEqual(shown.map((row) => [row[0], row[1], row[5]]), answer.next.map((row) => [row.product, count(row.members), count(row.to_approach)]));
  const file = await exported(visitor.page, visitor.page.locator('.ant-card').first());
  assert.deepEqual([file.name, file.lines.length], ['next-products.csv', answer.next.length + 1]);
  await visitor.page.getByRole('button', { name: '拆看买家' }).first().click();
  await until(async () => searchOf(visitor).get('then') === answer.next[0].product, 'the next product is in the address');
  const parted = await get('/v1/reports/next', { product, then: answer.next[0].product, days: 90 });
  await visitor.page.getByText('搭着推它：券或组合价').waitFor();
  assert.deepEqual((await rows(visitor, 1)).map((row) => row[1]), parted.groups.map((group) => count(group.members)));
  assert.equal(parted.groups[0].members, answer.next[0].to_approach);
  await visitor.page.getByRole('link', { name: count(answer.next[0].to_approach), exact: true }).first().click();
  await until(async () => searchOf(visitor).get('text') === answer.next[0].approach, 'the builder has the segment');
  visitor.checkQuiet('next');
  await visitor.leave();
});

test('who fits: members with reasons, names masked for who may not see them', async () => {
  const product = '锦鲤玻尿酸补水面膜';
  const visitor = await enter('analyst', at({ view: 'fit', product, check: 'yes' }));
  const answer = await get('/v1/reports/fit', { product, check_days: 60 });
  await visitor.page.locator('.ant-table-row').first().waitFor();
  const shown = await rows(visitor);
  assert.deepEqual(shown.map((row) => row[1]), answer.members.map((row) => row.score.toFixed(2)));
  assert.ok(shown.every((row) => /\*|未/.test(row[0]) || /^#/.test(row[0])), 'names are masked');
  assert.ok(shown[0][2].includes('TGI'), 'a reason is told');
  const figures = await visitor.page.locator('.figure-value').allTextContents();
  assert.equal(figures[3], answer.check.auc.toFixed(3));
  visitor.checkQuiet('fit');
  await visitor.leave();
});

test('a product is picked by a part of its name, found', async () => {
  const visitor = await owner(at({ view: 'next' }));
  const pick = visitor.page.getByRole('combobox', { name: '商品', exact: true });
  await pick.click();
  await pick.fill('修护精华');
  await visitor.page.getByTitle('锦鲤玻尿酸修护精华').first().click();
  await until(async () => searchOf(visitor).get('product') === '锦鲤玻尿酸修护精华', 'the product is in the address');
  await visitor.page.locator('.ant-table-row').first().waitFor();
  visitor.checkQuiet('picking');
  await visitor.leave();
});
