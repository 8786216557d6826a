// programme.test.mjs -- the programme is opened, its tiers are changed after a simulation, and members are where it said they would be.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from './browser.mjs';
import { doorsOf, named, pick } from './loyalty.mjs';
import { stage } from './stage.mjs';

const { shop, owner, enter } = stage({ members: 0 });
const { send, member, order } = doorsOf(shop);

let lin;
let wang;

const tierOf = async (id) => (await send('GET', `/v1/members/${id}/tier`)).now.tier;

test('the programme is opened from a day on', async () => {
  lin = await member('林晓');
  wang = await member('王芳');
  await order('林晓', '850.00');
  await order('王芳', '120.00');
  const visitor = await owner('/programme');
  const { page } = visitor;
  await page.getByText('未开启').waitFor();
  await page.getByText('还没有人有等级').waitFor();
  await page.getByRole('button', { name: named('开启') }).click();
  await page.getByRole('dialog').getByRole('button', { name: named('开启') }).click();
  await page.getByText('已开启').waitFor();
  assert.equal(await tierOf(lin), '素人');
  visitor.checkQuiet('opened');
  await visitor.leave();
});

test('other rules are tried out, then put in force, and a member follows', async () => {
  const visitor = await owner('/programme');
  const { page } = visitor;
  await page.getByRole('button', { name: '修改等级规则' }).click();
  const reach = page.locator('.tier-row').nth(2).getByLabel('升级门槛（元）');
  assert.equal(await reach.inputValue(), '999.00');
  await reach.fill('800');
  await page.getByRole('button', { name: named('试算') }).click();
  await page.getByText('1 位会员会升级，0 位会降级，1 位不变。').waitFor();
  await page.getByTitle('素人 → 达人：1 位会员').waitFor();
  await page.getByRole('link', { name: '林晓' }).waitFor();
  await visitor.checkAccess('simulated');
  // Changed since: it must be simulated again before it can be put in force.
  await reach.fill('900');
  await page.getByText('规则改过了').waitFor();
  assert.equal(await page.getByRole('button', { name: named('生效') }).count(), 0);
  await reach.fill('800');
  assert.equal(await tierOf(lin), '素人');
  await page.getByRole('button', { name: named('生效') }).click();
  await page.locator('.ant-popconfirm').getByText('1 位会员升级').waitFor();
  await page.locator('.ant-popconfirm .ant-btn-primary').click();
  await page.getByText('新规则已生效').waitFor();
  await page.waitForURL((url) => url.pathname === '/programme');
  assert.deepEqual([await tierOf(lin), await tierOf(wang)], ['达人', '小白']);
  await page.getByRole('cell', { name: '¥800.00' }).first().waitFor();
  await page.getByRole('tab', { name: '变更记录' }).click();
  await page.getByRole('row', { name: '达人 ¥800.00' }).getByText('生效中').waitFor();
  await page.getByRole('row', { name: '达人 ¥999.00' }).getByText('出厂规则').waitFor();
  visitor.checkQuiet('in force');
  await visitor.leave();
});

test('what cannot be is said at its field', async () => {
  const visitor = await owner('/programme/rules');
  const { page } = visitor;
  const row = page.locator('.tier-row').nth(2);
  await row.getByLabel('升级门槛（元）').fill('300');
  await page.getByRole('button', { name: named('试算') }).click();
  await row.getByText('门槛须高于前一级').waitFor();
  await row.getByLabel('英文名').fill('');
  await row.getByText('请填写').waitFor();
  await visitor.leave();
});

test('a draft waits, by keyboard, and leaving asks about what is not saved', async () => {
  const visitor = await owner('/programme/rules');
  const { page } = visitor;
  await page.getByLabel('等级保留几个月').fill('6');
  await page.keyboard.press('Tab');
  await page.getByRole('link', { name: named('返回') }).click();
  await page.locator('.ant-modal-confirm-title').waitFor();
  await page.getByRole('button', { name: '留在这里' }).click();
  await page.getByRole('button', { name: '存为草稿' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('草稿已保存').waitFor();
  await visitor.go('/programme/rules');
  await page.getByText('还没有生效').waitFor();
  assert.equal(await page.getByLabel('等级保留几个月').inputValue(), '6');
  await page.getByRole('button', { name: '从生效中的规则改起' }).click();
  await until(async () => (await page.getByLabel('等级保留几个月').inputValue()) === '12', 'back to the rules in force');
  visitor.checkQuiet('draft');
  await visitor.leave();
});

test('who may only look changes nothing', async () => {
  const visitor = await enter('viewer', '/programme');
  await visitor.page.getByText('已开启').waitFor();
  assert.equal(await visitor.page.getByRole('button', { name: '修改等级规则' }).count(), 0);
  await visitor.go('/programme/rules');
  await visitor.page.getByText('没有查看这一页的权限').waitFor();
  await visitor.leave();
});

test('a tier gives what was written, and a refusal stands at its field', async () => {
  const visitor = await owner('/programme?tab=benefits');
  const { page } = visitor;
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: '新建权益' }).click();
  await dialog.getByLabel('代码').fill('ship');
  await dialog.getByLabel('中文名').fill('满百减二十');
  await dialog.getByLabel('英文名').fill('20 off from 100');
  await dialog.getByLabel('减多少（元）').fill('20');
  await dialog.getByLabel('满多少可用（元）').fill('100');
  await dialog.getByRole('button', { name: named('保存') }).click();
  await page.getByText('满 ¥100.00 减 ¥20.00').waitFor();
  await page.getByRole('button', { name: '添加等级权益' }).click();
  await dialog.getByLabel('等级', { exact: true }).click();
  await pick(page, '达人');
  await dialog.getByRole('combobox', { name: '哪项权益' }).click();
  await pick(page, '满百减二十');
  await dialog.getByLabel('会员卡上的中文').fill('升级礼：满百减二十');
  await dialog.getByLabel('会员卡上的英文').fill('20 off from 100');
  await dialog.getByRole('button', { name: named('保存') }).click();
  await page.getByRole('row', { name: '升级礼：满百减二十' }).getByText('满百减二十 ×1').waitFor();
  await visitor.checkAccess('benefits');
  await visitor.checkWidth('benefits');
  visitor.checkQuiet('benefits');
  const chen = await member('陈静');
  await order('陈静', '1200.00');
  const { items } = await send('GET', `/v1/members/${chen}/entitlements`);
  assert.equal(items.find((one) => one.code === 'ship')?.left, 1);
  await visitor.leave();
});

test('a brand KOC is appointed with a reason and dismissed with one', async () => {
  const visitor = await owner('/programme?tab=appointed', { size: 'phone' });
  const { page } = visitor;
  const dialog = page.getByRole('dialog');
  await page.getByText('还没有任命').waitFor();
  await page.locator('.tab-bar').getByRole('button').click();
  await dialog.getByRole('combobox', { name: '会员' }).fill('王芳');
  await pick(page, '王芳');
  await dialog.getByRole('button', { name: named('任命') }).click();
  await dialog.getByText('请填写').waitFor();
  await dialog.getByLabel('理由').fill('年度共创达人');
  await dialog.getByRole('button', { name: named('任命') }).click();
  const card = page.locator('.row-card', { hasText: '王芳' });
  await card.getByText('年度共创达人').waitFor();
  await visitor.checkWidth('appointments');
  assert.equal(await tierOf(wang), '品牌KOC');
  await card.getByRole('button', { name: named('解除') }).click();
  await dialog.getByLabel('理由').fill('合作结束');
  await dialog.getByRole('button', { name: named('解除') }).click();
  await card.waitFor({ state: 'detached' });
  assert.equal(await tierOf(wang), '小白');
  visitor.checkQuiet('appointments');
  await visitor.leave();
});
