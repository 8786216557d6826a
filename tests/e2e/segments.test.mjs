// segments.test.mjs -- segments as an operator makes them: by rows, by text, saved, changed, watched, compared.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from './browser.mjs';
import { stage } from './stage.mjs';

const { shop, enter, owner } = stage();

const build = (text) => `/segments/new?text=${encodeURIComponent(text)}`;
const ask = async (question) => {
  const reply = await shop.request('owner', 'POST', '/v1/segments/ask', [], JSON.stringify(question));
  assert.equal(reply.status, 200, reply.text);
  return reply.json;
};
const countOf = async (text) => (await ask({ text })).count;
const digits = (text) => Number(text.replace(/[^\d]/g, ''));

const textOf = (page) => page.locator('.code-typed').inputValue();
const shown = async (page) => digits(await page.locator('.result-count').textContent());
const says = (page, n) => until(async () => (await shown(page)) === n, `the page says ${n}`);
const last = (page) => page.locator('.test').last();
const pick = (page, option) =>
  page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option', { hasText: option }).first().click();
async function choose(page, box, typed, option = typed) {
  await box.click();
  await page.keyboard.type(typed);
  await pick(page, option);
  await page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)').waitFor({ state: 'hidden' });
}

test('rows make text: subject, comparison, value; a second row; a group; not', async () => {
  const visitor = await owner('/segments/new');
  const { page } = visitor;
  await choose(page, page.getByRole('combobox', { name: '看什么' }), '购买次数', 'orders');
  assert.equal(await page.locator('.test-note').textContent(), '还差数值，填好后计入');
  assert.equal(await page.locator('[role=alert]').count(), 0, 'a half-filled row is no error');
  await page.getByRole('spinbutton', { name: '购买次数 的值' }).fill('2');
  await until(async () => (await textOf(page)) === 'orders >= 2', 'the text follows the rows');
  await says(page, await countOf('orders >= 2'));

  await page.getByRole('button', { name: '加条件' }).click();
  await choose(page, last(page).getByRole('combobox', { name: '看什么' }), 'city');
  await last(page).getByRole('combobox', { name: '城市 的值' }).fill('上');
  await visitor.settle(); // what is offered has come: the list moves no more
  await pick(page, '上海');
  await until(async () => (await textOf(page)) === 'orders >= 2 and city = "上海市"', `city offered as it is: ${await textOf(page)}`);

  await last(page).getByRole('button', { name: '反过来：不满足才算' }).click();
  await until(async () => (await textOf(page)) === 'orders >= 2 and not city = "上海市"', 'not');
  await says(page, await countOf('orders >= 2 and not city = "上海"'));

  await page.getByRole('button', { name: '加一组' }).click();
  await choose(page, last(page).getByRole('combobox', { name: '看什么' }), '行为', 'did');
  await last(page).getByRole('combobox', { name: '行为名称' }).fill('Product Viewed');
  await page.keyboard.press('Escape');
  await last(page).getByRole('spinbutton', { name: /的时间范围/ }).fill('30');
  await last(page).getByRole('button', { name: '属性条件' }).click();
  await last(page).getByRole('combobox', { name: '属性', exact: true }).fill('category');
  await page.keyboard.press('Escape');
  await last(page).getByRole('combobox', { name: 'category 的值' }).fill('面膜');
  await page.keyboard.press('Escape');
  const whole = 'orders >= 2 and not city = "上海市" and did("Product Viewed", 30d, category = "面膜")';
  await until(async () => (await textOf(page)) === whole, `a group of one is that one: ${await textOf(page)}`);
  await says(page, await countOf(whole));
  const { rows } = await ask({ text: whole, counts: true });
  const counts = await page.locator('.test .contribution .number').allTextContents();
  assert.deepEqual(counts.map(digits), [rows[1].count, rows[2].count, rows[4].count], 'every row says how many it holds for');
  visitor.checkQuiet('rows');
  await visitor.leave();
});

test('text makes rows, and undo goes back through both', async () => {
  const visitor = await owner('/segments/new');
  const { page } = visitor;
  const text = 'last_order between 31d and 90d and (tag = "敏感肌" or province in ("上海", "浙江")) and not phone is unknown';
  await page.getByRole('textbox', { name: '条件的文字写法' }).fill(text);
  await until(async () => (await page.locator('.test').count()) === 4, 'four tests');
  await says(page, await countOf(text));
  assert.equal(await page.locator('.group').count(), 2);
  assert.equal(await page.locator('.group-any').count(), 1);
  assert.equal(await page.locator('.not-on').count(), 1);
  await page.getByRole('button', { name: '任一满足' }).or(page.getByText('任一满足')).first().click();
  await until(async () => / or \(?tag/.test(await textOf(page)), 'changed in the rows');
  await page.getByRole('button', { name: '撤销' }).click();
  await until(async () => (await textOf(page)) === text, 'as it was written');
  await page.getByRole('button', { name: '重做' }).click();
  await until(async () => / or \(?tag/.test(await textOf(page)), 'and again');
  visitor.checkQuiet('text');
  await visitor.leave();
});

test('an error is marked where it is and told; what is only unfinished is not shouted; the last answer stays', async () => {
  const visitor = await owner(build('orders >= 2'));
  const { page } = visitor;
  const before = await countOf('orders >= 2');
  await says(page, before);
  const text = page.getByRole('textbox', { name: '条件的文字写法' });
  await text.fill('orders >= 2 and citty = "上海"');
  await page.locator('.code-wrong').waitFor();
  assert.equal(await page.locator('.code-wrong').textContent(), 'citty');
  assert.match(await page.locator('.code-note').textContent(), /第 1 行第 17 个字.*city/);
  assert.equal(await text.getAttribute('aria-invalid'), 'true');
  assert.equal(await shown(page), before, 'the last good answer stays');
  assert.equal(await page.locator('.test').count(), 1, 'and the rows with it');
  await text.fill('orders >= 2 and tag = "敏感肌"\nand （citty = "上海"）');
  await until(async () => /第 2 行第 6 个字/.test(await page.locator('.code-note').textContent()), 'lines and characters are counted as people do');
  assert.equal(await page.locator('.code-wrong').textContent(), 'citty');
  await page.locator('.code-go').click();
  assert.equal(await page.evaluate(() => document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd)), 'citty');
  await text.fill('orders >= 2 and');
  await page.locator('.code-note .quiet').waitFor();
  assert.equal(await page.locator('.code-wrong').count(), 0);
  await text.fill('orders >= 2 and city = "上海"');
  await until(async () => (await page.locator('.test').count()) === 2, 'right again');
  await says(page, await countOf('orders >= 2 and city = "上海"'));
  await visitor.leave();
});

test('as of a past day', async () => {
  const visitor = await owner(build('orders >= 1'));
  const { page } = visitor;
  const now = await countOf('orders >= 1');
  await says(page, now);
  const day = new Date(Date.now() - 200 * 864e5).toISOString().slice(0, 10);
  await page.getByRole('textbox', { name: '截至' }).fill(day);
  await page.keyboard.press('Enter');
  await page.getByText(`截至 ${day} 零点`).waitFor();
  const { count: then } = await ask({ text: 'orders >= 1', at: day });
  await says(page, then);
  assert.ok(then < now);
  await visitor.leave();
});

test('the list of members is the segment’s, page by page', async () => {
  const visitor = await owner(build('orders >= 1'));
  const { page } = visitor;
  const all = await countOf('orders >= 1');
  await page.getByRole('tab', { name: '名单' }).click();
  await until(async () => digits(await page.locator('.pager').textContent()) > 0 && (await page.locator('.pager').textContent()).includes(`共 ${all.toLocaleString('en-US')} 条`), 'total');
  const name = page.getByRole('tabpanel', { name: '名单' }).locator('.member-name').first();
  const first = await name.textContent();
  await page.getByRole('button', { name: '下一页' }).click();
  await until(async () => (await name.textContent()) !== first, 'the next page');
  visitor.checkQuiet('members');
  await visitor.leave();
});

for (const size of ['desktop', 'phone', 'small']) {
  test(`the builder fits and can be used by all: ${size}`, async () => {
    const visitor = await owner(build('orders >= 2 and (tag = "敏感肌" or not city in ("上海", "杭州")) and did("Product Viewed", 7d, category = "面膜") >= 2'), { size, locale: size === 'small' ? 'en-US' : 'zh-CN' });
    const { page } = visitor;
    await page.locator('.test').nth(3).waitFor();
    await visitor.checkWidth(`builder ${size}`);
    await visitor.checkAccess(`builder ${size}`);
    if (size !== 'desktop') {
      await page.locator('.face-switch').getByText(size === 'small' ? 'Text' : '文字').click();
      await page.locator('.code-typed').waitFor();
      await visitor.checkWidth(`text ${size}`);
      await visitor.checkAccess(`text ${size}`);
    }
    await page.getByRole('button', { name: size === 'small' ? 'How this was answered' : '这是怎么算的' }).click();
    await page.locator('.explain').waitFor();
    assert.match(await page.locator('.explain').textContent(), /orders >= 2/);
    visitor.checkQuiet(size);
    await visitor.leave();
  });
}

const save = async (body) => {
  const reply = await shop.request('owner', 'POST', '/v1/segments', [], JSON.stringify(body));
  assert.equal(reply.status, 201, reply.text);
  return reply.json;
};
const more = async (page, item) => {
  await page.getByRole('button', { name: '更多' }).first().click();
  await page.getByRole('menuitem', { name: item }).click();
};

test('saved, changed into a second version, brought back, renamed, deleted', async () => {
  const visitor = await owner('/segments/new');
  const { page } = visitor;
  assert.equal(await page.locator('.template').count(), 10);
  const template = page.locator('.template', { hasText: '待二购' });
  const n = await countOf('orders = 1 and last_order between 30d and 90d');
  await until(async () => digits(await template.locator('.number').textContent()) === n, 'a template says how many it finds');
  await template.click();
  await says(page, n);
  await page.getByRole('button', { name: /^保\s?存$/ }).click();
  assert.equal(await page.getByRole('textbox', { name: '名称' }).inputValue(), '待二购');
  await page.getByRole('textbox', { name: '说明' }).fill('第二单礼包');
  await page.getByRole('dialog').getByRole('button', { name: /^保\s?存$/ }).click();
  await page.waitForURL(/\/segments\/\d+$/);
  await page.getByRole('heading', { name: '待二购' }).waitFor();
  await page.getByText('第二单礼包').waitFor();

  await page.locator('.code-typed').fill('orders = 1 and last_order between 30d and 120d');
  await page.getByText('有改动未保存').waitFor();
  await page.locator('.page-head').getByRole('button', { name: /^保\s?存$/ }).click();
  await page.getByText('已保存为第 2 版').waitFor();
  await page.getByText('有改动未保存').waitFor({ state: 'detached' });

  await more(page, '版本');
  await page.locator('.versions li').nth(1).waitFor();
  await visitor.checkAccess('versions');
  await page.getByRole('button', { name: '恢复这一版' }).click();
  await until(async () => (await textOf(page)) === 'orders = 1 and last_order between 30d and 90d', 'the first version is back');
  await page.getByText('已恢复第 1 版的条件，存为第 3 版').waitFor();

  await more(page, '名称与说明');
  await page.getByRole('textbox', { name: '名称' }).fill('待二购客人');
  await page.getByRole('dialog').getByRole('button', { name: /^保\s?存$/ }).click();
  await page.getByRole('heading', { name: '待二购客人' }).waitFor();

  await save({ name: '引用者', text: 'in_segment("待二购客人")' });
  await visitor.go('/segments');
  await page.getByRole('button', { name: '删除 待二购客人' }).click();
  await page.locator('.ant-modal-confirm .ant-btn-dangerous').click();
  await page.locator('[role=alert]').waitFor();
  assert.match(await page.locator('[role=alert]').textContent(), /引用者/, 'a refusal says why');
  await page.getByRole('button', { name: '删除 引用者' }).click();
  await page.locator('.ant-modal-confirm .ant-btn-dangerous').click();
  await until(async () => (await page.getByRole('link', { name: '引用者' }).count()) === 0, 'deleted');
  await visitor.leave();
});

test('what is not saved is not left unasked', async () => {
  const visitor = await owner(build('orders >= 2'));
  const { page } = visitor;
  await says(page, await countOf('orders >= 2'));
  const asked = page.getByRole('dialog', { name: '离开这个页面？' });
  const leave = () => page.getByRole('link', { name: '返回' }).click();
  const stands = () => new URL(page.url()).pathname;
  await page.getByRole('textbox', { name: '条件的文字写法' }).fill('orders >= 3');
  await leave();
  await asked.getByRole('button', { name: '留在这里' }).click();
  await asked.waitFor({ state: 'hidden' });
  assert.equal(stands(), '/segments/new');
  assert.equal(await textOf(page), 'orders >= 3', 'and nothing is lost');
  await leave();
  await asked.getByRole('button', { name: '不保存，离开' }).click();
  await page.locator('.saved-name').first().waitFor();
  await page.goBack();
  await page.locator('.code-typed').waitFor();
  await says(page, await countOf('orders >= 2'));
  await leave();
  await page.waitForURL('**/segments');
  assert.equal(await asked.count(), 0, 'unchanged: nothing to ask');
  visitor.checkQuiet('unsaved');
  await visitor.leave();
});

test('a segment follows its members: history, snapshots, export', async () => {
  const made = await save({ name: '试用名单', text: 'tag = "试用官"' });
  const tag = (id) => shop.request('owner', 'POST', `/v1/members/${id}/tags`, [], JSON.stringify({ tag: '试用官' }));
  await tag(1);
  await tag(2);
  await shop.request('owner', 'POST', `/v1/segments/${made.id}/refresh`, []);
  const visitor = await owner(`/segments/${made.id}`);
  const { page } = visitor;
  await says(page, 2);
  const past = page.waitForResponse((reply) => reply.url().endsWith('/v1/segments/ask') && /"at"/.test(reply.request().postData()));
  await page.getByRole('tab', { name: '人数变化' }).click();
  assert.equal((await past).status(), 200, 'the days before it was saved are counted back');
  await page.getByRole('img', { name: '人数、进入与离开' }).locator('svg').waitFor();
  await page.getByText('按当时回算').waitFor();
  await page.getByRole('tab', { name: '快照' }).click();
  await page.getByLabel('快照名称').fill('大促前');
  await page.getByRole('button', { name: '拍快照' }).click();
  await page.getByText('已留住 2 人').waitFor();
  await page.getByRole('cell', { name: '大促前', exact: true }).waitFor();
  await visitor.checkAccess('snapshots');
  const [download] = await Promise.all([page.waitForEvent('download'), more(page, '导出 csv')]);
  const csv = Buffer.concat(await (await download.createReadStream()).toArray()).toString('utf8');
  assert.equal(csv.trim().split('\n').length, 3, csv);
  await page.getByText('已导出，并记入审计日志').waitFor();
  visitor.checkQuiet('saved');
  await visitor.leave();
});

test('the list finds, sorts out two and compares them; the index says in words where they differ', async () => {
  await save({ name: '上海客人', text: 'city = "上海"' });
  await save({ name: '老客', text: 'orders >= 3' });
  const visitor = await owner('/segments');
  const { page } = visitor;
  await page.getByLabel('按名称、说明、条件找').fill('上海');
  await page.keyboard.press('Enter');
  await until(async () => (await page.locator('.saved-name').count()) === 1, 'found by its name');
  await visitor.go('/segments');
  await page.getByRole('checkbox', { name: '选择 上海客人' }).check();
  await page.getByRole('checkbox', { name: '选择 老客' }).check();
  await page.getByRole('button', { name: '对比 2/2' }).click();
  await page.waitForURL('**/segments/compare?**');
  await page.locator('.cmp-words').waitFor();
  assert.match(await page.locator('.cmp-words').textContent(), /A 中城市“上海市”的占比是B的 \d+\.\d 倍/);
  const [a, b, both] = await Promise.all(['city = "上海"', 'orders >= 3', 'city = "上海" and orders >= 3'].map(countOf));
  const parts = (await page.locator('.venn-parts strong').allTextContents()).map(digits);
  assert.deepEqual(parts.slice(0, 3), [a - both, both, b - both]);
  await visitor.checkAccess('compare');
  await page.locator('.tgi-table').first().getByRole('link').first().click();
  await page.waitForURL('**/segments/new?**');
  visitor.checkQuiet('compare');
  await visitor.leave();
});

test('segments of a month ago show how they went: the list draws it, the history too', async () => {
  const visitor = await owner('/segments');
  const { page } = visitor;
  const { json } = await shop.request('owner', 'GET', '/v1/segments', []);
  const one = json.items.find((item) => item.name === '加购未付');
  const sizes = (await shop.request('owner', 'GET', `/v1/segments/${one.id}/sizes`, [])).json.items;
  assert.ok(sizes.length > 5, 'the demo shop refreshed it every day');
  await page.getByRole('img', { name: '加购未付 近 30 天人数' }).waitFor();
  const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: '加购未付', exact: true }) });
  assert.match(await row.textContent(), new RegExp(`${one.count}`));
  await row.getByRole('link', { name: '加购未付', exact: true }).click();
  await says(page, await countOf(one.text));
  await page.getByRole('tab', { name: '人数变化' }).click();
  await page.getByRole('img', { name: '人数、进入与离开' }).locator('svg').waitFor();
  visitor.checkQuiet('history');
  await visitor.leave();
});

test('a filter takes what is understood and says what is not', async () => {
  await save({ name: '杭州客人', text: 'city = "杭州"' });
  const visitor = await owner('/segments/compare');
  const { page } = visitor;
  const a = page.getByRole('combobox', { name: 'A', exact: true });
  await a.fill('citty = 1');
  await page.locator('.segment-filter-note.wrong').waitFor();
  await a.press('Enter');
  assert.ok(!page.url().includes('citty'), 'what is wrong is not asked');
  await a.fill('orders >= 2');
  await a.press('Enter');
  await page.waitForURL('**a=orders**');
  await page.locator('.venn').waitFor();
  await page.getByRole('combobox', { name: 'B', exact: true }).fill('杭州');
  await pick(page, '杭州客人');
  await page.waitForURL('**b=in_segment**');
  const both = await countOf('orders >= 2 and city = "杭州"');
  await until(async () => digits(await page.locator('.venn-parts strong').nth(1).textContent()) === both, 'both');
  await visitor.leave();
});

test('who may only look cannot save, and sees members masked', async () => {
  const visitor = await enter('viewer', build('phone is known'));
  const { page } = visitor;
  await page.locator('.member-name').first().waitFor();
  assert.equal(await page.getByRole('button', { name: /^保\s?存$/ }).count(), 0);
  assert.match(await page.getByRole('tabpanel', { name: '样本' }).textContent(), /\d{3}\*+\d{2,4}/);
  visitor.checkQuiet('viewer');
  await visitor.leave();
});

const reached = (page) => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));

test('by keyboard alone: a subject, a value, the members', async () => {
  const visitor = await owner('/segments/new');
  const { page } = visitor;
  await page.getByRole('combobox', { name: '看什么' }).focus();
  await page.keyboard.type('spent');
  await page.keyboard.press('Enter');
  assert.equal(await reached(page), '看什么', 'having chosen, one is still where one chose');
  const stops = [];
  for (let i = 0; i < 4; i++) {
    await page.keyboard.press('Tab');
    stops.push(await reached(page));
  }
  assert.deepEqual(stops, ['消费金额 的时间范围', '消费金额 的时间范围 的单位', '消费金额 的比较方式', '消费金额 的值']);
  await page.keyboard.type('999');
  await until(async () => (await textOf(page)) === 'spent >= 999', 'written by keyboard');
  await says(page, await countOf('spent >= 999'));
  visitor.checkQuiet('keyboard');
  await visitor.leave();
});

test('an answer that comes late moves neither focus nor caret', async () => {
  const visitor = await owner('/');
  const { page } = visitor;
  const held = [];
  const asks = (request) => /\/segments\/ask$/.test(request.url()) && 'counts' in request.postDataJSON();
  await page.route('**/v1/segments/ask', (route) => (asks(route.request()) ? held.push(route) : route.continue()));
  let answers = 0;
  page.on('response', (reply) => asks(reply.request()) && answers++);
  // Of a question that is no longer wanted no answer comes: of the next one then.
  const answer = async () => {
    const before = answers;
    const given = () => {
      for (const route of held.splice(0)) route.continue().catch(() => {});
      return answers > before;
    };
    await until(given, 'an answer');
    await page.waitForTimeout(100);
  };
  await page.goto(`${shop.base}/segments/new`);
  const subject = page.getByRole('combobox', { name: '看什么' });
  await subject.focus();
  await page.keyboard.type('spen');
  await answer();
  assert.equal(await reached(page), '看什么', 'the first answer, of everybody');
  await page.keyboard.type('t');
  assert.equal(await subject.inputValue(), 'spent', 'what is typed stays');
  await page.keyboard.press('Enter');
  await page.getByLabel('消费金额 的值').waitFor();
  for (let i = 0; i < 4; i++) await page.keyboard.press('Tab');
  assert.equal(await reached(page), '消费金额 的值');
  await page.keyboard.type('99');
  await page.keyboard.press('ArrowLeft');
  await answer();
  await page.keyboard.type('5');
  assert.equal(await page.getByLabel('消费金额 的值').inputValue(), '959', 'the caret is where it was');
  await page.getByRole('button', { name: '加条件' }).press('Enter');
  await last(page).getByRole('combobox', { name: '看什么' }).focus();
  await page.keyboard.type('orde');
  await answer();
  await page.keyboard.type('rs');
  assert.equal(await last(page).getByRole('combobox', { name: '看什么' }).inputValue(), 'orders');
  await page.keyboard.press('Enter');
  await page.getByLabel('购买次数 的值').waitFor();
  assert.equal(await reached(page), '看什么');
  await page.getByLabel('购买次数 的值').focus();
  await page.keyboard.type('2');
  await answer();
  await until(async () => (await textOf(page)) === 'spent >= 959 and orders >= 2', 'both rows');
  assert.equal(await reached(page), '购买次数 的值');
  visitor.checkQuiet('late answers');
  await visitor.leave();
});
