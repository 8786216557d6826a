// mall.test.mjs -- goods made in the console are exchanged by a member, shipped, returned; codes uploaded; a grab won and taken back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from './browser.mjs';
import { doorsOf, named, pick } from './loyalty.mjs';
import { stage } from './stage.mjs';

const { shop, owner, enter } = stage({ members: 0 });
const { send, member, my } = doorsOf(shop);

let lin, mask;
const parcel = { receiver: '林晓', phone: '13800138000', address: '上海市徐汇区漕溪北路 1 号' };
const confirmed = (page) => page.locator('.ant-popconfirm:not(.ant-popover-hidden) .ant-btn-primary').click();
const shot = async (visitor, name) => process.env.SHOTS && (await visitor.page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true }));

test('a good is made, given stock, put on sale', async () => {
  lin = await member('林晓');
  await send('POST', `/v1/members/${lin}/points`, { key: 'g1', amount: 900, reason: '测试' });
  const visitor = await owner('/mall');
  const { page } = visitor;
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: '新建商品' }).first().click();
  await dialog.getByRole('button', { name: named('保存') }).click();
  await dialog.getByText('请填写').waitFor(); // a name is wanted, at its field
  await dialog.getByLabel('中文名称').fill('玻尿酸面膜');
  await dialog.getByLabel('积分', { exact: true }).fill('200');
  await dialog.getByLabel('加价（元）').fill('9.90');
  await dialog.getByLabel('每人共').fill('3');
  await dialog.getByRole('button', { name: '加一个等级' }).click();
  await dialog.getByRole('combobox', { name: '等级' }).last().click();
  await pick(page, '红人');
  await shot(visitor, 'good-dialog');
  await dialog.getByRole('button', { name: named('保存') }).click();
  const row = page.getByRole('row', { name: '玻尿酸面膜' });
  await row.getByText('200 积分 + ¥9.90').waitFor();
  await row.getByText('每人 3 件 · 红人 1 件').waitFor();
  await row.getByText('草稿').waitFor();
  await row.getByRole('button', { name: named('库存') }).click();
  await dialog.getByLabel('件数').fill('20');
  await dialog.getByLabel('理由').fill('首批');
  await dialog.getByLabel('理由').press('Tab'); // its suggestions lie over the button
  await dialog.getByRole('button', { name: named('保存') }).click();
  await row.getByRole('cell', { name: '20', exact: true }).waitFor();
  await row.getByRole('switch').click();
  await row.getByText('在售').waitFor();
  await visitor.checkAccess('goods');
  visitor.checkQuiet('goods');
  const { items } = await send('GET', '/v1/mall/goods');
  mask = items[0].id;
  assert.deepEqual([items[0].left, items[0].state, items[0].price, items[0].tier_limits], [20, 'on', '9.90', [{ tier: '红人', per_member: 1 }]]);
  await visitor.leave();
});

test('an exchange is paid, shipped, returned, and its money paid back', async () => {
  const { id } = await my(lin, 'POST', `/v1/my/mall/${mask}/exchange`, { key: 'e1', quantity: 2, ...parcel });
  await my(lin, 'POST', `/v1/my/mall/${mask}/exchange`, { key: 'e2', ...parcel });
  const visitor = await owner('/mall?tab=exchanges&state=placed');
  const { page } = visitor;
  const dialog = page.getByRole('dialog');
  const row = page.getByRole('row', { name: '玻尿酸面膜 × 2' });
  await row.getByText('前付款').waitFor();
  await row.getByRole('button', { name: '记付款' }).click();
  await dialog.getByLabel('流水号').fill('wx-1');
  await dialog.getByRole('button', { name: named('确定') }).click();
  await row.waitFor({ state: 'detached' });
  await page.getByText('待发货', { exact: true }).click();
  await row.getByRole('link', { name: `林晓 #${lin}` }).waitFor(); // whose it is
  await row.getByText('13800138000').waitFor(); // where it goes
  await shot(visitor, 'exchanges');
  await row.getByRole('button', { name: named('发货') }).click();
  await dialog.getByLabel('快递公司').fill('顺丰');
  await dialog.getByLabel('单号').fill('SF123');
  await dialog.getByRole('button', { name: named('发货') }).click();
  await row.waitFor({ state: 'detached' });
  await page.getByText('已发货', { exact: true }).first().click();
  await row.getByText('自动收货').waitFor();
  await row.getByText('顺丰 SF123').waitFor();
  await page.getByRole('button', { name: '导出' }).click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'csv' }).click()]);
  assert.equal(download.suggestedFilename(), 'exchanges.csv');
  const table = Buffer.concat(await (await download.createReadStream()).toArray()).toString('utf8');
  assert.match(table, /已发货.*玻尿酸面膜,实物,2,400,19\.80,.*林晓,13800138000,上海市徐汇区漕溪北路 1 号,顺丰,SF123/);
  assert.equal(table.trim().split('\n').length, 2, 'of the state that is shown');
  await visitor.checkAccess('exchanges');
  await row.getByRole('button', { name: named('退回') }).click();
  await dialog.getByLabel('原因').fill('不合适');
  await dialog.getByRole('button', { name: named('确定') }).click();
  await row.waitFor({ state: 'detached' });
  await page.getByText('已退回', { exact: true }).first().click();
  await row.getByText('待退款 ¥19.80').waitFor();
  await row.getByRole('button', { name: '记退款' }).click();
  await dialog.getByLabel('流水号').fill('wx-1-back');
  await dialog.getByRole('button', { name: named('确定') }).click();
  await row.getByText('待退款').waitFor({ state: 'detached' });
  await page.getByText('待付款', { exact: true }).first().click();
  await page.getByRole('button', { name: '取消兑换' }).click();
  await confirmed(page);
  await page.getByText('没有这样的兑换单').waitFor();
  assert.equal((await send('GET', `/v1/members/${lin}/points`)).available, 900);
  visitor.checkQuiet('exchanges');
  await visitor.leave();
});

test('many are shipped by a list; a line that does not fit says why', async () => {
  const { id } = await send('POST', '/v1/mall/goods', { kind: 'goods', zh: '化妆棉', points: 10, state: 'on' });
  await send('POST', `/v1/mall/goods/${id}/stock`, { key: 's', amount: 5, reason: '首批' });
  const e = await my(lin, 'POST', `/v1/my/mall/${id}/exchange`, { key: 'c1', ...parcel });
  const visitor = await owner('/mall?tab=exchanges');
  const { page } = visitor;
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: '批量发货' }).click();
  await dialog.getByRole('textbox').fill(`编号,快递,单号\n${e.id},中通,ZT1\n9999,中通,ZT2`);
  await dialog.getByRole('button', { name: named('发货') }).click();
  await page.getByText('已发货 1 单').waitFor();
  await page.getByText('第 3 行：没有编号为 9999 的兑换').waitFor();
  await page.getByRole('button', { name: named('关闭') }).last().click();
  await page.getByText('没有这样的兑换单').waitFor();
  visitor.checkQuiet('by a list');
  await visitor.leave();
});

test('codes are uploaded, and shown whole to who may see them', async () => {
  const visitor = await owner('/mall');
  const { page } = visitor;
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: '新建商品' }).first().click();
  await dialog.getByText('礼品卡', { exact: true }).click();
  await dialog.getByLabel('中文名称').fill('十元卡');
  await dialog.getByRole('button', { name: named('保存') }).click();
  const row = page.getByRole('row', { name: '十元卡' });
  await row.getByRole('button', { name: '上传码' }).click();
  await dialog.getByRole('textbox').fill('CARD-0001\nCARD-0001');
  await dialog.getByRole('button', { name: '上传码' }).click();
  await dialog.getByText('第 1 行与第 2 行是同一个码').waitFor();
  await dialog.getByRole('textbox').fill('CARD-0001\nCARD-0002');
  await dialog.getByRole('button', { name: '上传码' }).click();
  await row.getByRole('cell', { name: '2', exact: true }).waitFor();
  await row.getByRole('switch').click();
  await row.getByText('在售').waitFor();
  await shot(visitor, 'goods');
  const { items } = await send('GET', '/v1/mall/goods?state=on');
  const got = await my(lin, 'POST', `/v1/my/mall/${items[0].id}/exchange`, { key: 'card' });
  assert.deepEqual(got.codes, ['CARD-0001']);
  await visitor.go('/mall?tab=exchanges&state=received');
  await page.getByText('CARD-0001').waitFor();
  visitor.wrongs = visitor.wrongs.filter((one) => !/status of 409.*codes$/.test(one));
  visitor.checkQuiet('codes');
  await visitor.leave();
  const viewer = await enter('viewer', '/mall?tab=exchanges&state=received');
  assert.equal(await viewer.page.getByRole('button', { name: '导出' }).count(), 0);
  await viewer.page.getByText('****0001').waitFor();
  assert.equal(await viewer.page.getByRole('button', { name: '批量发货' }).count(), 0);
  viewer.checkQuiet('viewer');
  await viewer.leave();
});

test('a grab is made, won, and its prize taken back', async () => {
  const visitor = await owner('/mall?tab=grabs');
  const { page } = visitor;
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: '新建限量抢' }).first().click();
  await dialog.getByLabel('中文名称').fill('满百名抢面膜');
  await dialog.getByLabel('商城商品').last().click();
  await pick(page, '玻尿酸面膜');
  await dialog.getByLabel('名额').fill('2');
  await shot(visitor, 'grab-dialog');
  await dialog.getByRole('button', { name: named('保存') }).click();
  const row = page.getByRole('row', { name: '满百名抢面膜' });
  await row.getByText('未开放').waitFor();
  await row.getByRole('switch').click();
  await row.getByText('进行中').waitFor();
  const { items } = await send('GET', '/v1/grabs');
  assert.equal((await my(lin, 'POST', `/v1/my/grabs/${items[0].id}`, {})).result, 'WON');
  await visitor.go('/mall?tab=grabs');
  await row.getByRole('cell', { name: '1', exact: true }).first().waitFor();
  await shot(visitor, 'grabs');
  await row.getByRole('button', { name: named('名单') }).click();
  await dialog.getByRole('link', { name: `#${lin}` }).waitFor();
  await shot(visitor, 'wins');
  await dialog.getByRole('button', { name: named('收回') }).click();
  await confirmed(page);
  await dialog.getByText('已收回').waitFor();
  assert.equal((await send('GET', `/v1/grabs/${items[0].id}`)).left, 2);
  await until(async () => (await send('GET', '/v1/exchanges?state=cancelled')).items.some((one) => one.prize), 'its exchange is cancelled');
  visitor.checkQuiet('grabs');
  await visitor.leave();
});

test('on a phone all of it fits', async () => {
  const visitor = await owner('/mall', { size: 'phone' });
  const { page } = visitor;
  for (const [name, tab] of [['goods', '/mall'], ['exchanges', '/mall?tab=exchanges&state=all'], ['grabs', '/mall?tab=grabs']]) {
    await visitor.go(tab);
    await page.locator('.row-card').first().waitFor();
    await visitor.checkWidth(name);
    await visitor.checkAccess(name);
    await shot(visitor, `phone-${name}`);
  }
  visitor.checkQuiet('on a phone');
  await visitor.leave();
});
