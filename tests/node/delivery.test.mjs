// delivery.test.mjs -- what leaves the house: webhooks held against the reference verifier, receivers that misbehave, mail by a strict server.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { Shop } from '../api/shop.mjs';
import { MailServer } from './smtp.mjs';

const folder = mkdtempSync(join(tmpdir(), 'koi-delivery-'));
const shop = new Shop(folder);
const got = []; // what the receiver was sent: {path, headers, body}
const hanging = new Set();
const answers = {
  '/ok': (reply) => reply.end('fine'),
  '/hang': (reply) => hanging.add(reply),
  '/redirect': (reply) => reply.writeHead(302, { location: '/stolen' }).end(),
  '/gone': (reply) => reply.writeHead(410).end(),
  '/throttled': (reply) => reply.writeHead(429, { 'retry-after': '600' }).end(),
  '/broken': (reply) => reply.writeHead(500).end(),
  '/endless': (reply) => {
    hanging.add(reply);
    reply.writeHead(200);
    const more = setInterval(() => reply.write('x'.repeat(4096)), 20);
    reply.on('close', () => clearInterval(more));
  },
};
const receiver = createServer((request, reply) => {
  let body = '';
  request.on('data', (data) => { body += data; });
  request.on('end', () => {
    const path = request.url.split('?')[0];
    got.push({ path, headers: request.headers, body });
    (answers[path] ?? answers['/ok'])(reply);
  });
});
const secure = {}; // servers of https
let closed; // a door of this machine that nobody allowed
let base;
let port;
const secrets = [];
/** A name of this machine that does not look like one. */
const alias = /^(?:127\.\S+|::1)\s.*?\b((?!\S*localhost(?:\s|$))[a-z]\S*)/m.exec(readFileSync('/etc/hosts', 'utf8'))?.[1] ?? 'no-such-host.invalid';

const ask = async (method, path, body) => {
  const reply = await shop.request('owner', method, path, [], body && JSON.stringify(body));
  assert.ok(reply.status < 300, `${method} ${path}: ${reply.text}`);
  return reply.json;
};
const set = (name, value) => ask('PUT', `/v1/settings/channel.${name}`, { value });
const hook = async (name, target, topics = []) => {
  const made = await ask('POST', '/v1/endpoints', { kind: 'webhook', name, target, topics });
  secrets.push(made.secret);
  return made;
};
const mailbox = async (address) => (await ask('POST', '/v1/endpoints', { kind: 'mail', name: address, target: address, topics: [] })).id;
const trial = (id) => ask('POST', `/v1/endpoints/${id}/test`);
const shown = (id) => ask('GET', `/v1/deliveries/${id}`);
const until = async (what, seconds = 20) => {
  for (const end = Date.now() + seconds * 1000; ;) {
    const found = await what();
    if (found) return found;
    if (Date.now() > end) return undefined;
    await new Promise((done) => setTimeout(done, 100));
  }
};
/** The delivery once its first try is over. */
const tried = async (id, seconds) => (await until(async () => { const it = await shown(id); return it.state !== 'waiting' && it; }, seconds)) ?? shown(id);
const of = (path) => got.filter((one) => one.path === path);

before(async () => {
  await new Promise((done) => receiver.listen(0, '0.0.0.0', done));
  port = receiver.address().port;
  closed = createServer((request, reply) => { got.push({ path: '/inside' }); reply.end(); });
  await new Promise((done) => closed.listen(0, '0.0.0.0', done));
  base = `http://127.0.0.1:${port}`;
  await shop.start();
  await set('allow_http', 'true');
  await set('allow_private', `127.0.0.1:${port}`);
});
after(async () => {
  await shop.stop();
  for (const reply of hanging) reply.destroy();
  receiver.close();
  closed.close();
  for (const one of Object.values(secure)) one.close();
  rmSync(folder, { recursive: true, force: true });
});

test('the reference verifier takes what is sent, before, during and after a rotation', async () => {
  const { id, secret } = await hook('verified', `${base}/ok`);
  const first = await trial(id);
  assert.equal((await tried(first.id)).state, 'sent');
  const [one] = of('/ok');
  const payload = new Webhook(secret).verify(one.body, one.headers);
  assert.deepEqual(Object.keys(payload), ['type', 'timestamp', 'data']);
  assert.equal(payload.type, 'channel.test');
  assert.equal(one.headers['webhook-id'], first.message);
  assert.equal(one.headers['content-type'], 'application/json');
  assert.throws(() => new Webhook(secret).verify(`${one.body} `, one.headers));
  const { secret: fresh } = await ask('POST', `/v1/endpoints/${id}/rotate`);
  secrets.push(fresh);
  assert.notEqual(fresh, secret);
  await tried((await trial(id)).id);
  const two = of('/ok')[1];
  for (const each of [secret, fresh]) new Webhook(each).verify(two.body, two.headers);
  assert.equal(two.headers['webhook-signature'].split(' ').length, 2);
});

test('one hangs, the others go: redirects, 410, Retry-After, endless answers, addresses of the inside', async () => {
  const watcher = await hook('watcher', `${base}/watcher`, ['channel.endpoint_off']);
  const names = ['hang', 'redirect', 'gone', 'throttled', 'endless', 'broken'];
  const ids = {};
  for (const name of names) ids[name] = (await hook(name, `${base}/${name}?key=abc123`)).id;
  ids.inside = (await hook('inside', `http://${alias}:${closed.address().port}/inside`)).id;
  const put = {};
  for (const name of [...names, 'inside']) put[name] = (await trial(ids[name])).id;
  const started = Date.now();

  const redirect = await tried(put.redirect);
  assert.deepEqual([redirect.state, redirect.status], ['failed', 302]);
  assert.match(redirect.why, /redirect/);
  assert.equal(of('/stolen').length, 0);

  assert.equal((await tried(put.gone)).state, 'given_up');
  const dead = await ask('GET', `/v1/endpoints/${ids.gone}`);
  assert.deepEqual([dead.enabled, dead.state], [false, 'dead']);
  assert.match(dead.why, /410/);
  const notice = await until(() => of('/watcher')[0]);
  assert.equal(JSON.parse(notice.body).type, 'channel.endpoint_off');
  assert.equal(JSON.parse(notice.body).data.endpoint, ids.gone);
  assert.ok(watcher.id);

  const throttled = await tried(put.throttled);
  assert.equal(throttled.status, 429);
  assert.ok(Date.parse(throttled.next_at) - Date.now() > 580_000, throttled.next_at);

  assert.equal((await tried(put.endless)).state, 'sent');
  const broken = await tried(put.broken);
  assert.deepEqual([broken.state, broken.status], ['failed', 500]);

  const inside = await tried(put.inside);
  assert.equal(inside.state, 'failed');
  assert.match(inside.why, /must not be called|cannot be resolved/);
  assert.equal(of('/inside').length, 0);

  const still = await shown(put.hang);
  if (Date.now() - started < 12_000) assert.equal(still.state, 'waiting', 'the others did not wait for it');
  const hang = await tried(put.hang, 30);
  assert.match(hang.why, /15 seconds/);
  assert.ok(hang.took_ms >= 14_000 && hang.took_ms < 20_000, `${hang.took_ms} ms`);
  assert.equal((await ask('GET', `/v1/endpoints/${ids.hang}`)).state, 'failing');
  // Tried again by itself, as the same message.
  const again = await until(() => of('/redirect').length > 1 && of('/redirect'));
  assert.equal(again[0].headers['webhook-id'], again[1].headers['webhook-id']);
});

test('mail: a letter as it should be, 4xx is tried again, 5xx is not', async (t) => {
  const server = await new MailServer({ auth: 'koi:pa55-wörd' }).start();
  t.after(() => server.stop());
  await set('allow_private', `127.0.0.1:${port}, 127.0.0.1:${server.port}`);
  await set('smtp_url', `smtp://127.0.0.1:${server.port}`);
  await set('smtp_tls', 'optional');
  await set('smtp_user', 'koi');
  await set('smtp_password', 'pa55-wörd');
  await set('mail_from', 'koi@shop.example');
  const fine = await mailbox('fine@shop.example,second@shop.example');
  const later = await mailbox('later@shop.example');
  const refused = await mailbox('refused@shop.example');
  const [a, b, c] = [await trial(fine), await trial(later), await trial(refused)];
  const letter = await tried(a.id);
  assert.equal(letter.state, 'sent', letter.why);
  const { from, to, text } = server.mails[0];
  assert.deepEqual([from, to], ['koi@shop.example', ['fine@shop.example', 'second@shop.example']]);
  const [head, ...parts] = text.split('\r\n\r\n');
  const headers = head.replace(/\r\n[ \t]+/g, ' ');
  const words = (name) => new RegExp(`^${name}: (.*)$`, 'm').exec(headers)?.[1].replace(/\?= =\?/g, '?==?').replace(/=\?UTF-8\?B\?(.*?)\?=/g, (all, code) => Buffer.from(code, 'base64').toString());
  assert.equal(words('Subject').trim(), '锦鲤测试推送');
  assert.match(words('From'), /^锦鲤 <koi@shop\.example>/);
  assert.match(words('Message-ID'), new RegExp(`^<${a.message}\\.\\d+@shop\\.example>`));
  assert.ok(Math.abs(Date.parse(words('Date')) - Date.now()) < 60_000);
  assert.ok(parts.some((part) => Buffer.from(part.split('\r\n--')[0], 'base64').toString().includes('收到这条消息')));

  const waits = await tried(b.id);
  assert.ok(['failed', 'sent'].includes(waits.state));
  assert.equal((await until(async () => { const it = await shown(b.id); return it.state === 'sent' && it; })).attempts, 2);
  const never = await tried(c.id);
  assert.deepEqual([never.state, never.status, never.attempts], ['given_up', 550, 1]);
  assert.match(never.why, /no such mailbox/);
  assert.deepEqual(server.wrongs, []);

  await set('smtp_password', 'another');
  const denied = await tried((await trial(fine)).id);
  assert.match(denied.why, /user or password/);

  await set('smtp_tls', 'required'); // the server offers none: nothing is said unencrypted
  const before = server.mails.length;
  await ask('POST', `/v1/deliveries/${denied.id}/retry`);
  const open = await until(async () => { const it = await shown(denied.id); return /STARTTLS/.test(it.why) && it; });
  assert.equal(open.state, 'failed');
  assert.equal(server.mails.length, before);

  server.what.starttls = true; // a handshake that does not come to be is a fault too
  await ask('POST', `/v1/deliveries/${denied.id}/retry`);
  assert.ok(await until(() => server.startedTls > 0));
  assert.ok(await until(async () => /connection failed|sending failed/.test((await shown(denied.id)).why)));
  assert.equal(server.mails.length, before);

  await server.stop();
  await ask('POST', `/v1/deliveries/${denied.id}/retry`);
  assert.ok(await until(async () => /cannot connect/.test((await shown(denied.id)).why)));
});

test('https with a certificate authority of our own: taken once it is named; expired, misnamed and unknown are refused in words', async () => {
  const run = (...args) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  const authority = (name) => {
    run('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.pem`, '-days', '30', '-subj', `/CN=${name}`, '-addext', 'basicConstraints=critical,CA:true');
  };
  const certificate = (name, by, days, subject) => {
    writeFileSync(join(folder, `${name}.ext`), `subjectAltName=${subject}\n`);
    run('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', '/CN=koi');
    run('x509', '-req', '-in', `${name}.csr`, '-CA', `${by}.pem`, '-CAkey', `${by}.key`, '-set_serial', '7', '-days', String(days), '-extfile', `${name}.ext`, '-out', `${name}.crt`);
    return { cert: readFileSync(join(folder, `${name}.crt`)), key: readFileSync(join(folder, `${name}.key`)) };
  };
  for (const name of ['ours', 'theirs']) authority(name);
  const sites = {
    good: certificate('good', 'ours', 30, 'IP:127.0.0.1'), old: certificate('old', 'ours', -1, 'IP:127.0.0.1'),
    elsewhere: certificate('elsewhere', 'ours', 30, 'DNS:shop.invalid'), unknown: certificate('unknown', 'theirs', 30, 'IP:127.0.0.1'),
  };
  for (const [name, pair] of Object.entries(sites)) {
    secure[name] = createSecure(pair, (request, reply) => { request.resume(); request.on('end', () => { got.push({ path: `/tls-${name}` }); reply.end(); }); });
    await new Promise((done) => secure[name].listen(0, '127.0.0.1', done));
  }
  const ports = Object.values(secure).map((one) => one.address().port);
  await set('allow_private', [port, ...ports].map((one) => `127.0.0.1:${one}`).join(','));
  const trials = {};
  for (const name of Object.keys(secure)) {
    const made = await hook(`tls-${name}`, `https://127.0.0.1:${secure[name].address().port}/tls-${name}`);
    trials[name] = (await trial(made.id)).id;
  }
  const again = async (name, what) => {
    await ask('POST', `/v1/deliveries/${trials[name]}/retry`);
    return until(async () => { const it = await shown(trials[name]); return what(it) && it; });
  };
  for (const name of Object.keys(secure)) assert.match((await tried(trials[name])).why, name === 'old' ? /expired|authority/ : /authority/, name);
  assert.equal((await shop.request('owner', 'PUT', '/v1/settings/channel.ca_file', [], JSON.stringify({ value: 'ca.pem' }))).status, 400);
  await set('ca_file', join(folder, 'missing.pem'));
  assert.ok(await again('good', (it) => /missing\.pem/.test(it.why)));
  await set('ca_file', join(folder, 'ours.pem'));
  assert.ok(await again('good', (it) => it.state === 'sent'));
  assert.ok(await again('old', (it) => /expired/.test(it.why)), (await shown(trials.old)).why);
  assert.ok(await again('elsewhere', (it) => /not for 127\.0\.0\.1/.test(it.why)));
  assert.ok(await again('unknown', (it) => /authority that is trusted/.test(it.why)));
  assert.deepEqual(got.filter((one) => one.path.startsWith('/tls-')).map((one) => one.path), ['/tls-good']);
});

test('nothing that is secret is in the log', () => {
  assert.match(shop.log, /event=channel\.failed/);
  for (const secret of [...secrets, 'pa55', 'another', 'abc123', 'shop.example', base]) assert.ok(!shop.log.includes(secret), `the log holds ${secret}`);
});
