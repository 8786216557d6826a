// budgets.test.mjs -- a budget pays until it is empty, warns, is topped up with a reason; what is held is released or rejected.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doorsOf, named } from './loyalty.mjs';
import { stage } from './stage.mjs';

const { shop, owner, enter } = stage({ members: 0 });
const { send, setting, member, my } = doorsOf(shop);

const figure = (page, name) => page.locator('.figure', { hasText: name }).locator('.figure-value');
const joined = async (name) => {
  const id = await member(name);
  await send('POST', `/v1/members/${id}/join`, { channel: 'shop' });
  return id;
};
const credit = async (id) => (await send('GET', `/v1/members/${id}/credit`)).total;

test('a budget is made, runs out, is topped up, and what it refused is given', async () => {
  const visitor = await owner('/budgets');
  const { page } = visitor;
  const dialog = page.getByRole('dialog');
  await page.getByText('还没有预算').waitFor();
  await page.locator('.tab-bar').getByRole('button', { name: '新建预算' }).click();
  await dialog.getByLabel('用途').fill('新人礼');
  await dialog.getByLabel('代号').fill('new-1');
  await dialog.getByLabel('金额（元）').fill('15');
  await dialog.getByRole('button', { name: named('保存') }).click();
  await page.getByRole('row', { name: '新人礼' }).getByText('使用中').waitFor();

  await send('PUT', '/v1/packs/newcomer', { rewards: [{ kind: 'credit', credit: '10.00', budget: 'new-1' }] });
  const first = await joined('林晓');
  const second = await joined('王芳');
  assert.deepEqual([await credit(first), await credit(second)], ['10.00', '0.00']);
  await visitor.go('/budgets');
  await page.getByRole('row', { name: '新人礼' }).getByText('不够发了').waitFor();
  await visitor.checkAccess('budgets');
  await page.getByRole('link', { name: '新人礼' }).click();
  await page.getByText('按最近 1 天的速度（每天 ¥10.00），大约还能用 0 天').waitFor();
  assert.equal(await figure(page, '还可用').textContent(), '¥5.00');
  await page.getByRole('row', { name: '新人礼' }).getByText('¥10.00').waitFor();
  await page.getByRole('button', { name: named('追加') }).click();
  await dialog.getByLabel('追加多少（元）').fill('30');
  await dialog.getByRole('button', { name: named('追加') }).click();
  await dialog.getByText('请填写').waitFor(); // a reason is wanted
  await dialog.getByLabel('理由').fill('活动延长一周');
  await dialog.getByRole('button', { name: named('追加') }).click();
  await page.getByText('使用中').waitFor();
  assert.equal(await figure(page, '还可用').textContent(), '¥35.00');
  visitor.checkQuiet('a budget');

  await page.getByRole('button', { name: '看它支付的奖励' }).click();
  await page.getByRole('row', { name: `#${second}` }).getByText('预算不足').waitFor();
  await page.getByRole('row', { name: `#${second}` }).getByRole('button', { name: named('补发') }).click();
  await dialog.getByRole('button', { name: named('补发') }).click();
  await page.getByText('已放行并发放').waitFor();
  assert.equal(await credit(second), '10.00');
  await visitor.leave();
});

test('above the limit a second person decides', async () => {
  const visitor = await enter('operator', '/budgets');
  const { page } = visitor;
  await page.getByRole('row', { name: '新人礼' }).getByRole('button', { name: named('追加') }).click();
  await page.getByRole('dialog').getByLabel('追加多少（元）').fill('60000');
  await page.getByRole('dialog').getByLabel('理由').fill('年度追加');
  await page.getByRole('dialog').getByRole('button', { name: named('追加') }).click();
  await page.getByText('已提交审批').waitFor();
  await visitor.leave();
});

test('what looks wrong is held, then released or rejected with a reason, on a phone too', async () => {
  const lin = await member('林晓');
  const wang = await member('王芳');
  await send('PATCH', '/v1/tasks/1', { opened: true });
  const { id: sign } = await send('POST', '/v1/tasks', { code: 'sign', kind: 'check_in', zh: '打卡', en: 'Sign', opened: true, gifts: { rewards: [{ kind: 'points', amount: 7 }] } });
  await setting('tasks.per_minute', 1);
  for (const id of [lin, wang]) {
    await my(id, 'POST', '/v1/my/check-in', {});
    await my(id, 'POST', '/v1/my/check-in', { task: sign });
  }
  const visitor = await owner('/budgets?tab=rewards', { size: 'phone' });
  const { page } = visitor;
  const dialog = page.getByRole('dialog');
  const card = (id) => page.locator('.row-card', { hasText: `#${id}` }).first();
  await card(wang).waitFor();
  await visitor.checkWidth('held');
  await visitor.checkAccess('held');
  await card(lin).getByRole('button', { name: named('放行') }).click();
  await dialog.getByRole('button', { name: named('放行') }).click();
  await card(lin).waitFor({ state: 'detached' });
  await card(wang).getByRole('button', { name: named('拒绝') }).click();
  await dialog.getByRole('button', { name: named('拒绝') }).click();
  await dialog.getByText('请填写').waitFor();
  await dialog.getByLabel('说明拒绝的原因').fill('脚本刷的');
  await dialog.getByRole('button', { name: named('拒绝') }).click();
  await card(wang).waitFor({ state: 'detached' });
  await page.getByText('已拒绝', { exact: true }).first().click();
  await page.locator('.row-card', { hasText: '脚本刷的' }).waitFor();
  visitor.checkQuiet('held');
  await visitor.leave();
});

test('who may only look changes nothing', async () => {
  const visitor = await enter('viewer', '/budgets');
  await visitor.page.getByRole('row', { name: '新人礼' }).waitFor();
  assert.equal(await visitor.page.getByRole('button', { name: '新建预算' }).count(), 0);
  assert.equal(await visitor.page.getByRole('button', { name: named('追加') }).count(), 0);
  visitor.checkQuiet('looking');
  await visitor.leave();
});
