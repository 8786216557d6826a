// spend.test.mjs -- channel figures: a day entered, changed, a table pasted with a line mended, one removed; on a phone too.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doorsOf, named } from './loyalty.mjs';
import { stage } from './stage.mjs';

const { shop, owner, enter } = stage({ members: 200 });
const { send, noCosts } = doorsOf(shop);
const dayAgo = (n) => new Date(Date.now() - n * 86_400_000).toISOString().slice(0, 10);
const [first, second, third] = [dayAgo(5), dayAgo(4), dayAgo(3)];
const entered = async () => (await send('GET', '/v1/costs')).items;

test('a day is entered and changed; the figures follow', async () => {
  await noCosts();
  const visitor = await owner('/spend');
  const { page } = visitor;
  await page.getByText('这段时间没有推广数据').waitFor();
  await visitor.checkAccess('no channel figures');
  await page.getByRole('button', { name: '登记一天' }).click();
  const dialog = page.getByRole('dialog', { name: '登记一天' });
  await dialog.getByLabel('触点').fill('抖音');
  await dialog.getByLabel('日期').fill(second);
  await page.keyboard.press('Enter');
  await dialog.getByLabel('花费').fill('三百');
  await dialog.getByRole('button', { name: named('保存') }).click();
  await dialog.getByText('“三百”不是金额').waitFor();
  await visitor.checkAccess('an entry');
  await dialog.getByLabel('花费').fill('');
  await dialog.getByRole('button', { name: named('保存') }).click();
  await dialog.getByText('至少填一项').waitFor();
  await dialog.getByLabel('花费').fill('¥1,300.50');
  await dialog.getByLabel('新增粉丝').fill('12');
  await dialog.getByRole('button', { name: named('保存') }).click();
  const row = page.getByRole('row', { name: /抖音/ });
  await row.getByText('¥1,300.50').waitFor();
  await page.getByRole('link', { name: '推广花费 ¥1,300.50' }).waitFor();
  await row.getByRole('button', { name: named('编辑') }).click();
  const change = page.getByRole('dialog', { name: '修改登记' });
  assert.equal(await change.getByLabel('花费').inputValue(), '1300.50');
  await change.getByLabel('花费').fill('300');
  await change.getByLabel('新增粉丝').fill('-2');
  await change.getByLabel('备注').fill('达人退粉');
  await change.getByRole('button', { name: named('保存') }).click();
  await row.getByText('¥300.00').waitFor();
  await page.getByRole('link', { name: '推广花费 ¥300.00' }).waitFor();
  assert.deepEqual(await entered(), [{ touchpoint: '抖音', day: second, amount: '300.00', followers: -2, note: '达人退粉' }]);
  await visitor.settle();
  await page.getByRole('link', { name: '推广花费 ¥300.00' }).click();
  await page.waitForURL(/figures\/cost\?from=/);
  await visitor.settle();
  visitor.checkQuiet('an entry');
  await visitor.leave();
});

test('a table is pasted; the line that is wrong is said, mended, and all is saved at once', async () => {
  const visitor = await owner('/spend');
  const { page } = visitor;
  await page.getByRole('button', { name: '粘贴表格' }).click();
  const dialog = page.getByRole('dialog', { name: '粘贴表格' });
  const rows = dialog.getByLabel('表格内容');
  const slashed = first.replace(/-0?/g, '/');
  const text = `日期\t触点\t花费\t新增粉丝\t备注\n${slashed}\t小红书\t¥1,200.50\t1,035\t"笔记\n投放"\n${third}\t小红书\t待定\t7\n${second}\t抖音\t400\n`;
  await rows.fill(text);
  await dialog.getByText('有 1 行需要修改').waitFor();
  await dialog.getByRole('row', { name: /第 4 行/ }).getByText('“待定”不是金额').waitFor(); // the note before it has two lines
  assert.ok(await dialog.getByRole('button', { name: '保存 3 条' }).isDisabled());
  await visitor.checkAccess('a table pasted');
  await visitor.checkWords('a table pasted');
  await rows.fill(`${first},小红书,"1,200.50",1035\n${first},小红书,5\n2026-02-30,抖音,5\n${first},,5\n${first},抖音,1,200,300,400\n${dayAgo(-3)},抖音,5\n${first},抖音,,3.5\n`);
  for (const [line, what] of [[2, '与第 1 行'], [3, '“2026-02-30”不是日期'], [4, '没有写触点'], [5, '有 6 列'], [6, '还没有到'], [7, '“3.5”不是粉丝数']])
    await dialog.getByRole('row', { name: new RegExp(`第 ${line} 行`) }).getByText(what).waitFor();
  await rows.fill(text.replace('待定', '88'));
  await dialog.getByRole('button', { name: '保存 3 条' }).click();
  await page.getByText('已保存 3 条').waitFor();
  await page.getByRole('row', { name: new RegExp(third) }).getByText('¥88.00').waitFor();
  const days = await page.locator('tbody tr.ant-table-row td:first-child').allTextContents();
  assert.deepEqual(days, [third, second, first]);
  assert.deepEqual((await entered()).map((one) => [one.day, one.amount, one.followers]), [[first, '1200.50', 1035], [second, '400.00', 0], [third, '88.00', 7]]);
  assert.equal((await entered())[0].note, '笔记 投放');
  await visitor.settle();
  await visitor.checkAccess('entries');
  visitor.checkQuiet('a table pasted');
  await visitor.leave();
});

test('an entry is removed, on a phone', async () => {
  const visitor = await owner('/spend', { size: 'phone' });
  const { page } = visitor;
  const card = page.locator('.row-card', { hasText: third });
  await card.getByText('¥88.00').waitFor();
  await visitor.checkWidth('entries on a phone');
  await visitor.checkAccess('entries on a phone');
  await page.getByRole('button', { name: '粘贴表格' }).click();
  const dialog = page.getByRole('dialog', { name: '粘贴表格' });
  await dialog.getByLabel('表格内容').fill(`${first}\t抖音\t五十\n`);
  await dialog.getByText('“五十”不是金额').waitFor();
  await visitor.checkWidth('a table on a phone');
  await dialog.getByRole('button', { name: named('取消') }).click();
  await card.getByRole('button', { name: named('移除') }).click();
  await page.locator('.ant-popconfirm').getByRole('button', { name: named('确定') }).click();
  await card.waitFor({ state: 'detached' });
  assert.equal((await entered()).length, 2);
  await visitor.settle();
  visitor.checkQuiet('a phone');
  await visitor.leave();
});

test('who may only look sees the entries and no buttons', async () => {
  for (const size of ['desktop', 'phone']) {
    const visitor = await enter('viewer', '/spend', { size, locale: 'en-US' });
    const { page } = visitor;
    await page.getByText('小红书').first().waitFor();
    await page.getByRole('heading', { name: 'Channel figures' }).waitFor();
    for (const name of ['Add a day', 'Paste a table', 'Edit', 'Remove']) assert.equal(await page.getByRole('button', { name }).count(), 0);
    await visitor.checkWidth('for a viewer');
    visitor.checkQuiet('a viewer');
    await visitor.leave();
  }
});
