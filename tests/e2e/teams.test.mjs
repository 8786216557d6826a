// teams.test.mjs -- a campaign made in the console: members form teams, a leaderboard adds up what they buy, the shop takes one out.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from './browser.mjs';
import { doorsOf, named } from './loyalty.mjs';
import { stage } from './stage.mjs';

const { shop, owner, enter } = stage({ members: 0 });
const { send, member, my, order } = doorsOf(shop);

test('from the campaign to the scores of its teams', async () => {
  const [lin, wang, zhao] = [await member('林晓'), await member('王芳'), await member('赵敏')];
  const visitor = await owner('/teams');
  const { page } = visitor;
  await page.getByText('还没有组队活动').waitFor();
  await page.getByRole('button', { name: '新建组队活动' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('名称').fill('组队季');
  await dialog.getByLabel('至少几人才计分').fill('2');
  await dialog.getByLabel('最多几人').fill('1');
  await dialog.getByRole('button', { name: named('保存') }).click();
  await dialog.locator('.ant-form-item', { hasText: '最多几人' }).locator('.ant-form-item-explain-error').waitFor();
  visitor.wrongs = visitor.wrongs.filter((one) => !/400/.test(one)); // the refusal is what was asked for
  await dialog.getByLabel('最多几人').fill('3');
  await dialog.getByRole('button', { name: named('保存') }).click();
  await page.waitForURL(/\/teams\/\d+$/);
  await page.getByText('还没有战队').waitFor();
  const campaign = Number(/\d+$/.exec(page.url())[0]);
  const red = await my(lin, 'POST', '/v1/my/teams', { campaign, name: '锦鲤红队' });
  await my(wang, 'POST', '/v1/my/teams/join', { team: red.id });
  await my(zhao, 'POST', '/v1/my/teams', { campaign, name: '蓝队' });
  // A leaderboard for them, from the place where it is missed.
  await page.getByRole('button', { name: '去建一个' }).click();
  await dialog.getByLabel('名称').fill('战队消费榜');
  await dialog.getByRole('button', { name: named('保存') }).click();
  await page.waitForURL(/\/boards\/\d+$/);
  await page.getByRole('button', { name: named('发布') }).click();
  await page.locator('.ant-popconfirm .ant-btn-primary').click();
  await page.getByText('进行中').waitFor();
  await order('王芳', '88.00');
  await order('林晓', '12.00');
  await page.getByRole('listitem').filter({ hasText: '锦鲤红队' }).getByText('¥100.00').waitFor();
  await page.getByRole('link', { name: '锦鲤红队' }).click();
  // Its members, the captain first.
  const drawer = page.getByRole('dialog');
  await drawer.getByRole('listitem').first().getByText('队长').waitFor();
  assert.deepEqual((await drawer.locator('.member-name').allTextContents()).map((one) => one.split(' ')[0]), ['林晓', '王芳']);
  await drawer.getByRole('button', { name: 'Close' }).or(drawer.getByRole('button', { name: '关闭' })).first().click();
  const row = (name) => page.getByRole('row', { name });
  await row('锦鲤红队').getByText('¥100.00').waitFor();
  await row('锦鲤红队').getByText('2/3').waitFor();
  await row('蓝队').getByText('不足 2 人，不计分').waitFor();
  await row('蓝队').getByRole('link', { name: '赵敏' }).waitFor();
  await visitor.checkAccess('teams');
  // Taken out, what she bought counts no longer: one alone has no score.
  await row('锦鲤红队').getByRole('button', { name: '锦鲤红队' }).click();
  await drawer.getByRole('listitem').nth(1).getByRole('button', { name: named('移出') }).click();
  await page.locator('.ant-popconfirm .ant-btn-primary').click();
  await until(async () => (await drawer.getByRole('listitem').count()) === 1, 'one is left');
  assert.equal((await send('GET', `/v1/teams/${red.id}`)).seats.length, 1);
  visitor.checkQuiet('teams');
  await visitor.leave();
});

test('changed later; on a phone it fits', async () => {
  const visitor = await owner('/teams/1', { size: 'phone' });
  const { page } = visitor;
  await page.getByRole('button', { name: named('编辑') }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('名称').fill('组队季·冬');
  await dialog.getByRole('button', { name: named('保存') }).click();
  await page.getByRole('heading', { name: /组队季·冬/ }).waitFor();
  await page.locator('.row-card', { hasText: '蓝队' }).waitFor();
  await visitor.checkWidth('teams');
  await visitor.checkAccess('teams');
  visitor.checkQuiet('on a phone');
  await visitor.leave();
  const viewer = await enter('viewer', '/teams/1');
  await viewer.page.getByText('赵*').waitFor();
  assert.equal(await viewer.page.getByRole('button', { name: named('编辑') }).count(), 0);
  viewer.checkQuiet('viewer');
  await viewer.leave();
});
