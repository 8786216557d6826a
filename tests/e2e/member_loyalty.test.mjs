// member_loyalty.test.mjs -- a member's page says where he stands in the programme, and an entitlement is used and taken back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from './browser.mjs';
import { doorsOf } from './loyalty.mjs';
import { stage } from './stage.mjs';

const { shop, owner, enter } = stage({ members: 0 });
const { send, setting, member, my, order } = doorsOf(shop);

test('tier, points, tasks and entitlements of a member; one is used and given back', async () => {
  const lin = await member('林晓');
  await setting('loyalty.since', '2020-01-01');
  await setting('points.pending_days', 0);
  await send('PUT', '/v1/benefits/advice', { kind: 'service', zh: '护肤顾问', en: 'Skin advice', cost: '0' });
  await send('PATCH', '/v1/tasks/1', { opened: true, gifts: { rewards: [{ kind: 'benefit', code: 'advice', amount: 2 }], milestones: [], specials: [] } });
  await my(lin, 'POST', '/v1/my/check-in', {});
  await order('林晓', '500.00');
  const visitor = await owner(`/members/${lin}`);
  const { page } = visitor;
  await page.getByRole('tab', { name: '会员忠诚' }).click();
  const figure = (name) => page.locator('.figure', { hasText: name }).locator('.figure-value');
  const tier = await send('GET', `/v1/members/${lin}/tier`);
  await until(async () => (await figure('等级').first().textContent()) === tier.now.zh, 'the tier that the order led to');
  const { available } = await send('GET', `/v1/members/${lin}/points`);
  assert.ok(available >= 500);
  assert.equal(await figure('可用').textContent(), available.toLocaleString('en-US'));
  await page.getByRole('row', { name: '每日签到' }).getByText('共 1 次').waitFor();
  const row = page.getByRole('listitem').filter({ hasText: '护肤顾问' });
  await row.getByText('还有 2 次').waitFor();
  await visitor.settle();
  await visitor.checkAccess('loyalty of a member');
  await row.getByRole('button', { name: '用一次' }).click();
  await page.locator('.ant-popconfirm .ant-btn-primary').click();
  await row.getByText('还有 1 次').waitFor();
  await page.getByRole('status').getByRole('button').click();
  await row.getByText('还有 2 次').waitFor();
  visitor.checkQuiet('loyalty of a member');
  await visitor.leave();
  const viewer = await enter('viewer', `/members/${lin}`);
  await viewer.page.getByRole('tab', { name: '会员忠诚' }).click();
  await viewer.page.getByText('还有 2 次').waitFor();
  assert.equal(await viewer.page.getByRole('button', { name: '用一次' }).count(), 0);
  viewer.checkQuiet('viewer');
  await viewer.leave();
});
