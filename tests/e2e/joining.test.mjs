// joining.test.mjs -- packs, plans and paid members: what a refund comes to is seen before it is made; shopping credit by steps.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doorsOf, named } from './loyalty.mjs';
import { stage } from './stage.mjs';

const { shop, owner } = stage({ members: 0 });
const { send, member } = doorsOf(shop);

const figure = (page, name) => page.locator('.figure', { hasText: name }).first().locator('.figure-value');

test('a newcomer gets what the pack says', async () => {
  const visitor = await owner('/joining');
  const { page } = visitor;
  const dialog = page.getByRole('dialog');
  await page.getByRole('region', { name: '新人礼' }).getByRole('button', { name: named('编辑') }).click();
  await dialog.getByRole('button', { name: '加一样奖励' }).click();
  await dialog.getByRole('spinbutton', { name: '数量' }).fill('88');
  await dialog.getByRole('button', { name: named('保存') }).click();
  await page.getByRole('region', { name: '新人礼' }).getByText('88 积分').waitFor();
  visitor.checkQuiet('packs');
  const id = await member('林晓');
  await send('POST', `/v1/members/${id}/join`, { channel: 'shop' });
  assert.equal((await send('GET', `/v1/members/${id}/points`)).available, 88);
  await visitor.leave();
});

test('a plan is sold; its refund is worked out, then made', async () => {
  const visitor = await owner('/joining?tab=plans');
  const { page } = visitor;
  const dialog = page.getByRole('dialog');
  await page.locator('.tab-bar').getByRole('button', { name: '新建方案' }).click();
  await dialog.getByLabel('中文名').fill('年卡');
  await dialog.getByLabel('英文名').fill('Year');
  await dialog.getByLabel('代号').fill('year');
  await dialog.getByLabel('价格（元）').fill('199');
  await dialog.getByRole('button', { name: named('保存') }).click();
  await page.getByRole('row', { name: '年卡' }).getByText('¥199.00').waitFor();
  const id = await member('王芳');
  await send('POST', `/v1/members/${id}/membership`, { plan: 'year', key: 'T1001', paid: '199.00' });
  await visitor.go('/joining?tab=paid');
  await page.getByRole('row', { name: '王芳' }).getByRole('button', { name: '查看与退款' }).click();
  await page.getByRole('row', { name: '年卡' }).getByRole('button', { name: '算退款' }).click();
  const would = await send('GET', `/v1/members/${id}/membership/refund?key=T1001`);
  await dialog.getByText(`${would.days} 天中的 ${would.unused_days} 天`).waitFor();
  await dialog.locator('.sum-total').getByText(`¥${would.refund}`).waitFor();
  await visitor.checkAccess('refund');
  assert.equal((await send('GET', `/v1/members/${id}/membership`)).active, true);
  await dialog.getByRole('button', { name: '确认退款' }).click();
  await page.getByRole('row', { name: '年卡' }).getByText('已退款').waitFor();
  assert.equal((await send('GET', `/v1/members/${id}/membership`)).active, false);
  visitor.checkQuiet('paid');
  await visitor.leave();
});

test('a top-up brings its bonus; part of what was spent goes back, on a phone', async () => {
  const visitor = await owner('/joining?tab=credit', { size: 'phone' });
  const { page } = visitor;
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: '修改档位' }).click();
  await dialog.getByLabel('充满（元）').fill('1000');
  await dialog.getByLabel('送（元）').fill('100');
  await dialog.getByRole('button', { name: named('保存') }).click();
  await page.getByText('充 ¥1,000.00 送 ¥100.00').waitFor();
  const id = await member('王芳');
  await send('POST', `/v1/members/${id}/credit/topup`, { key: 'C1', amount: '1000.00' });
  await send('POST', `/v1/members/${id}/credit/spend`, { key: 'C2', amount: '300.00' });
  await visitor.go(`/joining?tab=credit&member=${id}`);
  assert.equal(await figure(page, '余额合计').textContent(), '¥800.00');
  const spent = page.locator('.row-card', { hasText: 'C2' }).first();
  await spent.getByRole('button', { name: '算退款' }).click();
  await dialog.getByText('¥200.00').waitFor();
  await dialog.getByLabel('退多少').fill('100');
  await dialog.getByText('¥66.67').waitFor();
  await visitor.checkWidth('refund');
  await dialog.getByRole('button', { name: '确认退款' }).click();
  await page.locator('.row-card', { hasText: '退消费' }).waitFor();
  assert.equal((await send('GET', `/v1/members/${id}/credit`)).total, '900.00');
  visitor.checkQuiet('credit');
  await visitor.leave();
});
