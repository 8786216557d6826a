// track.test.mjs -- the clients shops already use, unchanged, pointed at a running program: what they send is found again.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Analytics } from '@segment/analytics-node';
import { Shop } from '../api/shop.mjs';

const require = createRequire(import.meta.url);
const Rudder = require('@rudderstack/rudder-sdk-node').default ?? require('@rudderstack/rudder-sdk-node');
const SensorsAnalytics = require('sa-sdk-node');

const folder = mkdtempSync(join(tmpdir(), 'koi-track-'));
const shop = new Shop(folder);
let key;

before(async () => {
  await shop.start();
  const made = await shop.request('owner', 'POST', '/v1/keys', [], JSON.stringify({ name: 'pages', scopes: ['track:write'] }));
  assert.equal(made.status, 201, made.text);
  key = made.json.secret;
});
after(async () => {
  await shop.stop();
  rmSync(folder, { recursive: true, force: true });
});

const get = async (path) => (await shop.request('owner', 'GET', path, [], undefined)).json;
const member = async (value) => (await get(`/v1/members?q=${encodeURIComponent(value)}`)).items[0];
const lines = async (id) => (await get(`/v1/members/${id}/timeline?limit=200`)).items;
const named = (all, kind) => all.filter((line) => line.kind === kind);
const post = (path, body, headers = {}) => fetch(shop.base + path, { method: 'POST', body, headers });

test('@segment/analytics-node: identify, track, page, group, alias', async () => {
  const analytics = new Analytics({ writeKey: key, host: shop.base, flushAt: 4 });
  const failures = [];
  analytics.on('error', (error) => failures.push(error));
  analytics.track({ anonymousId: 'browser-1', event: 'Product Viewed', properties: { product_id: 'sku-1', category: '面膜', price: 99.9, currency: 'CNY' } });
  analytics.identify({ userId: 'seg-7', anonymousId: 'browser-1', traits: { name: '李雷', email: 'lilei@example.com', phone: '13800138001', gender: 'male', city: '上海' } });
  analytics.track({ userId: 'seg-7', event: 'Order Completed', properties: { order_id: 'A-1', revenue: 186, total: 196, products: [{ product_id: 'sku-1', price: 93, quantity: 2 }] } });
  analytics.page({ userId: 'seg-7', name: '首页', properties: { url: 'https://shop.example/a?phone=13800138001', title: '首页' } });
  analytics.group({ userId: 'seg-7', groupId: 'vip-3', traits: { name: '上海VIP群' } });
  analytics.alias({ userId: 'seg-7', previousId: 'old-phone-7' });
  analytics.track({ anonymousId: 'old-phone-7', event: 'Product Added', properties: { product_id: 'sku-2', price: '10.50', quantity: 3 } });
  await analytics.closeAndFlush();
  assert.deepEqual(failures, []);

  const found = await member('lilei@example.com');
  assert.ok(found, 'the member is there');
  assert.equal(found.name, '李雷');
  assert.equal(found.city, '上海');
  const whole = await get(`/v1/members/${found.id}/profile`);
  const kinds = whole.identities.map((id) => `${id.kind}:${id.value}`);
  for (const id of ['user_id:seg-7', 'anonymous_id:browser-1', 'anonymous_id:old-phone-7']) assert.ok(kinds.includes(id), `${id} in ${kinds}`);
  assert.equal(whole.fields.find((field) => field.field === 'gender').value, '男');
  const all = await lines(found.id);
  const [viewed] = named(all, 'Product Viewed');
  assert.equal(viewed.value, '99.90');
  assert.equal(viewed.touchpoint, 'server');
  assert.deepEqual(viewed.props, { product_id: 'sku-1', category: '面膜', price: 99.9, currency: 'CNY' });
  const [order] = named(all, 'Order Completed');
  assert.equal(order.value, '186.00');
  assert.deepEqual(order.props.products, [{ product_id: 'sku-1', price: 93, quantity: 2 }]);
  assert.equal(named(all, 'Product Added')[0].value, '31.50');
  assert.deepEqual(named(all, 'Page Viewed')[0].props, { name: '首页', path: 'https://shop.example/a', title: '首页' });
  assert.equal(named(all, 'Group Joined')[0].subject, 'group:vip-3');
});

test('@rudderstack/rudder-sdk-node: gzip under the wrong content type', async () => {
  const client = new Rudder(key, { dataPlaneUrl: shop.base, flushAt: 5, flushInterval: 200, logLevel: 'error' });
  client.identify({ userId: 'rud-1', traits: { name: '韩梅梅', phone: '13900139002' } });
  client.track({ userId: 'rud-1', event: 'Viewed Product', properties: { sku: 'S9', price: 12 } });
  client.screen({ userId: 'rud-1', name: 'Cart' });
  client.track({ userId: 'rud-1', event: 'order.paid', properties: { note: 'x', step: 2 } });
  await client.flush();
  const until = Date.now() + 10000;
  let all = [];
  while (Date.now() < until && all.filter((line) => !line.kind.startsWith('member.')).length < 3) {
    await new Promise((done) => setTimeout(done, 100));
    const found = await member('13900139002');
    if (found) all = await lines(found.id);
  }
  assert.deepEqual(named(all, 'Product Viewed')[0].props, { sku: 'S9', price: 12 });
  assert.equal(named(all, 'Screen Viewed')[0].props.name, 'Cart');
  assert.deepEqual(named(all, 'event:order.paid')[0].props, { step: 2 });
  assert.equal(named(all, 'order.paid').length, 0);
});

test('sa-sdk-node: profile, sign-up and events, gzip in base64 in a form', async () => {
  const sa = new SensorsAnalytics();
  const submitter = sa.submitTo({ url: `${shop.base}/sa?project=default&token=${key}`, mode: 'track', timeout: 10000 });
  const failures = [];
  submitter.catch((error) => failures.push(error));
  sa.track('cookie-77', 'ViewProduct', { product_id: 'sku-9', product_name: '苹果', price: 3.5, $time: new Date(Date.now() - 3600_000) });
  sa.profileSet('cookie-77', { $name: '王芳', $city: '杭州', phone: '13700137003', age: 31 });
  sa.trackSignup('login-77', 'cookie-77', { channel: '小程序' });
  sa.profileIncrement('login-77', { age: 1 });
  sa.profileSetOnce('login-77', { $city: '北京' });
  sa.track('login-77', 'PayOrder', { order_id: 'B-7', revenue: 35.25 });
  sa.itemSet('product', 'sku-9', { price: 3.5, brand: '山东' });
  const until = Date.now() + 10000;
  let all = [];
  let found;
  while (Date.now() < until && !named(all, 'Order Completed').length) {
    await new Promise((done) => setTimeout(done, 100));
    found = await member('13700137003');
    if (found) all = await lines(found.id);
  }
  assert.deepEqual(failures, []);
  assert.equal(found.name, '王芳');
  assert.equal(found.city, '杭州');
  const [viewed] = named(all, 'Product Viewed');
  assert.equal(viewed.value, '3.50');
  assert.equal(viewed.props.product_name, '苹果');
  assert.ok(Math.abs(Date.parse(viewed.at) - (Date.now() - 3600_000)) < 60_000, viewed.at);
  assert.equal(named(all, 'Order Completed')[0].value, '35.25');
  assert.equal(named(all, 'Signed Up')[0].touchpoint, '小程序');
  const whole = await get(`/v1/members/${found.id}/profile`);
  assert.equal(whole.fields.find((field) => field.field === 'age').value, '32');
  const kinds = whole.identities.map((id) => `${id.kind}:${id.value}`);
  for (const id of ['user_id:login-77', 'anonymous_id:cookie-77']) assert.ok(kinds.includes(id), `${id} in ${kinds}`);
});

test('a_message_counts_once: also after a kill', async () => {
  const batch = JSON.stringify({ batch: Array.from({ length: 40 }, (_, i) => ({ type: 'track', userId: 'twice', event: 'Ping', messageId: `m-${i}` })) });
  const auth = { authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` };
  const answers = await Promise.all([1, 2, 3].map(() => post('/v1/batch', batch, auth)));
  for (const answer of answers) assert.deepEqual([answer.status, await answer.json()], [200, { success: true }]);
  // Killed at once after the answer: what was acknowledged is there, and is still known.
  shop.process.kill('SIGKILL');
  await shop.ended;
  shop.people = {};
  const data = join(folder, 'data');
  const { spawn } = await import('node:child_process');
  const words = ['serve', '--data', data, '--listen', '127.0.0.1:0', '--rate', '-1', '--locale', 'en', ...(shop.database ? ['--store', Object.assign(new URL(process.env.TEST_PG), { pathname: `/${shop.database}` }).href] : [])];
  shop.process = spawn(Shop.program(), words, { stdio: ['ignore', 'pipe', 'pipe'] });
  shop.ended = new Promise((done) => shop.process.on('exit', (status, signal) => done({ status: status ?? signal })));
  shop.base = await new Promise((done) => shop.process.stdout.on('data', (text) => {
    const found = /(http:\/\/\S+)/.exec(text);
    if (found) done(found[1]);
  }));
  const again = await post('/v1/batch', batch, auth);
  assert.equal(again.status, 200);
  const found = await member('twice');
  assert.equal(named(await lines(found.id), 'Ping').length, 40);
});

test('the write key comes in four ways, the body plain or packed', async () => {
  const message = { userId: 'ways', event: 'Knock' };
  const text = JSON.stringify(message);
  const basic = (words) => `Basic ${Buffer.from(words).toString('base64')}`;
  const tries = [
    [text, { authorization: basic(`${key}:`) }],
    [text, { authorization: basic(key) }],
    [text, { authorization: `Bearer ${key}` }],
    [JSON.stringify({ ...message, writeKey: key }), {}],
    [gzipSync(text), { authorization: basic(key), 'content-type': 'application/x-www-form-urlencoded' }],
    [gzipSync(text), { authorization: basic(key), 'content-encoding': 'gzip', 'content-type': 'text/plain' }],
  ];
  for (const [body, headers] of tries) {
    const answer = await post('/v1/track', body, headers);
    assert.equal(answer.status, 200, await answer.text());
  }
  assert.equal(named(await lines((await member('ways')).id), 'Knock').length, tries.length);
});

test('pages of other sites may send, and only here', async () => {
  const preflight = await fetch(`${shop.base}/v1/track`, { method: 'OPTIONS', headers: { origin: 'https://shop.example', 'access-control-request-method': 'POST' } });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers.get('access-control-allow-origin'), '*');
  assert.match(preflight.headers.get('access-control-allow-headers'), /Authorization/);
  const headers = { origin: 'https://shop.example', 'sec-fetch-site': 'cross-site', 'content-type': 'text/plain' };
  const sent = await post('/v1/track', JSON.stringify({ writeKey: key, anonymousId: 'other-site', event: 'Hello' }), headers);
  assert.equal(sent.status, 200);
  assert.equal(sent.headers.get('access-control-allow-origin'), '*');
  const elsewhere = await fetch(`${shop.base}/v1/members`, { method: 'OPTIONS', headers: { origin: 'https://shop.example' } });
  assert.equal(elsewhere.headers.get('access-control-allow-origin'), null);
});
