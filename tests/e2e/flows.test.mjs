// flows.test.mjs -- funnel, retention, actives, AIPL, distribution: the pages show what the API answers, and lead to just those members.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { Shop } from '../api/shop.mjs';
import { percent, until } from './browser.mjs';
import { openDemoShop } from './shop.mjs';
import { stage } from './stage.mjs';

const { shop, enter, owner } = stage();

const numbers = (text) => (text.match(/[\d,]+(\.\d+)?/g) ?? []).map((one) => Number(one.replace(/,/g, '')));
const first = (text) => numbers(text)[0];
const ask = async (path, question) => {
  const reply = await shop.request('owner', 'POST', path, [], JSON.stringify(question));
  assert.equal(reply.status, 200, reply.text);
  return reply.json;
};
const at = (path, question) => `${path}?${new URLSearchParams(question)}`;
const searchOf = (visitor) => new URL(visitor.page.url()).searchParams;
/** The rows of a heat table as texts. */
const heat = (visitor, name) =>
  visitor.page.getByRole('region', { name }).locator('tbody tr').evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.innerText.trim())));

const period = { from: '2026-01-01', to: '2026-06-30' };

/* -- funnel -- */

const steps = ['Product Viewed', 'Product Added', 'order.paid'];

test('a funnel shows the counts of the API and of the command line, and what they mean in a sentence', async () => {
  const answer = await ask('/v1/questions/funnel', { steps, window: '7d', ...period, by: 'gender' });
  assert.ok(answer.steps[0].members > answer.steps[2].members && answer.steps[2].members > 0, 'the demo has a funnel');
  const visitor = await owner(at('/funnel', { steps: steps.join(' > '), window: '7d', ...period, by: 'gender' }));
  const shown = await visitor.page.locator('.funnel-count').allTextContents();
  assert.deepEqual(shown.map(first), answer.steps.map((one) => one.members));
  assert.deepEqual((await visitor.page.locator('.funnel-lost').allTextContents()).map(first),
    answer.steps.slice(1).map((one, i) => answer.steps[i].members - one.members));
  const sentence = await visitor.page.locator('.sentence').textContent();
  for (const word of ['浏览商品', '7 天', percent(answer.steps[2].rate)]) assert.ok(sentence.includes(word), `${word} in ${sentence}`);
  const rows = await visitor.page.locator('.ant-table-row').evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.innerText)));
  assert.deepEqual(rows.map((row) => row.slice(1, 4).map((cell) => Number(cell.split(/\s/)[0].replace(/,/g, '')))), answer.by.map((one) => one.members));
  await visitor.page.getByRole('button', { name: '这些数字怎么来的' }).click();
  await visitor.page.getByText(/计算用时 [\d.]+ 毫秒/).waitFor();
  visitor.checkQuiet('funnel');
  await visitor.leave();

  const told = execFileSync(Shop.program(), ['report', 'funnel', '--steps', steps.join(' > '), '--window', '7d', '--from', period.from, '--to', period.to,
    '--json', '--data', join(shop.folder, 'data')], { stdio: ['ignore', 'pipe', 'pipe'] });
  assert.deepEqual(JSON.parse(told).steps.map((one) => one.members), answer.steps.map((one) => one.members));
});

test('steps are chosen by keyboard, given conditions, moved and removed', async () => {
  const visitor = await owner(at('/funnel', { steps: 'Product Viewed > order.paid', ...period }));
  const { page } = visitor;
  const stepsAre = (text) => until(async () => searchOf(visitor).get('steps') === text, `steps become ${text}`);
  await page.getByRole('button', { name: '加一步' }).click();
  const third = page.getByRole('combobox', { name: '第 3 步', exact: true });
  await third.focus();
  await page.keyboard.type('加购');
  await page.keyboard.press('Enter');
  await stepsAre('Product Viewed > order.paid > Product Added');
  await page.getByRole('button', { name: '第 3 步上移' }).click();
  await stepsAre('Product Viewed > Product Added > order.paid');
  await page.getByRole('listitem').filter({ has: page.getByRole('combobox', { name: '第 2 步', exact: true }) }).getByRole('button', { name: '加条件' }).click();
  await page.getByRole('combobox', { name: '值' }).fill('面膜');
  await stepsAre('Product Viewed > did("Product Added", category = "面膜") > order.paid');
  await visitor.settle();
  const narrow = await ask('/v1/questions/funnel', { steps: ['Product Viewed', 'did("Product Added", category = "面膜")', 'order.paid'], window: '7d', ...period });
  await until(async () => first((await page.locator('.funnel-count').allTextContents())[1] ?? '-1') === narrow.steps[1].members, 'the condition narrows');
  await page.getByRole('button', { name: '移除第 1 步' }).click();
  await stepsAre('did("Product Added", category = "面膜") > order.paid');
  visitor.checkQuiet('editing steps');
  await visitor.leave();
});

test('a step leads to its members as a segment', async () => {
  const visitor = await owner(at('/funnel', { steps: steps.join(' > '), ...period }));
  const href = async (i, kind) => new URL(await visitor.page.locator(kind).nth(i).locator('a').getAttribute('href'), shop.base).searchParams;
  const reached = await href(1, '.funnel-count');
  assert.equal(reached.get('at'), '2026-07-01');
  assert.equal(reached.get('text'), 'did("Product Viewed", 181d) and did("Product Added", 181d)');
  const lost = await href(0, '.funnel-lost');
  assert.equal(lost.get('text'), 'did("Product Viewed", 181d) and not did("Product Added", 181d)');
  // The builder opens with it, as of that day.
  const { count } = await ask('/v1/segments/ask', { text: lost.get('text'), at: lost.get('at') });
  await visitor.page.locator('.funnel-lost a').first().click();
  await visitor.page.waitForURL('**/segments/new?**');
  await until(async () => first((await visitor.page.locator('.result-count').textContent().catch(() => '')) || '-1') === count, `the builder counts ${count}`);
  assert.equal(await visitor.page.getByRole('textbox', { name: '截至' }).inputValue(), '2026-07-01');
  visitor.checkQuiet('step to segment');
  await visitor.leave();
});

test('a behaviour that cannot be asked for is told by its step; nobody at all is told too', async () => {
  const visitor = await owner(at('/funnel', { steps: 'Product Viewed > did("Product Added", nonsense >> 3)', ...period }));
  await visitor.page.locator('[role=alert]').getByText('第 2 步').waitFor();
  await visitor.go(at('/funnel', { steps: 'Never Heard Of > order.paid', ...period }));
  await visitor.page.getByText(/没有会员走到第一步|Never Heard Of/).first().waitFor();
  await visitor.go(at('/funnel', { steps: 'Product Viewed > order.paid', from: '2001-01-01', to: '2001-01-02' }));
  await visitor.page.getByText('没有会员走到第一步').waitFor();
  await visitor.leave();
});

/* -- retention and actives -- */

test('the retention triangle is that of the API; its mean leaves out days that are yet to come', async () => {
  const question = { start: 'Product Viewed', days: 7, from: '2026-05-01', to: '2026-05-31' };
  const answer = await ask('/v1/questions/retention', question);
  assert.ok(answer.total.members > 0);
  const visitor = await owner(at('/retention', question));
  const [mean, ...rows] = await heat(visitor, '留存表');
  const cohorts = answer.cohorts.filter((one) => one.members > 0);
  assert.deepEqual(rows, cohorts.map((one) => [one.day, one.members.toLocaleString('en-US'), ...one.returned.map((n) => percent(n / one.members))]));
  assert.deepEqual(mean.slice(1), [answer.total.members.toLocaleString('en-US'), ...answer.total.kept.map((n, i) => percent(n / answer.total.observed[i]))]);
  await visitor.page.getByText('按周').click();
  await visitor.page.waitForURL('**by=week**');
  await visitor.page.getByRole('columnheader', { name: '第 1 周', exact: true }).waitFor();
  await visitor.settle();
  // The last weeks are not over: the table is a triangle.
  const weeks = (await heat(visitor, '留存表')).slice(1);
  assert.ok(weeks.at(-1).filter((cell) => cell === '').length > weeks[0].filter((cell) => cell === '').length, 'a triangle');
  visitor.checkQuiet('retention');
  await visitor.leave();
});

test('actives by touchpoint are those of the API, day by day', async () => {
  const question = { from: '2026-05-01', to: '2026-05-20', by: 'touchpoint' };
  const answer = await ask('/v1/questions/actives', question);
  const visitor = await owner(at('/actives', question));
  const shown = answer.values.map((_, i) => i).filter((i) => answer.days.some((one) => one.values[i]));
  assert.deepEqual((await heat(visitor, '明细')).map((row) => [row[0], ...row.slice(1).map(first)]),
    [...answer.days].reverse().map((one) => [one.day, one.members, ...shown.map((i) => one.values[i])]));
  assert.equal(await visitor.page.locator('.chart-legend li svg').count(), Math.min(6, shown.length));
  await visitor.page.getByText('周', { exact: true }).click();
  await visitor.page.waitForURL('**unit=week**');
  visitor.checkQuiet('actives');
  await visitor.leave();
});

/* -- AIPL -- */

test('AIPL: stages and flows are those of the API, and a flow leads to just its members', async () => {
  const answer = await ask('/v1/questions/aipl', { from: period.from, to: '2026-07-01' });
  const visitor = await owner(at('/aipl', period));
  const cards = await visitor.page.locator('.stage').evaluateAll((all) => all.map((one) => one.querySelector('.figure-value').textContent));
  assert.deepEqual(cards.map(first), answer.stages.map((one) => one.members));
  const falling = ['loyalty', 'purchase', 'interest', 'awareness', 'none'];
  const flow = (from, to) => answer.flow.find((one) => one.from === from && one.to === to).members;
  const table = await heat(visitor, '流转表');
  assert.deepEqual(table.slice(0, 5).map((row) => row.slice(1, 6).map(first)), falling.map((from) => falling.map((to) => flow(from, to))));
  // A card's segment holds for just the members it counts.
  const link = new URL(await visitor.page.locator('.stage a').nth(2).getAttribute('href'), shop.base).searchParams;
  const asked = await ask('/v1/segments/ask', { text: link.get('text'), at: link.get('at') });
  assert.equal(asked.count, answer.stages[2].members);
  const moved = falling.flatMap((from) => falling.map((to) => [from, to, flow(from, to)])).find(([from, to, n]) => from !== to && n > 1);
  await visitor.page.getByRole('region', { name: '流转表' }).locator(`a[href*="was=${moved[0]}"][href*="is=${moved[1]}"]`).click();
  await visitor.page.waitForURL('**/aipl/members?**');
  await visitor.settle();
  assert.equal(first(await visitor.page.locator('.pager').textContent()), moved[2]);
  // A stream of the picture leads there too: the topmost are those who stayed loyal.
  await visitor.go(at('/aipl', period));
  await visitor.page.locator('div[role=img] svg').waitFor();
  await until(async () => {
    await visitor.page.locator('div[role=img]').click({ position: { x: 200, y: 14 } }).catch(() => undefined);
    return /was=loyalty&is=loyalty/.test(visitor.page.url());
  }, 'a stream leads to its members');
  await visitor.settle();
  assert.equal(first(await visitor.page.locator('.pager').textContent()), flow('loyalty', 'loyalty'));
  visitor.checkQuiet('aipl');
  await visitor.leave();
});

test('the rule of a stage is read in words, and changed by those who may', async () => {
  const keep = async (value) => {
    const put = await shop.request('owner', 'PUT', '/v1/settings/aipl.purchase', [], JSON.stringify({ value }));
    assert.equal(put.status, 200, put.text);
  };
  const { json } = await shop.request('owner', 'GET', '/v1/settings', []);
  const usual = json.items.find((one) => one.name === 'aipl.purchase').value;
  await keep('orders(365d) >= 1');
  const visitor = await owner(at('/aipl', period));
  const { page } = visitor;
  await page.getByText('365 天内购买次数 至少 1 次', { exact: true }).waitFor();
  await page.getByRole('button', { name: '修改「购买」的规则' }).click();
  const rule = page.getByRole('textbox', { name: '规则' });
  await rule.fill('orders >= ');
  await page.locator('#aipl-rule-note.wrong').waitFor();
  assert.ok(await page.getByRole('button', { name: /^保\s?存$/ }).isDisabled());
  await rule.fill('orders >= 1');
  await page.locator('#aipl-rule-note').getByText(/占全体/).waitFor();
  await visitor.checkAccess('rule dialog');
  await page.getByRole('button', { name: /^保\s?存$/ }).click();
  await page.locator('.stage-rules').getByText('orders >= 1', { exact: true }).waitFor();
  await keep('orders(365d) >= 1');
  // The half rule was refused, as it should be.
  visitor.wrongs = visitor.wrongs.filter((one) => !/status of 400.*segments\/ask$/.test(one));
  visitor.checkQuiet('rule');
  await visitor.leave();

  const viewer = await enter('viewer', at('/aipl', period));
  await viewer.page.getByText('365 天内购买次数 至少 1 次', { exact: true }).waitFor();
  assert.equal(await viewer.page.getByRole('button', { name: /修改/ }).count(), 0);
  viewer.checkQuiet('viewer');
  await viewer.leave();
  await keep(usual);
});

/* -- distribution -- */

test('distribution: bars, table and cells are those of the API; their segments hold for just as many', async () => {
  const segment = 'orders >= 1';
  const bars = await ask('/v1/questions/histogram', { field: 'spent', segment });
  const visitor = await owner(at('/cross', { field: 'spent', segment }));
  assert.deepEqual((await visitor.page.locator('.histogram-count').allTextContents()).map(first),
    [...bars.bins.map((one) => one.members), ...(bars.unknown ? [bars.unknown] : [])]);
  const link = new URL(await visitor.page.locator('.histogram-count a').first().getAttribute('href'), shop.base).searchParams;
  assert.equal((await ask('/v1/segments/ask', { text: link.get('text') })).count, bars.bins.find((one) => one.members > 0).members);

  const cross = await ask('/v1/questions/cross', { a: 'gender', b: 'orders', segment });
  await visitor.go(at('/cross', { view: 'two', a: 'gender', b: 'orders', segment }));
  const rows = (await visitor.page.locator('.heat tbody tr').evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.innerText.trim())))).slice(0, -1);
  assert.deepEqual(rows.map((row) => row.slice(1, -1).map(first)), cross.cells.map((one) => one.members));
  const cell = visitor.page.locator('a.heat-cell').first();
  const held = new URL(await cell.getAttribute('href'), shop.base).searchParams;
  assert.equal((await ask('/v1/segments/ask', { text: held.get('text') })).count, first(await cell.textContent()));

  const cells = await ask('/v1/questions/cells', { segment });
  await visitor.go(at('/cross', { view: 'rfm', segment }));
  const shown = (await visitor.page.locator('.heat-cell strong').allTextContents()).map(first);
  assert.equal(shown.reduce((sum, n) => sum + n, 0), cells.members);
  for (const one of await visitor.page.locator('a.heat-cell').all()) {
    const { searchParams } = new URL(await one.getAttribute('href'), shop.base);
    assert.equal((await ask('/v1/segments/ask', { text: searchParams.get('text') })).count, first(await one.textContent()), searchParams.get('text'));
  }
  visitor.checkQuiet('distribution');
  await visitor.leave();
});

test('a segment that is not understood, or holds for nobody, is told in words', async () => {
  const visitor = await owner(at('/cross', { field: 'city', segment: 'orders >= 100000' }));
  await visitor.page.getByText('没有符合条件的会员').waitFor();
  await visitor.go(at('/retention', { segment: 'ordres >= 1' }));
  await visitor.page.locator('[role=alert]').getByText(/orders/).waitFor();
  await visitor.leave();
});

/* -- who may, and an empty shop -- */

test('who may not see reports is told so; members he may see spread', async () => {
  const visitor = await enter('support', '/cross');
  const links = await visitor.page.locator('nav a').evaluateAll((all) => all.map((one) => one.getAttribute('href')));
  for (const path of ['/aipl', '/funnel', '/retention', '/actives']) assert.ok(!links.includes(path), `${path} is in the menu`);
  await visitor.page.locator('.histogram').waitFor();
  assert.equal(await visitor.page.getByText('RFM 格子').count(), 0);
  await visitor.go('/funnel');
  await visitor.page.getByText('没有查看这一页的权限').waitFor();
  visitor.checkQuiet('support');
  await visitor.leave();
});

test('an empty shop has pages that say so', async () => {
  const empty = await openDemoShop({ members: 0 });
  try {
    const visitor = await owner('/', { shop: empty, size: 'phone' });
    for (const path of ['/aipl', '/funnel', '/retention', '/actives', '/cross', '/cross?view=two', '/cross?view=rfm']) {
      await visitor.go(path);
      await visitor.page.locator('.ant-empty').first().waitFor();
      await visitor.checkWidth(path);
    }
    visitor.checkQuiet('empty shop');
    await visitor.leave();
  } finally {
    await empty.close();
  }
});
