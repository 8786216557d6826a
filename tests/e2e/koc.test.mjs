// koc.test.mjs -- key opinion consumers: applications, figures, the month, trials, levels.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stage } from './stage.mjs';

const { shop, owner, enter } = stage({ members: 0 });

async function call(as, method, path, body, want = 200, headers = []) {
  const { status, json, text } = await shop.request(as, method, path, headers, body && JSON.stringify(body));
  assert.equal(status, want, `${method} ${path}: ${text}`);
  return json;
}
const made = async (name, user) => {
  const { id } = await call('owner', 'POST', '/v1/members', { name, identities: [{ kind: 'user_id', value: user }] }, 201);
  const { token } = await call('owner', 'POST', `/v1/members/${id}/token`, {}, 201);
  return { id, my: [['Authorization', `Bearer ${token}`]] };
};
const sold = (number, code, lines) =>
  call('operator', 'POST', '/v1/orders', {
    shop: '旗舰店', number, code, identities: [{ kind: 'user_id', value: 'buyer' }], state: 'paid',
    total: lines.reduce((sum, one) => sum + one, 0).toFixed(2), paid: lines.reduce((sum, one) => sum + one, 0).toFixed(2),
    lines: lines.map((price, i) => ({ line_id: `${i}`, product_id: `P${i}`, quantity: 1, price: price.toFixed(2) })),
  });

test('who applies is looked at, and earns from then on', async () => {
  await call('owner', 'PUT', '/v1/settings/loyalty.since', { value: '2020-01-01' });
  await call('owner', 'PUT', '/v1/settings/koc.hosts', { value: 'shop.example.com' });
  const lily = await made('莉莉安', 'lily');
  const rose = await made('小玫', 'rose');
  const apply = { text: '我爱护肤，写了两年测评', handles: [{ platform: '小红书', handle: 'lily_xhs', followers: 3200 }] };
  await call('none', 'POST', '/v1/my/koc', apply, 200, lily.my);
  await call('none', 'POST', '/v1/my/koc', { text: '随便试试' }, 200, rose.my);
  const visitor = await owner('/koc');
  const { page } = visitor;
  await page.getByRole('heading', { name: '达人 KOC' }).waitFor();
  await page.getByText('还没有达人').waitFor();
  await page.getByRole('tab', { name: /待审申请/ }).click();
  const row = (text) => page.locator('tr', { hasText: text });
  await row('莉莉安').getByText('lily_xhs').waitFor();
  await visitor.checkAccess('applications');
  // A no needs words.
  await row('小玫').getByRole('button', { name: /^拒\s?绝$/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: /^拒\s?绝$/ }).click();
  await dialog.getByText('请填写').waitFor();
  await dialog.getByRole('textbox').fill('内容太少');
  await dialog.getByRole('button', { name: /^拒\s?绝$/ }).click();
  await row('小玫').waitFor({ state: 'detached' });
  await row('莉莉安').getByRole('button', { name: /^通\s?过$/ }).click();
  await page.locator('.ant-popconfirm .ant-btn-primary').click();
  await page.getByText('没有待审的申请').waitFor();
  const target = 'https://shop.example.com/p/1';
  await call('none', 'POST', '/v1/my/koc/codes', { code: 'LILY', name: '小红书', target }, 200, lily.my);
  await made('买家', 'buyer');
  await sold('T1', 'lily', [199, 33.33, 50]);
  await sold('T2', 'LILY', [120]);
  await visitor.go('/koc');
  await row('莉莉安').getByText('体验官').waitFor();
  await row('莉莉安').getByText('20.12').waitFor(); // 14.12 and 6.00, pending
  await row('莉莉安').getByText('升推荐官还差 8 单').waitFor();
  await row('莉莉安').locator('.ant-table-row-expand-icon').click();
  await page.getByText('/k/LILY → https://shop.example.com/p/1').waitFor();
  await page.getByText('已拒绝', { exact: true }).first().click();
  await row('小玫').getByText('内容太少').waitFor();
  visitor.checkQuiet('koc');
  await visitor.leave();
});

test('the month as it would be; trials decided and sent', async () => {
  await call('owner', 'PUT', '/v1/settings/points.pending_days', { value: '0' });
  await sold('T3', 'LILY', [100]);
  const { token } = await call('owner', 'POST', '/v1/members/1/token', {}, 201);
  const trial = { key: 'k1', product: '新品面膜', text: '拍一条测评' };
  await call('none', 'POST', '/v1/my/koc/trials', trial, 201, [['Authorization', `Bearer ${token}`]]);
  const visitor = await owner('/koc?tab=months');
  const { page } = visitor;
  await page.getByText('尚未结算').waitFor();
  const row = (text) => page.locator('tr', { hasText: text });
  await row('莉莉安').getByText('5.00').first().waitFor();
  await visitor.checkAccess('months');
  await page.getByRole('tab', { name: '试用' }).click();
  await row('新品面膜').getByRole('button', { name: /^通\s?过$/ }).click();
  await page.locator('.ant-popconfirm .ant-btn-primary').click();
  await row('新品面膜').waitFor({ state: 'detached' });
  await page.getByText('待寄出').click();
  await row('新品面膜').getByRole('button', { name: '登记寄出' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').fill('顺丰 SF1001');
  await dialog.getByRole('button', { name: '登记寄出' }).click();
  await row('新品面膜').waitFor({ state: 'detached' });
  await page.getByText('待报告').click();
  await row('新品面膜').getByText('顺丰 SF1001').waitFor();
  visitor.checkQuiet('koc months and trials');
  await visitor.leave();
});

test('levels are changed as a whole; a refusal stands at its field', async () => {
  const visitor = await owner('/koc?tab=levels');
  const { page } = visitor;
  const level = (n) => page.locator('.koc-level').nth(n);
  await level(2).waitFor();
  await visitor.checkAccess('levels');
  await level(1).getByLabel('代号').fill('体验官'); // taken by the first
  await page.getByRole('button', { name: /^保\s?存$/ }).click();
  await level(1).getByText('用了两次').waitFor();
  await level(1).getByLabel('代号').fill('推荐官');
  await level(1).getByLabel('佣金 %').fill('9');
  await page.getByRole('button', { name: /^保\s?存$/ }).click();
  await page.getByText('已保存').waitFor();
  const { levels } = await call('owner', 'GET', '/v1/koc/levels');
  assert.deepEqual(levels.map((one) => one.rate), [500, 900, 1200]);
  await visitor.leave();
});

test('on a phone, and for who may only look', async () => {
  for (const tab of ['people', 'applied', 'months', 'trials', 'levels']) {
    const visitor = await owner(`/koc?tab=${tab}`, { size: 'phone' });
    await visitor.checkWidth(`koc ${tab}`);
    await visitor.checkAccess(`koc ${tab} on a phone`);
    visitor.checkQuiet(`koc ${tab} on a phone`);
    await visitor.leave();
  }
  const viewer = await enter('viewer', '/koc?tab=levels');
  await viewer.page.getByText('推荐官').waitFor();
  assert.equal(await viewer.page.getByRole('button', { name: /^保\s?存$/ }).count(), 0);
  await viewer.leave();
});
