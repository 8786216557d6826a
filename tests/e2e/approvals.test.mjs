// approvals.test.mjs -- what waits for a second person: seen, rejected, withdrawn, and refused with words.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from './browser.mjs';
import { stage } from './stage.mjs';

const { shop, owner, enter } = stage({ members: 0 });

let member;
/** A gift of credit above the limit of one person; of a budget that does not exist it cannot be carried out. */
async function ask(as, reason, amount = '600.00', budget = '') {
  if (!member) {
    const made = await shop.request('owner', 'POST', '/v1/members', [], JSON.stringify({ name: '张三', identities: [{ kind: 'user_id', value: 'u1' }] }));
    member = made.json.id;
  }
  const body = { key: reason, amount, reason, ...(budget && { budget }) };
  const { json, text } = await shop.request(as, 'POST', `/v1/members/${member}/credit/grant`, [], JSON.stringify(body));
  assert.ok(json?.approval?.id, text);
}

test('asks wait for somebody else, who decides with words', async () => {
  await ask('owner', '自己的申请');
  await ask('support', '年度品鉴官奖励');
  await ask('support', '客诉补偿', '700.00', '没有的预算');
  await ask('support', '迟发补偿', '888.00');
  const visitor = await owner('/');
  const { page } = visitor;
  const count = page.locator('nav .menu-count'); // of what he may decide: not of his own
  await until(async () => (await count.textContent()) === '3', 'three wait for the owner');
  await page.click('nav a[href="/approvals"]');
  await page.getByRole('heading', { name: '审批' }).waitFor();
  const row = (reason) => page.locator('tr', { hasText: reason });
  await row('自己的申请').getByText('等待他人审批').waitFor();
  assert.equal(await row('自己的申请').getByRole('button', { name: /^批\s?准$/ }).count(), 0);
  await row('迟发补偿').getByText('+888.00').waitFor();
  await row('迟发补偿').getByText('support').waitFor();
  // A rejection needs words, which are kept.
  await row('年度品鉴官奖励').getByRole('button', { name: /^拒\s?绝$/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: /^拒\s?绝$/ }).click();
  await dialog.getByText('请填写').waitFor();
  await dialog.getByRole('textbox').fill('已由客服退款处理');
  await dialog.getByRole('button', { name: /^(loading )?拒\s?绝$/ }).click();
  await row('年度品鉴官奖励').waitFor({ state: 'detached' });
  await page.getByText('已拒绝', { exact: true }).first().click();
  await page.waitForURL('**state=rejected');
  await row('年度品鉴官奖励').getByText('已由客服退款处理').waitFor();
  await row('年度品鉴官奖励').getByText('owner').waitFor();
  await until(async () => (await count.textContent()) === '2', 'one waits no more');
  // One's own is withdrawn.
  await visitor.go('/approvals');
  await row('自己的申请').getByRole('button', { name: /^撤\s?回$/ }).click();
  await page.locator('.ant-popconfirm .ant-btn-primary').click();
  await row('自己的申请').waitFor({ state: 'detached' });
  // Approved is done.
  await row('迟发补偿').getByRole('button', { name: /^批\s?准$/ }).click();
  await dialog.getByRole('textbox').fill('同意');
  await dialog.getByRole('button', { name: /^批\s?准$/ }).click();
  await page.getByText('已批准并执行').waitFor();
  await row('迟发补偿').waitFor({ state: 'detached' });
  const credit = await shop.request('owner', 'GET', `/v1/members/${member}/credit`, []);
  assert.equal(credit.json.bonus, '888.00');
  visitor.checkQuiet('approvals');
  // What cannot be carried out stays open, and says why.
  await row('客诉补偿').getByRole('button', { name: /^批\s?准$/ }).click();
  await dialog.getByRole('button', { name: /^批\s?准$/ }).click();
  await dialog.locator('[role=alert]').waitFor();
  await dialog.getByRole('button', { name: /^取\s?消$/ }).click();
  await row('客诉补偿').getByText('没有执行成功').waitFor();
  await visitor.leave();
});

test('on a phone it can be decided too', async () => {
  await ask('operator', '手机上看到的');
  const visitor = await owner('/approvals', { size: 'phone' });
  const card = visitor.page.locator('.row-card', { hasText: '手机上看到的' });
  await visitor.checkWidth('approvals');
  await visitor.checkAccess('approvals');
  await card.getByRole('button', { name: /^拒\s?绝$/ }).click();
  await visitor.page.getByRole('dialog').getByRole('textbox').fill('不批');
  await visitor.page.getByRole('dialog').getByRole('button', { name: /^拒\s?绝$/ }).click();
  await card.waitFor({ state: 'detached' });
  visitor.checkQuiet('approvals on a phone');
  await visitor.leave();
});

test('who asks sees his own only, who may neither sees no door', async () => {
  await ask('operator', '运营的申请');
  const support = await enter('support', '/approvals');
  await support.page.getByText('客诉补偿').waitFor(); // still open
  assert.equal(await support.page.getByText('运营的申请').count(), 0);
  assert.equal(await support.page.getByRole('button', { name: /^批\s?准$/ }).count(), 0);
  await support.leave();
  const viewer = await enter('viewer');
  assert.equal(await viewer.page.locator('nav a[href="/approvals"]').count(), 0);
  await viewer.go('/approvals');
  await viewer.page.getByText('没有查看这一页的权限').waitFor();
  await viewer.leave();
});
