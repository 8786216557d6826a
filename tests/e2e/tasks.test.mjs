// tasks.test.mjs -- a check-in made in the console is done by members; codes are entered, proofs are looked at, and points come of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from './browser.mjs';
import { doorsOf, named, pick } from './loyalty.mjs';
import { stage } from './stage.mjs';

const { shop, owner, enter } = stage({ members: 0 });
const { send, member, my } = doorsOf(shop);
const points = async (id) => (await send('GET', `/v1/members/${id}/points`)).available;

test('a themed check-in: made with its month in sight, done by a member, counted', async () => {
  const lin = await member('林晓');
  const visitor = await owner('/tasks');
  const { page } = visitor;
  await page.getByRole('button', { name: '新建任务' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('中文名（主题）').fill('双十二打卡');
  await dialog.getByLabel('英文名').first().fill('Double 12');
  const month = dialog.getByRole('region', { name: '从 1 日起天天签到的会员得到' });
  await month.locator('.month-day', { hasText: '+50' }).first().waitFor();
  // The first day of the streak gives 8 instead of 5, and the month says so.
  await dialog.getByRole('group', { name: '第 1 天 1' }).getByLabel('数量').fill('8');
  await month.locator('.month-day', { hasText: '+8' }).first().waitFor();
  await dialog.getByLabel('编号').fill('check-in');
  await dialog.getByRole('button', { name: named('保存') }).click();
  // There is one of that code already: the refusal stands at its field, and is no fault.
  await dialog.locator('.ant-form-item', { hasText: '编号' }).locator('.ant-form-item-explain-error').waitFor();
  visitor.wrongs = visitor.wrongs.filter((one) => !/409/.test(one));
  await dialog.getByLabel('编号').fill('double-12');
  await dialog.getByRole('button', { name: named('保存') }).click();
  await dialog.waitFor({ state: 'detached' });
  const row = page.getByRole('row', { name: '双十二打卡' });
  await row.getByText('未开放').waitFor();
  await row.getByRole('switch').click();
  await row.getByText('开放中').waitFor();
  const done = await my(lin, 'POST', '/v1/my/check-in', {});
  assert.deepEqual(done.got.map((one) => one.amount), [8]);
  await visitor.go('/tasks');
  await row.getByText('今天 1').waitFor();
  await visitor.checkAccess('tasks');
  await row.getByRole('button', { name: '签到日历' }).click();
  await page.getByText(/整月共 \d+ 积分/).waitFor();
  assert.equal(await points(lin), 8);
  visitor.checkQuiet('check-in');
  await visitor.leave();
});

test('codes are shown once, and one of them earns', async () => {
  const wang = await member('王芳');
  const visitor = await owner('/tasks');
  const { page } = visitor;
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: '新建任务' }).click();
  await dialog.getByLabel('种类').click();
  await pick(page, '输入口令');
  await dialog.getByLabel('中文名（主题）').fill('门店海报');
  await dialog.getByLabel('英文名').fill('Poster');
  await dialog.getByLabel('数量').fill('30');
  await dialog.getByRole('button', { name: named('保存') }).click();
  const row = page.getByRole('row', { name: '门店海报' });
  await row.getByRole('switch').click();
  await row.getByText('开放中').waitFor();
  await row.getByRole('button', { name: named('口令') }).click();
  await dialog.getByLabel('生成几个').fill('3');
  await dialog.getByRole('button', { name: '生成口令' }).click();
  await page.getByText('已生成 3 个口令').waitFor();
  const codes = (await page.getByRole('textbox', { name: '口令' }).inputValue()).split('\n');
  assert.equal(codes.length, 3);
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '下载 csv' }).click()]);
  const csv = Buffer.concat(await (await download.createReadStream()).toArray()).toString('utf8');
  assert.equal(csv, `code\n${codes.join('\n')}\n`);
  const { items } = await send('GET', '/v1/tasks');
  await my(wang, 'POST', `/v1/my/tasks/${items.find((one) => one.zh === '门店海报').id}/code`, { code: codes[1] });
  assert.equal(await points(wang), 30);
  visitor.checkQuiet('codes');
  await visitor.leave();
});

test('proofs: one approved, one rejected with a reason', async () => {
  await send('PATCH', '/v1/tasks/6', { opened: true });
  const senders = [await member('赵敏'), await member('孙悦')];
  for (const [i, id] of senders.entries()) await my(id, 'POST', '/v1/my/tasks/6/proof', { url: `https://example.com/${i}.png`, text: ['很好用，会回购', '看不清的截图'][i] });
  const visitor = await owner('/tasks');
  const { page } = visitor;
  await page.getByRole('tab', { name: '待审凭证 2' }).click();
  const row = (text) => page.getByRole('row', { name: text });
  await row('很好用').getByRole('link', { name: '打开链接' }).waitFor();
  await visitor.checkAccess('proofs');
  await row('很好用').getByRole('button', { name: named('通过') }).click();
  await page.locator('.ant-popconfirm .ant-btn-primary').click();
  await row('很好用').waitFor({ state: 'detached' });
  await row('看不清').getByRole('button', { name: named('驳回') }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: named('驳回') }).click();
  await dialog.getByText('请填写').waitFor();
  await dialog.getByRole('textbox').fill('截图看不清，请重新上传');
  await dialog.getByRole('button', { name: named('驳回') }).click();
  await page.getByText('没有等待审核的凭证').waitFor();
  await page.getByText('已驳回', { exact: true }).first().click();
  await row('看不清').getByText('截图看不清，请重新上传').waitFor();
  await until(async () => (await points(senders[0])) === 30, 'approved: its points');
  assert.equal(await points(senders[1]), 0);
  visitor.checkQuiet('proofs');
  await visitor.leave();
});

test('on a phone a task is made too; who may only look sees figures and no buttons', async () => {
  const phone = await owner('/tasks', { size: 'phone' });
  await phone.page.getByRole('button', { name: '新建任务' }).click();
  await phone.page.getByRole('dialog').getByText('连续签到奖励').waitFor();
  await phone.settle();
  await phone.checkWidth('a task');
  await phone.checkAccess('a task');
  phone.checkQuiet('on a phone');
  await phone.leave();
  const viewer = await enter('viewer', '/tasks');
  await viewer.page.getByRole('row', { name: '每日签到' }).waitFor();
  assert.equal(await viewer.page.getByRole('switch').count(), 0);
  await viewer.go('/tasks?tab=proofs&proofs=approved');
  await viewer.page.getByText('你没有查看个人信息的权限').waitFor();
  viewer.checkQuiet('viewer');
  await viewer.leave();
});
