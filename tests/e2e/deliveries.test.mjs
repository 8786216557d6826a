// deliveries.test.mjs -- an endpoint is added, its secret shown once, tested, refused and tried again; mail, a phone, and who may only look.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { doorsOf, named } from './loyalty.mjs';
import { stage } from './stage.mjs';

const { shop, owner, enter } = stage({ members: 0 });
const { send, setting } = doorsOf(shop);

let broken = true;
const receiver = createServer((request, reply) => {
  request.resume();
  request.on('end', () => reply.writeHead(broken ? 503 : 200).end());
});
let base;
before(async () => {
  await new Promise((done) => receiver.listen(0, '127.0.0.1', done));
  base = `127.0.0.1:${receiver.address().port}`;
});
after(() => receiver.close());

test('an endpoint is added, refused an inside address, tested, and tried again once it is mended', async () => {
  const visitor = await owner('/deliveries');
  const { page } = visitor;
  await page.getByText('还没有推送地址').waitFor();
  await page.getByRole('button', { name: '新增推送地址' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('名称').fill('数据部');
  await dialog.getByLabel('网址').fill(`http://${base}/koi`);
  await dialog.getByRole('button', { name: named('保存') }).click();
  await dialog.getByText(/网址应以 https/).waitFor(); // what the server refuses stands at its field
  await setting('channel.allow_http', 'true');
  await dialog.getByRole('button', { name: named('保存') }).click();
  await dialog.getByText(/不允许访问 127\.0\.0\.1/).waitFor();
  await visitor.checkAccess('a new endpoint');
  await setting('channel.allow_private', base);
  await dialog.getByRole('button', { name: named('保存') }).click();
  await page.getByText('只显示这一次').waitFor();
  assert.match(await page.locator('.secret').textContent(), /whsec_.{44}/);
  await page.locator('.ant-modal-footer').getByRole('button', { name: named('关闭') }).click();
  const row = page.locator('tr', { hasText: '数据部' });
  await row.getByText('正常').waitFor();
  await row.getByText('全部', { exact: true }).waitFor();

  await row.getByRole('button', { name: '发送测试' }).click();
  const sent = page.getByRole('region', { name: '推送记录' });
  const line = sent.locator('tr', { hasText: '锦鲤测试推送' });
  await line.getByText('失败，会重试').waitFor();
  await line.getByText('对方回答 HTTP 503').waitFor();
  await row.getByText('失败中').waitFor();
  await visitor.checkAccess('deliveries');
  broken = false;
  await line.getByRole('button', { name: '立即重发' }).click();
  await line.getByText('已送达').waitFor();
  await row.getByText('正常').waitFor();
  await sent.getByText('已放弃', { exact: true }).click();
  await page.waitForURL('**state=given_up');
  await sent.getByText('没有推送记录').waitFor();
  visitor.wrongs = visitor.wrongs.filter((one) => !/status of 400.*endpoints$/.test(one)); // the refusals were asked for
  visitor.checkQuiet('deliveries');
  await visitor.leave();
});

test('a mail endpoint says that no server is set; switched off and on; removed', async () => {
  const visitor = await owner('/deliveries');
  const { page } = visitor;
  await page.getByRole('button', { name: '新增推送地址' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('邮件', { exact: true }).click();
  await dialog.getByText('还没有设置邮件服务器').waitFor();
  await dialog.getByLabel('名称').fill('运营');
  await dialog.getByLabel('邮箱地址').fill('ops@example.com, boss@example.com');
  await dialog.getByRole('button', { name: named('保存') }).click();
  const row = page.locator('tr', { hasText: '运营' });
  await row.getByText('ops@example.com, boss@example.com').waitFor();
  await row.getByRole('button', { name: named('停用') }).click();
  await page.locator('.ant-popconfirm:not(.ant-popover-hidden) .ant-btn-primary').click();
  await row.getByText('已停用').waitFor();
  await row.getByRole('button', { name: named('启用') }).click();
  await row.getByText('正常').waitFor();
  await row.getByRole('button', { name: named('删除') }).click();
  await page.locator('.ant-popconfirm:not(.ant-popover-hidden) .ant-btn-primary').click();
  await row.waitFor({ state: 'detached' });
  visitor.checkQuiet('a mail endpoint');
  await visitor.leave();
});

test('who may only look sees where, not the way in; on a phone too', async () => {
  await send('POST', '/v1/endpoints', { kind: 'webhook', name: '看板', target: 'https://hooks.example.com/services/very-secret', topics: [] });
  const visitor = await enter('analyst', '/deliveries', { size: 'phone', locale: 'en-US' });
  const { page } = visitor;
  await page.getByText('https://hooks.example.com/…').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Send a test' }).count(), 0);
  assert.equal(await page.getByText('very-secret').count(), 0);
  await visitor.checkWidth('deliveries');
  visitor.checkQuiet('deliveries of an analyst');
  await visitor.leave();
});
