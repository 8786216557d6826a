// approvals.test.mjs -- what waits for a second person: seen, rejected, withdrawn, and refused with words.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { stage } from './stage.mjs';

const { shop, owner, enter } = stage({ members: 0 });

const columns = 'id, kind, subject, body, reason, state, asked_by, asked_user, asked_key, asked_at, expires_at';

/** Asks of a kind no room has: they stand for any, but cannot be carried out. */
function put(...asks) {
  const now = Date.now();
  const rows = asks.map(({ id, user, by, reason }) =>
    [id, 'points.trial', 'member:7', '{}', reason, 'open', by, user, 0, now, now + 6 * 86400000]);
  const script = 'import json,sqlite3,sys\n'
    + 'with sqlite3.connect(sys.argv[1], timeout=20) as db:\n'
    + ` db.executemany("INSERT INTO approval (${columns}) VALUES (?,?,?,?,?,?,?,?,?,?,?)", json.loads(sys.argv[2]))\n`;
  execFileSync('python3', ['-c', script, join(shop.folder, 'data', 'koi.db'), JSON.stringify(rows)]);
}

test('asks wait for somebody else, who decides with words', async () => {
  put({ id: 1, user: 1, by: 'user:owner', reason: '自己的申请' },
    { id: 2, user: 99, by: 'user:小林', reason: '年度品鉴官奖励' },
    { id: 3, user: 99, by: 'key:erp', reason: '客诉补偿' });
  const visitor = await owner('/');
  const { page } = visitor;
  await page.click('nav a[href="/approvals"]');
  await page.getByRole('heading', { name: '审批' }).waitFor();
  const row = (reason) => page.locator('tr', { hasText: reason });
  await row('自己的申请').getByText('等待他人审批').waitFor();
  assert.equal(await row('自己的申请').getByRole('button', { name: /^批\s?准$/ }).count(), 0);
  await row('客诉补偿').getByText('密钥 erp').waitFor();
  // A rejection needs words, which are kept.
  await row('年度品鉴官奖励').getByRole('button', { name: /^拒\s?绝$/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: /^拒\s?绝$/ }).click();
  await dialog.getByText('请填写').waitFor();
  await dialog.getByRole('textbox').fill('已由客服退款处理');
  await dialog.getByRole('button', { name: /^拒\s?绝$/ }).click();
  await row('年度品鉴官奖励').waitFor({ state: 'detached' });
  await page.getByText('已拒绝', { exact: true }).first().click();
  await page.waitForURL('**state=rejected');
  await row('年度品鉴官奖励').getByText('已由客服退款处理').waitFor();
  await row('年度品鉴官奖励').getByText('owner').waitFor();
  // One's own is withdrawn.
  await visitor.go('/approvals');
  await row('自己的申请').getByRole('button', { name: /^撤\s?回$/ }).click();
  await page.locator('.ant-popconfirm .ant-btn-primary').click();
  await row('自己的申请').waitFor({ state: 'detached' });
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
  put({ id: 4, user: 99, by: 'user:小林', reason: '手机上看到的' });
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
  const support = await enter('support', '/approvals');
  await support.page.getByText('没有等待审批的申请').waitFor();
  await support.leave();
  const viewer = await enter('viewer');
  assert.equal(await viewer.page.locator('nav a[href="/approvals"]').count(), 0);
  await viewer.go('/approvals');
  await viewer.page.getByText('没有查看这一页的权限').waitFor();
  await viewer.leave();
});
