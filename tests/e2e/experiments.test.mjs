// experiments.test.mjs -- planned, made, started, read while it runs, stopped; overlaps said; a broken split warned of; who is held out.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exported } from './browser.mjs';
import { doorsOf, named, pick } from './loyalty.mjs';
import { stage } from './stage.mjs';

const { shop, owner, enter } = stage({ members: 120 });
const { send, setting, member, order } = doorsOf(shop);

test('planned: the size follows what is typed, and becomes an experiment', async () => {
  const visitor = await owner('/experiments?tab=plan');
  const { page } = visitor;
  await page.getByRole('spinbutton', { name: '相对提升' }).fill('20');
  await page.locator('.figure-value', { hasText: '3,841' }).waitFor();
  await page.getByRole('spinbutton', { name: '组数' }).fill('3');
  const { n_per_arm, definition } = await send('GET', '/v1/experiment-plan?base=0.1&lift=0.2&arms=3');
  await page.locator('.figure-value', { hasText: n_per_arm.toLocaleString('en-US') }).waitFor();
  assert.ok(definition);
  await page.getByText('数值', { exact: true }).click();
  await page.getByRole('spinbutton', { name: '标准差' }).waitFor();
  await page.getByText('比率', { exact: true }).click();
  await visitor.checkAccess('the planner');
  await page.getByRole('button', { name: named('按这个计划新建实验') }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('名称').fill('从计划来');
  await dialog.getByRole('button', { name: named('保存') }).click();
  await page.getByRole('heading', { name: '从计划来' }).waitFor();
  await page.getByText('从 10.0% 相对提升 20.0%').waitFor();
  visitor.checkQuiet('planned');
  await visitor.leave();
});

test('made with arms, layer, guardrail; refused where a field is wrong; started; overlaps are said', async () => {
  const visitor = await owner('/experiments');
  const { page } = visitor;
  await page.getByRole('button', { name: /新建实验$/ }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('名称').fill('新:包装');
  await dialog.getByRole('combobox', { name: '互斥层' }).fill('商品页');
  await dialog.getByRole('combobox', { name: '看什么' }).click();
  await pick(page, '消费净额');
  await dialog.getByRole('button', { name: /添加护栏$/ }).click();
  await dialog.getByRole('button', { name: named('保存') }).click();
  await dialog.getByText('不含冒号').waitFor();
  await dialog.getByLabel('名称').fill('新包装');
  await dialog.getByRole('button', { name: named('保存') }).click();
  await page.getByRole('heading', { name: '新包装' }).waitFor();
  await visitor.settle();
  await page.getByRole('button', { name: named('开始') }).click();
  await page.locator('.ant-popover').getByRole('button', { name: named('开始') }).click();
  await page.getByText('进行中', { exact: true }).waitFor();
  await page.getByText('还比不出来').waitFor();
  const other = await send('POST', '/v1/experiments', { name: '新详情页', arms: [{ name: 'A' }, { name: 'B' }], layer: '商品页', share: 20 });
  await visitor.go(`/experiments/${other.id}`);
  await page.getByRole('button', { name: named('开始') }).click();
  await page.locator('.ant-popover').getByRole('button', { name: named('开始') }).click();
  await page.getByRole('alert').getByText(/会重叠/).first().waitFor();
  await visitor.leave();
});

test('a draft gives up its plan, its end and its guardrails', async () => {
  const made = await send('POST', '/v1/experiments', {
    name: '改一改', arms: [{ name: 'A' }, { name: 'B' }], ends_at: '2099-01-01T00:00:00Z', guardrails: [{ metric: 'refunded' }], base: 0.1, lift: 0.2,
  });
  const visitor = await owner(`/experiments/${made.id}`);
  const { page } = visitor;
  await page.getByText('从 10.0% 相对提升 20.0%').waitFor();
  await page.getByRole('button', { name: named('编辑') }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('spinbutton', { name: '现在的比率' }).fill('');
  await dialog.getByRole('spinbutton', { name: '要发现的相对提升' }).fill('');
  await dialog.getByRole('button', { name: '去掉这条护栏' }).click();
  const ends = dialog.locator('.ant-picker');
  await ends.hover();
  await ends.locator('.ant-picker-clear').click();
  await dialog.getByRole('button', { name: named('保存') }).click();
  await dialog.waitFor({ state: 'hidden' });
  await page.getByText('从 10.0% 相对提升 20.0%').waitFor({ state: 'hidden' });
  const kept = await send('GET', `/v1/experiments/${made.id}`);
  assert.deepEqual([kept.base, kept.lift, kept.ends_at, kept.guardrails], [null, null, null, []]);
  visitor.checkQuiet('a draft');
  await visitor.leave();
});

test('read while it runs: intervals, both p, money, a broken split; a member\'s arm; stopped with a reason', async () => {
  const made = await send('POST', '/v1/experiments', { name: '券面额', arms: [{ name: 'A' }, { name: 'B' }], metric: 'spent', guardrails: [{ metric: 'refunded', margin: 0.1 }] });
  await send('POST', `/v1/experiments/${made.id}/start`, {});
  // Those of A alone: the split is broken on purpose.
  let n = 0;
  for (let i = 0; n < 24; i++) {
    const id = await member(`试${i}`);
    const { arm } = await send('GET', `/v1/experiments/${made.id}/members/${id}`);
    if (arm === 'B' && i % 8 !== 0) continue;
    n++;
    await send('POST', `/v1/experiments/${made.id}/assign`, { member: id });
    await order(`试${i}`, arm === 'A' ? `${20 + i}.00` : `${60 + i}.00`);
  }
  const result = await send('GET', `/v1/experiments/${made.id}/results`);
  const visitor = await owner(`/experiments/${made.id}`);
  const { page } = visitor;
  if (result.srm.warn) await page.getByText('分流坏了：下面的结果不能信').waitFor();
  assert.ok(result.primary.value_tests[0].money !== undefined);
  for (const head of ['p（只看一次）', 'p（随时可看）', '合计增量']) await page.getByRole('columnheader', { name: head }).first().waitFor();
  await page.getByRole('group', { name: /决定指标：消费净额 · 差异/ }).waitFor();
  assert.equal(await page.locator('.intervals').first().locator('li').count(), 2);
  await page.getByText('护栏：有过退款').first().waitFor();
  await visitor.checkAccess('an experiment');
  const file = await exported(page, page.locator('.ant-card', { hasText: '决定指标' }));
  assert.deepEqual([file.name, file.lines.length], [`experiment-${made.id}.csv`, 2]);
  assert.ok(file.lines[1].includes(`,${result.primary.value_tests[0].diff},`), file.lines[1]);
  const first = result.primary.arms[0];
  await page.locator('.intervals').first().getByRole('link', { name: `${first.n} 人` }).click();
  await page.waitForURL(/segments\/new/);
  const text = new URL(page.url()).searchParams.get('text');
  assert.equal((await send('POST', '/v1/segments/ask', { text })).count, first.n);
  await visitor.go(`/experiments/${made.id}`);
  const some = await member('试0');
  const seen = await send('GET', `/v1/experiments/${made.id}/members/${some}`);
  await page.getByRole('combobox', { name: /姓名、手机号/ }).fill('试0');
  await pick(page, `#${some}`);
  await page.locator('p[role=status]', { hasText: seen.arm ? `“${seen.arm}”` : '没有' }).waitFor();
  await page.getByRole('button', { name: named('停止实验') }).click();
  await page.getByRole('dialog').getByLabel('为什么停止').fill('缺货');
  await page.getByRole('dialog').getByRole('button', { name: named('停止实验') }).click();
  await page.getByText('已停止', { exact: true }).waitFor();
  await page.getByText('缺货').waitFor();
  await visitor.go(`/members/${some}`);
  await page.getByText(`进入实验「券面额」，分到「${seen.arm}」`).waitFor();
  await visitor.go('/experiments');
  await page.getByText('券面额').first().waitFor();
  const list = await exported(page, page.locator('main'));
  assert.ok(list.lines.length > 3 && list.lines.some((line) => line.startsWith('券面额,已停止,')), list.lines.join('\n'));
  visitor.checkQuiet('an experiment');
  await visitor.leave();
});

test('held out: the percentage and the members; on a phone, for who may only look', async () => {
  await setting('experiments.holdout_percent', '50');
  const { items } = await send('GET', '/v1/experiment-holdout?limit=200');
  assert.ok(items.length > 20);
  const visitor = await enter('viewer', '/experiments?tab=held', { size: 'phone' });
  const { page } = visitor;
  await page.getByText('50% 的会员').waitFor();
  await page.locator('.row-card', { hasText: `#${items[0].id}` }).first().waitFor();
  await visitor.checkWidth('held out');
  await page.getByRole('link', { name: '看这些会员' }).click();
  await page.waitForURL(/segments\/new/);
  assert.equal(new URL(page.url()).searchParams.get('text'), 'held_out = true');
  await page.locator('.result-count', { hasText: items.length }).waitFor();
  await visitor.go('/experiments');
  await page.locator('.row-card', { hasText: '新包装' }).waitFor();
  assert.equal(await page.getByRole('button', { name: /新建实验$/ }).count(), 0);
  await visitor.checkWidth('experiments');
  visitor.checkQuiet('a phone');
  await visitor.leave();
});
