// console.test.mjs -- what an operator does: signs in, reads figures, clicks through, tags, changes cuts, makes keys.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { current, typesOf } from '../../console/tools/types.mjs';
import { until } from './browser.mjs';
import { stage } from './stage.mjs';

const { shop, visit, enter, owner } = stage();

const digits = (text) => Number(/[\d,]+/.exec(text)[0].replace(/,/g, ''));

test('the forms the console was built with are those the server describes', async () => {
  const reply = await fetch(`${shop.base}/openapi.json`, { headers: { 'accept-language': 'en' } });
  assert.ok((await current()) === (await typesOf(await reply.json())), 'src/schema.ts is old: npm run types in console/');
});

test('a wrong password is refused in words; the right one leads back to the page asked for', async () => {
  const visitor = await visit();
  const { page } = visitor;
  await page.goto(`${shop.base}/settings`);
  await page.fill('input[autocomplete=username]', 'owner');
  await page.fill('input[type=password]', 'not-the-password');
  await page.click('button[type=submit]');
  await page.waitForSelector('[role=alert]');
  assert.ok((await page.textContent('[role=alert]')).length > 4);
  await page.fill('input[type=password]', shop.ownerPassword);
  await page.click('button[type=submit]');
  await page.waitForURL('**/settings');
  await visitor.leave();
});

test('an ended session leads to sign-in and back', async () => {
  const visitor = await owner('/members?class=C');
  await visitor.context.clearCookies();
  await visitor.page.click('nav a[href="/orders"]');
  await visitor.page.waitForURL('**/login?back=%2Forders');
  await visitor.page.getByText('登录已过期').waitFor();
  await visitor.page.fill('input[autocomplete=username]', 'owner');
  await visitor.page.fill('input[type=password]', shop.ownerPassword);
  await visitor.page.click('button[type=submit]');
  await visitor.page.waitForURL('**/orders');
  await visitor.leave();
});

test('who may only look sees no doors he cannot open', async () => {
  const visitor = await enter('viewer');
  const links = await visitor.page.locator('nav a').evaluateAll((all) => all.map((one) => one.getAttribute('href')));
  for (const path of ['/users', '/keys', '/audit', '/settings', '/imports']) assert.ok(!links.includes(path), `${path} is in the menu`);
  await visitor.go('/users');
  await visitor.page.getByText('没有查看这一页的权限').waitFor();
  visitor.checkQuiet('viewer');
  await visitor.leave();
});

test('an RFM cell leads to exactly its members', async () => {
  const visitor = await owner('/rfm');
  const cells = visitor.page.locator('a.heat-cell');
  const cell = cells.nth(Math.floor((await cells.count()) / 2));
  const members = digits(await cell.locator('strong').textContent());
  await cell.click();
  await visitor.page.waitForURL('**/rfm/members?**');
  await visitor.settle();
  assert.equal(digits(await visitor.page.locator('.pager').textContent()), members);
  await visitor.page.locator('.member-name').first().click();
  await visitor.page.waitForURL(/\/members\/\d+$/);
  visitor.checkQuiet('rfm');
  await visitor.leave();
});

test('changed cuts take effect while one looks', async () => {
  const visitor = await owner('/rfm');
  const before = await visitor.page.locator('.heat').allTextContents();
  await visitor.page.getByRole('button', { name: '调整规则' }).click();
  await visitor.page.getByLabel('R 分界（天）').fill('7，200');
  await visitor.page.waitForURL('**recency=7%2C200**');
  await until(async () => (await visitor.page.locator('.heat').allTextContents()).join() !== before.join(), 'other cuts, other cells');
  await visitor.page.getByText('≤6 天').first().waitFor();
  await visitor.page.getByLabel('R 分界（天）').fill('200,7');
  await visitor.page.locator('[role=alert]').waitFor();
  await visitor.leave();
});

test('members are found, opened, tagged and untagged', async () => {
  const visitor = await owner('/members');
  const { page } = visitor;
  const { json } = await shop.request('owner', 'GET', '/v1/members?limit=1&sort=spent', []);
  const one = json.items[0];
  await page.goto(`${shop.base}/members/${one.id}`);
  await visitor.settle();
  await page.getByRole('button', { name: '添加标签' }).click();
  await page.getByLabel('标签名，可输入新的').fill('试用官');
  await page.getByRole('button', { name: /^添\s?加$/ }).click();
  await page.getByRole('button', { name: '移除标签 试用官' }).waitFor();
  await page.goto(`${shop.base}/members?tag=${encodeURIComponent('试用官')}`);
  await visitor.settle();
  await until(async () => (await page.locator('.member-name').count()) === 1, 'one member carries the tag');
  await page.locator('.member-name').click();
  await page.getByRole('button', { name: '移除标签 试用官' }).click();
  await page.locator('.ant-popconfirm .ant-btn-primary').click();
  await page.getByRole('button', { name: '移除标签 试用官' }).waitFor({ state: 'detached' });
  visitor.checkQuiet('members');
  await visitor.leave();
});

test('chosen columns are remembered', async () => {
  const visitor = await owner('/members');
  const { page } = visitor;
  assert.equal(await page.getByRole('columnheader', { name: '手机' }).count(), 0);
  await page.getByRole('button', { name: /列$/ }).click();
  await page.getByRole('checkbox', { name: '手机' }).check();
  await page.getByRole('columnheader', { name: '手机' }).waitFor();
  await visitor.go('/members');
  await page.getByRole('columnheader', { name: '手机' }).waitFor();
  await visitor.leave();
});

test('a key is shown once and can be revoked', async () => {
  const visitor = await owner('/keys');
  const { page } = visitor;
  await page.getByRole('button', { name: '新建密钥' }).click();
  await page.getByLabel('用途').fill('ERP 同步');
  await page.getByRole('checkbox', { name: '查看会员', exact: true }).check();
  await page.getByRole('button', { name: /^保\s?存$/ }).click();
  const secret = (await page.locator('.secret').textContent()).trim();
  assert.match(secret, /^koi_/);
  const used = await fetch(`${shop.base}/v1/members?limit=1`, { headers: { authorization: `Bearer ${secret}` } });
  assert.equal(used.status, 200);
  await page.getByRole('button', { name: /^关\s?闭$/ }).last().click();
  await visitor.go('/keys');
  assert.ok(!(await page.textContent('body')).includes(secret));
  await page.getByRole('button', { name: /^吊\s?销$/ }).first().click();
  await page.locator('.ant-popconfirm .ant-btn-primary').click();
  await page.getByText('已吊销').waitFor();
  visitor.checkQuiet('keys');
  await visitor.leave();
});

test('the language changes at once and stays', async () => {
  const visitor = await owner('/');
  await visitor.page.getByRole('button', { name: 'English' }).click();
  await visitor.page.getByRole('heading', { name: 'Overview' }).waitFor();
  await visitor.go('/settings');
  await visitor.page.getByRole('heading', { name: 'Settings' }).waitFor();
  assert.equal(await visitor.page.getAttribute('html', 'lang'), 'en-US');
  await visitor.leave();
});

test('everything is found by name: pages by pinyin, tabs, metrics, members', async () => {
  const visitor = await owner('/');
  const { page } = visitor;
  const list = page.getByRole('listbox');
  const find = async (text, option) => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: /拼音首字母/ }).fill(text);
    await list.getByRole('option', { name: option }).first().waitFor();
  };
  await find('liucun', /留存/);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '留存', exact: true }).waitFor();
  await find('积分负债', /积分负债/);
  assert.deepEqual(await list.getByRole('group').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label'))), ['页面', '指标']);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/figures/points_liability');
  await find('#1', /#1\b/);
  await visitor.checkAccess('quick find');
  await list.getByRole('option', { name: /#1\b/ }).first().click();
  await page.waitForURL('**/members/1');
  await visitor.settle();
  visitor.checkQuiet('quick find');
  await visitor.leave();
  const phone = await enter('support', '/members', { size: 'phone' });
  await phone.page.getByRole('button', { name: '快速查找' }).click();
  await phone.page.getByRole('combobox', { name: /拼音首字母/ }).fill('shezhi'); // settings: not his
  await phone.page.getByText('没有找到').waitFor();
  await phone.checkWidth('quick find');
  phone.checkQuiet('quick find on a phone');
  await phone.leave();
});

test('groups of the menu fold away and stay so; where one is, is open', async () => {
  const visitor = await owner('/orders');
  const { page } = visitor;
  const insight = page.getByRole('menuitem', { name: '洞察', exact: true });
  await insight.click();
  await page.locator('nav a[href="/funnel"]').waitFor({ state: 'hidden' });
  await visitor.go('/orders');
  assert.equal(await insight.getAttribute('aria-expanded'), 'false');
  await visitor.follow('/funnel');
  await page.locator('nav .ant-menu-item-selected a[href="/funnel"]').waitFor();
  await visitor.follow('/merges'); // has no row of its own
  await page.locator('nav .ant-menu-item-selected a[href="/members"]').waitFor();
  visitor.checkQuiet('folding');
  await visitor.leave();
});

test('the first tab leads past the menu', async () => {
  const visitor = await owner('/');
  await visitor.go('/');
  await visitor.page.keyboard.press('Tab');
  assert.equal(await visitor.page.evaluate(() => document.activeElement?.getAttribute('href')), '#content');
  await visitor.leave();
});

test('a page that does not exist says so, and so does a member', async () => {
  const visitor = await owner('/nowhere');
  await visitor.page.getByText('没有这个页面').waitFor();
  await visitor.go('/members/987654321');
  await visitor.page.locator('[role=alert]').waitFor();
  await visitor.leave();
});

test('a page whose file does not come says so; the others open', async () => {
  const visitor = await owner('/');
  const { page } = visitor;
  await page.route(/assets\/audit-[^/]*\.js$/, (route) => route.abort());
  await visitor.follow('/audit');
  await page.getByText('这个页面出错了').waitFor();
  await page.click('nav a[href="/orders"]');
  await page.getByRole('heading', { name: '订单' }).waitFor();
  await page.unrouteAll();
  await visitor.go('/audit');
  await page.getByRole('heading', { name: '审计日志' }).waitFor();
  await visitor.leave();
});
