// boards.test.mjs -- a leaderboard made in the console is live: orders that come by API reorder it while one looks; it ends with prizes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from './browser.mjs';
import { doorsOf, named, pick } from './loyalty.mjs';
import { stage } from './stage.mjs';

const { shop, owner, enter } = stage({ members: 0 });
const { send, setting, member, order } = doorsOf(shop);
const day = (n) => new Date(Date.now() + n * 86_400_000).toISOString();
const order_of = (page) => page.getByRole('list', { name: '实时名次' }).locator('.rank-name a').allTextContents();

test('made, published, and reordered by orders while one looks', async () => {
  for (const name of ['林晓', '王芳', '赵敏']) await member(name);
  const visitor = await owner('/boards');
  const { page } = visitor;
  await page.getByText('还没有榜单').waitFor();
  await page.getByRole('button', { name: '新建榜单' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: named('保存') }).click();
  await dialog.getByText('请填写').waitFor();
  await dialog.getByLabel('名称').fill('双十二消费榜');
  await dialog.getByLabel('分数相同时').click();
  await pick(page, '并列，空出名次');
  await dialog.getByRole('button', { name: named('保存') }).click();
  await page.waitForURL(/\/boards\/\d+$/);
  await page.getByText('发布后才有名次').waitFor();
  await page.getByRole('button', { name: named('发布') }).click();
  await page.locator('.ant-popconfirm .ant-btn-primary').click();
  await page.getByText('进行中').waitFor();
  await order('林晓', '80.00');
  await order('王芳', '100.00');
  await until(async () => (await order_of(page)).join(' ') === '王芳 林晓', 'two orders, two ranks');
  await order('林晓', '50.00');
  await until(async () => (await order_of(page)).join(' ') === '林晓 王芳', 'another order turns them round');
  await page.getByRole('listitem').filter({ hasText: '林晓' }).getByLabel('升 1 位').waitFor();
  await page.getByText('¥130.00').waitFor();
  await visitor.checkAccess('a live board');
  // One member and the neighbours.
  await page.getByRole('combobox', { name: '姓名、手机号或 #编号' }).fill('王芳');
  await pick(page, '王芳');
  await page.getByText('第 2 名，共 2 位').waitFor();
  await order('王芳', '30.00');
  await page.getByText('第 1 名，共 2 位').waitFor(); // they share it
  visitor.checkQuiet('a live board');
  await visitor.leave();
});

test('what a draft says can change; of a published one only what may', async () => {
  const draft = await send('POST', '/v1/boards', { name: '积分榜', metric: 'points', starts_at: day(-1), ends_at: day(2), visible: true });
  const visitor = await owner(`/boards/${draft.id}`);
  const { page } = visitor;
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: named('编辑') }).click();
  await dialog.getByLabel('至少多少才上榜').fill('20');
  await dialog.getByRole('button', { name: '加一档奖品' }).click();
  await dialog.getByRole('button', { name: named('保存') }).click();
  await page.getByText('至少多少才上榜 20').waitFor();
  await page.getByText('第 1 名').waitFor();
  await send('PATCH', `/v1/boards/${draft.id}`, { state: 'published' });
  await visitor.go(`/boards/${draft.id}`);
  await page.getByRole('button', { name: named('编辑') }).click();
  await dialog.getByText('已发布：只能改').waitFor();
  assert.equal(await dialog.getByLabel('比什么').count(), 0);
  await dialog.getByLabel('名称').fill('本周积分榜');
  await dialog.getByRole('button', { name: named('保存') }).click();
  await page.getByRole('heading', { name: /本周积分榜/ }).waitFor();
  assert.equal((await send('GET', `/v1/boards/${draft.id}`)).starts_at, draft.starts_at, 'what was not touched keeps its instant');
  visitor.checkQuiet('terms');
  await visitor.leave();
});

test('frozen at its end, settled once; a refund afterwards is decided', async () => {
  await setting('boards.late_hours', 0);
  const board = await send('POST', '/v1/boards', {
    name: '一小会儿', metric: 'amount', starts_at: day(-1), ends_at: new Date(Date.now() + 3000).toISOString(), visible: true,
    prizes: [{ first: 1, last: 1, rewards: [{ kind: 'points', amount: 60 }] }],
  });
  await send('PATCH', `/v1/boards/${board.id}`, { state: 'published' });
  const { id } = await order('赵敏', '300.00');
  await until(async () => ['frozen', 'settled'].includes((await send('GET', `/v1/boards/${board.id}`)).state), 'it is over');
  const visitor = await owner(`/boards/${board.id}`);
  const { page } = visitor;
  const settle = page.getByRole('button', { name: '结算发奖' });
  if ((await settle.count()) > 0) {
    await settle.click();
    await page.locator('.ant-popconfirm .ant-btn-primary').click();
  }
  await page.locator('h1', { hasText: '已发奖' }).waitFor();
  const row = page.getByRole('row', { name: '¥300.00' });
  await row.getByText('已发', { exact: true }).waitFor();
  await send('POST', `/v1/orders/${id}/refunds`, { amount: '300.00', key: 'r1' });
  await visitor.go(`/boards/${board.id}`);
  await row.getByText('冻结后有退款：¥300.00 → ¥0.00').waitFor();
  await row.getByRole('button', { name: named('保留') }).click();
  await row.getByText('已决定保留').waitFor();
  visitor.checkQuiet('its end');
  await visitor.leave();
});

test('on a phone; and a viewer sees masked names and no doors', async () => {
  const phone = await owner('/boards/1', { size: 'phone' });
  await phone.page.getByText('¥130.00').first().waitFor();
  await phone.checkWidth('a board');
  await phone.checkAccess('a board');
  phone.checkQuiet('on a phone');
  await phone.leave();
  const viewer = await enter('viewer', '/boards/1');
  await viewer.page.getByText('林*').waitFor();
  for (const name of [named('编辑'), '取消榜单']) assert.equal(await viewer.page.getByRole('button', { name }).count(), 0);
  viewer.checkQuiet('viewer');
  await viewer.leave();
});
