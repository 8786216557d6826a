// points.test.mjs -- a rule made in the console earns what it reads, by orders that come by API; by hand, with a second person above a limit.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from './browser.mjs';
import { doorsOf, named, pick } from './loyalty.mjs';
import { stage } from './stage.mjs';

const { shop, owner, enter } = stage({ members: 0 });
const { send, setting, member, order } = doorsOf(shop);

let lin;

const figure = (page, name) => page.locator('.figure', { hasText: name }).locator('.figure-value');

test('a rule is made, read out, and earns what it says', async () => {
  lin = await member('林晓');
  await setting('points.pending_days', 0);
  const visitor = await owner('/points');
  const { page } = visitor;
  await page.getByText('会员计划还没有开启').waitFor();
  await page.getByRole('button', { name: '从今天开启' }).click();
  await page.locator('.ant-popconfirm .ant-btn-primary').click();
  await page.getByText('会员计划还没有开启').waitFor({ state: 'detached' });
  await page.getByRole('cell', { name: '每消费 ¥1.00 得 1 积分；乘以等级倍数。' }).waitFor();
  await page.getByRole('button', { name: '新建规则' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: named('保存') }).click();
  await dialog.getByText('请填写').waitFor(); // a name is wanted, at its field
  await dialog.getByLabel('名称').fill('面膜加倍');
  await dialog.getByLabel('得积分').fill('2');
  await dialog.getByLabel('每消费（元）').fill('10');
  await dialog.getByLabel('类目').fill('面膜');
  await page.keyboard.press('Enter');
  await dialog.getByLabel('叠加在其他规则之上').click();
  await dialog.getByLabel('每人每天最多（积分）').fill('15');
  const said = '每消费 ¥10.00 得 2 积分；乘以等级倍数；仅限类目 「面膜」；每人每天最多 15；与其他规则叠加。';
  await dialog.getByText(said).waitFor();
  await dialog.getByRole('button', { name: named('保存') }).click();
  await page.getByRole('cell', { name: said }).waitFor();
  await visitor.checkAccess('rules');

  const line = (product, category, paid) => ({ product_id: product, product, category, quantity: 1, price: paid, amount: paid });
  await order('林晓', '100.00', { lines: [line('M1', '面膜', '60.00'), line('S1', '洁面', '40.00')] });
  await visitor.go(`/points?tab=member&member=${lin}`);
  await until(async () => (await figure(page, '可用').textContent()) === '112', 'a point for each yuan, 12 for the masks');
  await page.getByRole('cell', { name: '+112' }).waitFor();
  visitor.checkQuiet('points');
  await visitor.leave();
});

test('a rule is changed, copied and switched off; what the server refuses stands at its field', async () => {
  const visitor = await owner('/points');
  const { page } = visitor;
  const row = (name) => page.getByRole('row', { name });
  const dialog = page.getByRole('dialog');
  await row('面膜加倍').getByRole('button', { name: named('编辑') }).click();
  await dialog.getByLabel('每人每天最多（积分）').fill('');
  await dialog.getByRole('button', { name: named('保存') }).click();
  await row('面膜加倍').getByText('每人每天最多').waitFor({ state: 'detached' });
  await row('面膜加倍').getByRole('button', { name: named('复制') }).click();
  await dialog.getByLabel('名称').fill('');
  await dialog.getByLabel('类目').fill('长'.repeat(80));
  await page.keyboard.press('Enter');
  await dialog.getByLabel('名称').fill('太长');
  await dialog.getByRole('button', { name: named('保存') }).click();
  await dialog.locator('.ant-form-item', { hasText: '类目' }).getByText('1 至 200 字节').waitFor();
  await dialog.getByRole('button', { name: named('取消') }).click();
  await row('面膜加倍').getByRole('switch').click();
  await row('面膜加倍').getByText('已停用').waitFor();
  const { items } = await send('GET', '/v1/points/rules');
  assert.deepEqual(items.map((rule) => [rule.on, rule.cap_day]), [[true, null], [false, null]]);
  await visitor.leave();
});

test('by hand: at once below the limit, above it by a second person', async () => {
  const visitor = await enter('operator', `/points?tab=member&member=${lin}`);
  const { page } = visitor;
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: '手工发放或扣减' }).click();
  await dialog.getByText('1,000 积分以内立即生效').waitFor();
  await dialog.getByLabel('多少积分').fill('12');
  await dialog.getByText('扣减', { exact: true }).click();
  await dialog.getByLabel('理由').click();
  await pick(page, '误发扣回');
  await dialog.getByRole('button', { name: named('确定') }).click();
  await until(async () => (await figure(page, '可用').textContent()) === '100', 'taken away');
  await page.getByRole('button', { name: '手工发放或扣减' }).click();
  await dialog.getByLabel('多少积分').fill('5000');
  await dialog.getByText('须另一人审批：提交后').waitFor();
  await dialog.getByLabel('理由').fill('年度品鉴官奖励');
  await dialog.getByRole('button', { name: '提交审批' }).click();
  await dialog.getByText('已提交审批').waitFor();
  assert.equal((await send('GET', `/v1/members/${lin}/points`)).available, 100, 'nothing is given yet');
  await dialog.getByRole('link', { name: '去审批页' }).click();
  await page.waitForURL('**/approvals');
  await page.getByRole('cell', { name: '+5000' }).waitFor();
  visitor.checkQuiet('by hand');
  await visitor.leave();
});

test('what is owed: the figures of the API, as a chart, a table and a file', async () => {
  const visitor = await owner('/points?tab=liability');
  const { page } = visitor;
  const owed = await send('GET', '/v1/points/liability');
  assert.equal(owed.outstanding, 100);
  assert.equal(await figure(page, '未使用积分').textContent(), '100');
  assert.equal(await figure(page, '折合金额').textContent(), '¥1.00');
  await page.getByRole('img', { name: /期末未使用 100/ }).locator('svg').waitFor();
  await page.getByRole('row', { name: owed.months.at(-1).month }).getByRole('cell', { name: '112', exact: true }).waitFor();
  await visitor.checkAccess('liability');
  await page.getByRole('button', { name: '导出' }).click();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'csv' }).click()]);
  assert.match(Buffer.concat(await (await file.createReadStream()).toArray()).toString('utf8'), new RegExp(owed.months.at(-1).month));
  visitor.checkQuiet('liability');
  await visitor.leave();
});

test('how long points last is read out as it is set; on a phone all of it fits', async () => {
  const visitor = await owner('/points?tab=policy', { size: 'phone' });
  const { page } = visitor;
  await page.getByText('积分得到后 12 个月内有效，到当天为止。').waitFor();
  await setting('points.expiry', 'never');
  await visitor.go('/points?tab=policy');
  await page.getByText('积分永久有效。').waitFor();
  await visitor.checkWidth('policy');
  await visitor.go('/points');
  await page.locator('.row-card', { hasText: '面膜加倍' }).getByRole('button', { name: named('编辑') }).click();
  await page.getByRole('dialog').getByText('这条规则读作').waitFor();
  await visitor.settle();
  await visitor.checkWidth('a rule');
  await visitor.checkAccess('a rule');
  visitor.checkQuiet('on a phone');
  await visitor.leave();
});

test('who may only look changes nothing', async () => {
  const visitor = await enter('viewer', '/points');
  const { page } = visitor;
  await page.getByRole('cell', { name: '消费 1 元得 1 积分' }).waitFor();
  for (const name of ['新建规则', '手工发放或扣减', /^编\s?辑$/]) assert.equal(await page.getByRole('button', { name }).count(), 0);
  await page.getByRole('tab', { name: '有效期与限额' }).click();
  await page.getByText('积分永久有效。').waitFor();
  assert.equal(await page.locator('.setting input:enabled').count(), 0);
  visitor.checkQuiet('viewer');
  await visitor.leave();
});
