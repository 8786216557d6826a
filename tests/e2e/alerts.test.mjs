// alerts.test.mjs -- templates taken, a rule written as a sentence and tried, an alert seen, acknowledged, assigned, muted, resolved; the bell; a phone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doorsOf, named, pick } from './loyalty.mjs';
import { stage } from './stage.mjs';

const { shop, owner, enter } = stage({ members: 300 });
const { send } = doorsOf(shop);
const rule = (name, terms, more = {}) => send('POST', '/v1/alert-rules', { name, terms, ...more });

test('templates are taken over in one click, and a rule is switched off', async () => {
  const visitor = await owner('/alerts');
  const { page } = visitor;
  await page.getByText('还没有规则在看').waitFor();
  await page.getByRole('button', { name: '去设规则' }).click();
  await page.getByRole('heading', { name: '模板' }).waitFor();
  await visitor.checkAccess('templates');
  await page.getByRole('button', { name: '全部采用' }).click();
  await page.getByText('新增 10 条规则').waitFor();
  const off = page.getByRole('switch', { name: '启用“退款激增”' });
  await off.waitFor();
  await off.click();
  await page.locator('[role=switch][aria-checked=false][aria-label="启用“退款激增”"]').waitFor();
  await visitor.settle();
  assert.equal((await send('GET', '/v1/alert-rules')).items.find((one) => one.name === '退款激增').enabled, false);
  await visitor.checkAccess('rules');
  visitor.checkQuiet('rules');
  await visitor.leave();
});

test('a rule reads as a sentence, is tried before it is on, and is refused in words', async () => {
  const visitor = await owner('/alerts?tab=rules');
  const { page } = visitor;
  await page.getByRole('button', { name: '新建规则' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: '规则名称' }).fill('大促日');
  await dialog.getByText('支付金额上一个整天明显低于之前 8 周同一星期几的中位数').waitFor();
  await dialog.locator('[role=img][aria-label*=走势] svg').waitFor();
  await dialog.getByRole('combobox', { name: '怎样比' }).click();
  await pick(page, '与固定的数比');
  await dialog.getByRole('combobox', { name: '方向' }).click();
  await pick(page, '高于');
  await dialog.getByRole('spinbutton', { name: '阈值' }).fill('1');
  await dialog.getByText('支付金额上一个整天高于 ¥1.00 时预警').waitFor();
  await dialog.getByText(/会发出 \d+ 次预警/).waitFor();
  await visitor.checkAccess('a rule');
  await dialog.getByRole('button', { name: named('保存') }).click();
  await dialog.waitFor({ state: 'hidden' });
  await page.locator('b', { hasText: '大促日' }).waitFor();
  visitor.checkQuiet('a rule');
  await visitor.leave();
});

test('an alert explains itself, is acknowledged, assigned, muted and resolved', async () => {
  await rule('没有大单', { metric: 'sales', kind: 'threshold', side: 'below', limit: '99999999.00' }, { severity: 'critical' });
  assert.ok((await send('POST', '/v1/alerts/check', {})).raised >= 1);
  const visitor = await owner('/alerts');
  const { page } = visitor;
  await page.getByRole('button', { name: /条预警未解决/ }).waitFor();
  await page.getByText('低于规则的 ¥99,999,999.00').waitFor();
  await visitor.checkAccess('alerts');
  await page.getByRole('button', { name: '详情：没有大单' }).click();
  const panel = page.locator('.ant-drawer-content-wrapper');
  await panel.getByRole('heading', { name: '经过' }).waitFor();
  await panel.locator('[role=img][aria-label^=支付金额] svg').waitFor();
  await panel.getByRole('link', { name: '看指标' }).waitFor();
  await panel.getByRole('button', { name: named('确认') }).click();
  await panel.locator('.mark', { hasText: '已确认' }).waitFor();
  await panel.getByRole('combobox', { name: '分派给' }).click();
  await pick(page, 'owner');
  await panel.getByText('由 owner 处理').waitFor();
  await panel.getByRole('button', { name: named('静音') }).click();
  await page.getByRole('menuitem', { name: '静音 7 天' }).click();
  await panel.getByText(/静音到/).waitFor();
  await visitor.checkAccess('an alert');
  await panel.getByRole('button', { name: named('解决') }).click();
  const sure = page.getByRole('dialog').filter({ hasText: '解决这条预警' });
  await sure.getByRole('textbox', { name: '备注' }).fill('已经知道');
  await sure.getByRole('button', { name: named('解决') }).click();
  await panel.getByText('已经知道').waitFor();
  await panel.getByText('由人解决').first().waitFor();
  visitor.checkQuiet('an alert');
  await visitor.leave();
});

test('on a phone, and for who may only look', async () => {
  await rule('看得见', { metric: 'orders', kind: 'threshold', side: 'below', limit: '9999999' });
  await send('POST', '/v1/alerts/check', {});
  const visitor = await enter('viewer', '/alerts', { size: 'phone' });
  const { page } = visitor;
  await page.locator('.row-card', { hasText: '看得见' }).waitFor();
  await visitor.checkWidth('alerts');
  await visitor.checkAccess('alerts on a phone');
  assert.equal(await page.getByRole('button', { name: '现在判断' }).count(), 0);
  await visitor.go('/alerts?tab=rules');
  await page.locator('.row-card', { hasText: '看得见' }).waitFor();
  await visitor.checkWidth('rules');
  assert.equal(await page.getByRole('button', { name: '新建规则' }).count(), 0);
  visitor.checkQuiet('a phone');
  await visitor.leave();
});
