// import.test.mjs -- a file nobody has seen before, of orders and of behaviour: uploaded, mapped by hand, tried, imported; the bad row is
// given back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDemoShop } from './shop.mjs';
import { stage } from './stage.mjs';

const { shop, owner } = stage({ members: 50 });

const file = {
  name: '门店流水.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from(
    ['单据,谁买的,哪天,收了多少', 'A-1,海边的鱼,2026-03-01 10:00,120.00', 'A-2,海边的鱼,2026-03-05 12:30,"1,080.50"',
      'A-3,山里的猫,2026-03-06 09:15,一百', 'A-4,山里的猫,2026-03-07 20:45,66'].join('\n') + '\n',
  ),
};
const mapping = [['单据', '订单编号'], ['谁买的', '买家标识'], ['哪天', '付款时间'], ['收了多少', '实付金额']];

/** Gives the file to the page and waits for its columns. */
async function bring(visitor) {
  await visitor.go('/imports');
  await visitor.page.setInputFiles('input[type=file]', file);
  await visitor.page.waitForURL(/\/imports\/\d+$/);
  await visitor.page.getByRole('button', { name: '开始导入' }).waitFor();
}

async function choose(page, label, option) {
  const box = page.getByRole('combobox', { name: label, exact: true });
  await box.fill(option);
  await page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option', { hasText: option }).first().click();
}

async function map(page) {
  for (const [column, field] of mapping) {
    const saved = page.waitForResponse((reply) => reply.request().method() === 'PATCH');
    await choose(page, `${column} 对应到`, field);
    assert.equal((await saved).status(), 200, `${column} -> ${field}`);
  }
  const saved = page.waitForResponse((reply) => reply.request().method() === 'PATCH');
  await page.getByRole('combobox', { name: '店铺', exact: true }).fill('老街门店');
  await page.getByRole('combobox', { name: '店铺', exact: true }).blur();
  await saved;
}

const figure = (page, name) =>
  page.locator('.figure').filter({ has: page.locator('.figure-name', { hasText: new RegExp(`^${name}$`) }) }).locator('.figure-value');

for (const size of ['desktop', 'phone']) {
  test(`an unknown file is mapped, tried, imported; its bad row comes back: ${size}`, async () => {
    const visitor = await owner('/', { size });
    const { page } = visitor;
    await bring(visitor);
    await map(page);
    await page.getByText('一百').first().waitFor();
    await visitor.checkWidth('mapping');
    await visitor.checkAccess('mapping');

    await page.getByRole('button', { name: /^试\s?运\s?行$/ }).click();
    await page.getByText('试运行完成').waitFor();
    if (size === 'desktop') {
      const known = await shop.request('owner', 'GET', '/v1/shops', []);
      assert.ok(!known.json.items.some((one) => one.name === '老街门店'), 'a dry run writes nothing');
    }

    await page.getByRole('button', { name: '开始导入' }).click();
    await page.getByText('导入完成').waitFor();
    assert.equal(await figure(page, '行数').textContent(), '4');
    assert.equal(await figure(page, '接受').textContent(), '3');
    assert.equal(await figure(page, '拒绝').textContent(), '1');
    assert.equal(await figure(page, '支付金额').textContent(), '¥1,266.50');
    await visitor.checkWidth('result');
    await visitor.checkAccess('result');

    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '下载被拒绝的行' }).click()]);
    const stream = await download.createReadStream();
    const rejects = Buffer.concat(await stream.toArray()).toString('utf8');
    assert.match(rejects, /4,收了多少,一百/);

    await visitor.go(`/orders?shop=${encodeURIComponent('老街门店')}`);
    await page.getByText('A-2', { exact: true }).waitFor();
    assert.match(await page.textContent('.card-list'), /1,080\.50/);
    assert.ok(!(await page.textContent('.card-list')).includes('A-3'));
    visitor.checkQuiet('import');
    await visitor.leave();
  });
}

test('a file of behaviour is mapped: who, what, when; the same file again adds nothing', async () => {
  const lines = ['user,item,category,behaviour,ts', 'u-901,2268318,面膜,pv,1772330400', 'u-901,2268318,面膜,cart,1772330460',
    'u-902,2333346,精华,pv,1772334000', 'u-902,2333346,精华,buy,then', 'u-901,2268318,面膜,fav,1772337600'];
  const behaviour = { name: '行为.csv', mimeType: 'text/csv', buffer: Buffer.from(`${lines.join('\n')}\n`) };
  for (const again of [false, true]) {
    const visitor = await owner('/imports');
    const { page } = visitor;
    const saved = () => page.waitForResponse((reply) => reply.request().method() === 'PATCH');
    await page.setInputFiles('input[type=file]', behaviour);
    await page.waitForURL(/\/imports\/\d+$/);
    await page.getByRole('button', { name: '开始导入' }).waitFor();
    const id = Number(/\d+$/.exec(page.url())[0]);
    const now = async () => (await shop.request('owner', 'GET', `/v1/imports/${id}`, [])).json;
    if ((await now()).profile !== 'events') {
      const patched = saved();
      await page.getByRole('combobox', { name: '文件来自' }).click();
      await page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option', { hasText: '行为' }).first().click();
      assert.equal((await patched).status(), 200);
    }
    for (const [column, field] of [['user', '买家标识'], ['item', '商品编码'], ['category', '类目'], ['behaviour', '行为'], ['ts', '发生时间']]) {
      const box = page.getByRole('combobox', { name: `${column} 对应到`, exact: true });
      if ((await page.locator('tr', { has: box }).textContent()).includes(field)) continue; // guessed
      const patched = saved();
      await choose(page, `${column} 对应到`, field);
      assert.equal((await patched).status(), 200, `${column} -> ${field}`);
    }
    const words = page.getByRole('textbox', { name: '文件里的词是什么行为' });
    const named = saved();
    await words.fill('pv=Product Viewed, cart=Product Added, fav=Product Added to Wishlist, buy=Order Completed');
    await words.blur();
    assert.equal((await named).status(), 200);
    const { mapping } = await now();
    assert.deepEqual(Object.fromEntries(mapping.map((one) => [one.column, one.field])),
      { user: 'member', item: 'product_id', category: 'category', behaviour: 'event', ts: 'at' });
    await page.getByText('Product Viewed').first().waitFor(); // as it is understood
    if (!again) {
      await visitor.checkWidth('mapping of behaviour');
      await visitor.checkAccess('mapping of behaviour');
    }
    await page.getByRole('button', { name: '开始导入' }).click();
    await page.getByText('导入完成').waitFor();
    assert.equal(await figure(page, '行数').textContent(), '5');
    assert.equal(await figure(page, '拒绝').textContent(), '1'); // "then" is no time
    assert.equal(await figure(page, '新的行为').textContent(), again ? '0' : '4');
    visitor.checkQuiet('behaviour');
    await visitor.leave();
  }
  const found = await shop.request('owner', 'GET', '/v1/members?q=u-901', []);
  assert.equal(found.json.items.length, 1);
  const { json } = await shop.request('owner', 'GET', `/v1/members/${found.json.items[0].id}/timeline`, []);
  const kinds = json.items.map((one) => one.kind).filter((kind) => /^[A-Z]/.test(kind));
  assert.deepEqual(kinds.sort(), ['Product Added', 'Product Added to Wishlist', 'Product Viewed']);
});

test('a file that is no table is refused in words, and the page can go on', async () => {
  const visitor = await owner();
  await visitor.go('/imports');
  await visitor.page.setInputFiles('input[type=file]', { name: 'photo.csv', mimeType: 'text/csv', buffer: Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0, 1, 2, 3]) });
  await visitor.page.locator('[role=alert]').waitFor();
  assert.equal(await visitor.page.locator('input[type=file]:enabled').count(), 1);
  await visitor.leave();
});

test('an empty shop says so; one with old orders leads to them', async () => {
  const empty = await openDemoShop({ members: 0 });
  try {
    const visitor = await owner('/', { shop: empty });
    const { page } = visitor;
    await page.getByText('还没有订单').waitFor();
    for (const path of ['/members', '/orders', '/rfm', '/rfm/move', '/classes']) {
      await visitor.go(path);
      await visitor.checkWidth(path);
    }
    const order = { shop: '老店', number: '2019-1', state: 'completed', paid_at: '2019-06-03T10:00:00Z', paid: '88.00',
      identities: [{ kind: 'shop_account', scope: '老店', value: 'old-1' }] };
    const made = await empty.request('owner', 'POST', '/v1/orders', [], JSON.stringify(order));
    assert.ok(made.status < 300, made.text);
    await visitor.go('/');
    await page.getByRole('button', { name: /至 2019-06-03/ }).click();
    await page.waitForURL('**to=2019-06-03**');
    await page.getByText('¥88.00').first().waitFor();
    visitor.checkQuiet('empty shop');
    await visitor.leave();
  } finally {
    await empty.close();
  }
});
