// member_loyalty.test.mjs -- a member's page says where he stands in the programme; an entitlement is used and taken back; membership
// and shopping credit are recorded by hand.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from './browser.mjs';
import { doorsOf, named } from './loyalty.mjs';
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

const shot = async (visitor, name) => process.env.SHOTS && (await visitor.page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true }));

test('a paid membership and shopping credit are recorded by hand, and refunded', async () => {
  const id = await member('苏禾');
  await send('PUT', '/v1/membership-plans/year', { zh: '年卡', en: 'Year', price: '199.00', months: 12 });
  await send('PUT', '/v1/credit/steps', { steps: [{ above: '1000.00', bonus: '100.00' }] });
  const visitor = await owner(`/members/${id}`);
  const { page } = visitor;
  const dialog = page.getByRole('dialog');
  const figure = (name) => page.locator('.figures-3 .figure', { hasText: name }).locator('.figure-value');
  const closed = () => dialog.waitFor({ state: 'detached' });
  await page.getByRole('tab', { name: '会员忠诚' }).click();
  // Bought, then renewed: what it comes to is seen before.
  for (const [button, key, kind] of [['登记开通', 'M-1', '开通'], ['登记续费或换方案', 'M-2', '续费，接在原期限之后']]) {
    await page.getByRole('button', { name: button }).click();
    if (key === 'M-1') {
      await dialog.getByRole('combobox', { name: '方案' }).click();
      await page.locator('.ant-select-item-option', { hasText: '年卡' }).waitFor();
      await page.keyboard.press('Enter');
    }
    await dialog.getByText(kind, { exact: true }).waitFor();
    await until(async () => (await dialog.getByLabel('实付（元）').inputValue()) === '199.00', 'what is to be paid stands there');
    await dialog.getByRole('button', { name: named('登记') }).click();
    await dialog.getByText('请填写').waitFor(); // its number is wanted
    await dialog.getByLabel('购买单号').fill(key);
    await visitor.checkAccess(`buying: ${key}`);
    await shot(visitor, `buy-${key}`);
    await dialog.getByRole('button', { name: named('登记') }).click();
    await closed();
    await page.getByRole('row', { name: key }).waitFor();
  }
  await until(async () => (await figure('付费会员').textContent()) === '年卡', 'the plan he has');
  await page.getByRole('row', { name: 'M-2' }).getByRole('button', { name: '算退款' }).click();
  await dialog.getByText('¥199.00').first().waitFor(); // not begun: all of it
  await dialog.getByRole('button', { name: '确认退款' }).click();
  await page.getByRole('row', { name: 'M-2' }).getByText('已退款').waitFor();

  // Credit: topped up with its bonus, spent, refunded.
  const act = async (button, amount, label, key, ok) => {
    await page.getByRole('button', { name: button }).click();
    await dialog.getByLabel('金额（元）').fill(amount);
    await dialog.getByLabel(label).fill(key);
    await dialog.getByRole('button', { name: ok }).click();
  };
  await act('登记充值', '1000', '充值单号', 'C-1', '登记充值');
  await closed();
  await until(async () => (await figure('购物金').textContent()) === '¥1,100.00', 'the top-up with its bonus');
  await act('登记消费', '5000', '消费单号', 'C-2', '登记消费'); // more than there is
  await dialog.locator('.ant-form-item-explain-error, [role=alert]').first().waitFor(); // said in the dialog
  await dialog.getByLabel('金额（元）').fill('300');
  await dialog.getByRole('button', { name: '登记消费' }).click();
  await closed();
  await until(async () => (await figure('购物金').textContent()) === '¥800.00', 'less what was spent');
  await page.getByRole('row', { name: 'C-2' }).getByRole('button', { name: '算退款' }).click();
  await dialog.getByLabel('退多少').fill('100');
  await dialog.getByRole('button', { name: '确认退款' }).click();
  await until(async () => (await figure('购物金').textContent()) === '¥900.00', 'and what came back');

  // A bonus above the limit of one person waits for another.
  await page.getByRole('button', { name: named('赠送') }).click();
  await dialog.getByLabel('金额（元）').fill('600');
  await dialog.getByLabel('理由').fill('年度感谢');
  await dialog.getByRole('button', { name: named('赠送') }).click();
  await page.getByRole('link', { name: '去审批页' }).waitFor();
  const waiting = await send('GET', '/v1/approvals?state=open');
  assert.ok(waiting.items.some((one) => one.reason === '年度感谢'));
  await dialog.getByRole('button', { name: named('关闭') }).last().click();
  visitor.wrongs = visitor.wrongs.filter((one) => !/status of 422.*credit\/spend/.test(one));
  visitor.checkQuiet('by hand');
  await visitor.leave();

  // Support sees it and may give a bonus, but records no money.
  const support = await enter('support', `/members/${id}`, { size: 'phone' });
  await support.page.getByRole('tab', { name: '会员忠诚' }).click();
  await support.page.getByText('C-1').first().waitFor();
  await support.page.getByRole('button', { name: named('赠送') }).waitFor();
  for (const button of ['登记开通', '登记续费或换方案', '登记充值', '登记消费', '算退款'])
    assert.equal(await support.page.getByRole('button', { name: button }).count(), button === '算退款' ? 1 : 0, button); // a refund is worked out, not made
  await support.checkWidth('loyalty of a member, on a phone');
  await support.checkAccess('loyalty of a member, on a phone');
  await shot(support, 'member-phone');
  support.checkQuiet('support');
  await support.leave();
});
