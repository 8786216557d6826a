// hostile.mjs -- spoilt requests on every route while the shop is at work; then: do its answers still agree?
//
// HOSTILE_SECONDS (20), HOSTILE_SEED (a run is repeated with it), HOSTILE_ROUTES (part of a path).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Contract } from './contract.mjs';
import { Dice, ODD_TEXTS, Pools, requestFor, seed, spoilWords } from './hostile_make.mjs';
import { Load } from './hostile_load.mjs';
import { Shop } from './shop.mjs';

const SLOWER = Number(process.env.TEST_SLOWER ?? 1);
const BOUND_MS = 2000 * SLOWER;
const FIRST = /^\/(v1\/segment|v1\/questions|v1\/(track|identify|page|screen|group|alias|batch)$|sa|debug|v1\/imports)/;
// What would end the run itself: the owner's session and password. Nobody is signed in as the others.
export const NOT = [/^DELETE \/v1\/session/, /^PUT \/v1\/session/, /^POST \/v1\/session/, /^PATCH \/v1\/users\/0*1(\D|$)/, /^DELETE \/v1\/keys\/0*1(\D|$)/];
const CJK = /[\u3400-\u9fff]/;

export function problemOf(request, reply) {
  const language = request.headers[0][1];
  const problem = reply.json;
  if (!problem?.title || !problem.status) return `a refusal without title or status: ${reply.text.slice(0, 300)}`;
  if (!problem.detail && reply.status < 500 && reply.status !== 401) return `a refusal without detail: ${reply.text}`;
  if (CJK.test(problem.title) !== (language === 'zh')) return `the title is not in "${language}": ${reply.text}`;
  if (language === 'zh' && problem.detail && !CJK.test(problem.detail)) return `the detail is not in Chinese: ${reply.text}`;
  return '';
}

export class Hostile {
  constructor(result, seed) {
    Object.assign(this, { result, seed, dice: new Dice(seed), asked: 0, refused: 0, failures: 0, contract: new Contract(), unusual: {} });
    this.shop = new Shop(mkdtempSync(join(tmpdir(), 'koi-hostile-')));
    this.pools = new Pools(this.dice);
  }

  async begin() {
    await this.shop.start();
    await this.contract.load(await this.shop.request('owner', 'GET', '/openapi.json', [], undefined));
    await this.extremes();
    this.pools.learn((await this.shop.request('owner', 'GET', '/v1/segment-language', [], undefined)).json);
    const key = await this.shop.request('owner', 'POST', '/v1/keys', [], '{"name": "hostile", "scopes": ["track:write"]}');
    this.key = key.json.secret;
    this.load = new Load(this.shop, new Pools(new Dice(this.seed + 1)), this.key);
    for (let i = 0; i < 30; i++) await this.load.order();
    for (let i = 0; i < 3; i++) await this.load.behave();
    for (let i = 0; i < 20; i++) await this.load.member();
    for (let i = 0; i < 4; i++) await this.load.save();
    await this.shop.request('owner', 'PUT', '/v1/settings/my.requests_per_second', [], '{"value": "10000"}');
    await this.beMember();
    const page = await this.shop.request('owner', 'GET', '/v1/members?limit=2', [], undefined);
    if (page.json.next_cursor) this.pools.cursors.push(page.json.next_cursor);
    const found = await this.shop.request('owner', 'POST', '/v1/segments/members', [], '{"text": "id >= 1 or orders >= 0", "limit": 2}');
    if (found.json?.next_cursor) this.pools.cursors.push(found.json.next_cursor);
  }

  /** A member's own token; another when somebody has ended it. */
  async beMember() {
    const { json } = await this.shop.request('owner', 'GET', '/v1/members?limit=50', [], undefined);
    const made = await this.shop.request('owner', 'POST', `/v1/members/${this.dice.pick(json?.items ?? [])?.id ?? 1}/token`, [], '{}');
    this.token = made.json?.token;
  }

  /** Values at the ends of what is taken, in fields of the shop's own: every question on them is asked later. */
  async extremes() {
    const ends = { number: ['922337203685477.5807', '-922337203685477.5807', '0', '0.0001'], date: ['0001-01-01', '9999-12-31', '2000-02-29'], text: ['"', '%_', '一'.repeat(300)] };
    for (const type of Object.keys(ends)) await this.shop.request('owner', 'POST', '/v1/fields', [], JSON.stringify({ name: `end_${type}`, type }));
    for (let i = 0; i < 12; i++) {
      const made = await this.shop.request('owner', 'POST', '/v1/members', [], JSON.stringify({ name: `e${i}`, identities: [{ kind: 'user_id', value: `end${i}` }] }));
      for (const [type, values] of Object.entries(ends)) {
        await this.shop.request('owner', 'PUT', `/v1/members/${made.json.id}/fields/end_${type}`, [], JSON.stringify({ value: values[i % values.length] }));
      }
    }
  }

  async send(request) {
    const began = performance.now();
    const raw = /\/(track|identify|page|screen|group|alias|batch)$|^\/(sa|debug)/.test(request.path.split('?')[0]);
    const my = /^\/v1\/my(\/|$)/.test(request.path.split('?')[0]);
    const headers = raw || my ? [...request.headers, ['authorization', `Bearer ${raw ? this.key : this.token}`]] : request.headers;
    const stream = /\/events$/.test(request.path.split('?')[0]);
    const reply = stream ? await this.shop.peek('owner', request.path, headers) : await this.shop.request(raw || my ? 'none' : 'owner', request.method, request.path, headers, request.body);
    if (my && reply.status === 401) await this.beMember();
    reply.ms = performance.now() - began;
    return reply;
  }

  wrongWith(route, request, reply) {
    const documented = route.operation.responses?.[String(reply.status)];
    if (reply.status >= 500 && ![503, 504, 507].includes(reply.status)) return `status ${reply.status}: ${reply.text.slice(0, 400)}`;
    if (reply.status >= 500) this.unusual[`${reply.status} ${route.path}`] = (this.unusual[`${reply.status} ${route.path}`] ?? 0) + 1;
    if (!documented && reply.status !== 404 && reply.status !== 405 && reply.status !== 400) return `status ${reply.status} is not in /openapi.json: ${reply.text.slice(0, 300)}`;
    if (reply.status >= 400) {
      this.refused++;
      return this.contract.check(request.method, reply) || problemOf(request, reply);
    }
    return this.contract.check(request.method, reply);
  }

  fail(request, words) {
    this.failures++;
    const body = request?.body ? request.body.toString('latin1').slice(0, 3000) : '';
    this.result(false, `hostile: seed ${this.seed}, request ${this.asked}: ${request ? `${request.method} ${request.path.slice(0, 300)}` : ''}`,
      `${words}\n${JSON.stringify(request?.headers ?? [])}\n${body}\n${this.shop.fallen ? this.shop.log.slice(-3000) : ''}`);
  }

  async one(route) {
    const request = requestFor(route, this.pools, this.contract.doc);
    if (NOT.some((form) => form.test(`${request.method} ${decodeURIComponent(request.path.split('?')[0])}`))) return;
    this.asked++;
    let reply;
    try {
      // The machine may have stood still: what hangs, hangs again.
      reply = await this.send(request).catch((error) => (error.name === 'TimeoutError' ? this.send(request) : Promise.reject(error)));
    } catch (error) {
      // Over the limit: the connection is closed before all of it is sent.
      if (request.body?.length > 300000 && /ECONNRESET|EPIPE/.test(error.cause?.code)) return;
      this.fail(request, `no reply: ${error.message} ${error.cause?.message ?? ''}`);
      return;
    }
    const wrong = this.wrongWith(route, request, reply);
    if (wrong) this.fail(request, wrong);
    if (reply.ms <= BOUND_MS || request.method === 'DELETE') return;
    const times = [reply.ms]; // the machine may have been busy: what is slow is slow again
    for (let i = 0; i < 2; i++) times.push((await this.send(request)).ms);
    if (Math.min(...times) > BOUND_MS) this.fail(request, `answered in ${times.map(Math.round)} ms`);
  }

  /** Spoilt texts of the language are refused, with their place, in 10 ms beyond the noise of the machine. */
  async expressions(n) {
    for (let i = 0; i < n; i++) {
      const text = i < ODD_TEXTS.length ? ODD_TEXTS[i].toWellFormed() : spoilWords(this.pools.segment(), this.dice).toWellFormed();
      const request = { method: 'POST', path: '/v1/segments/ask', headers: [['accept-language', 'en']], body: Buffer.from(JSON.stringify({ text })) };
      const gaps = [];
      let reply;
      for (let k = 0; k < 4 && (k === 0 || Math.min(...gaps) > 10); k++) {
        const idle = await this.shop.request('owner', 'GET', '/v1/session', [], undefined).then(() => performance.now());
        const ready = await this.shop.request('owner', 'GET', '/v1/session', [], undefined).then(() => performance.now());
        reply = await this.send(request);
        gaps.push(reply.ms - (ready - idle));
      }
      this.asked++;
      if (reply.status === 400 && Math.min(...gaps) > 10 * SLOWER) this.fail(request, `refused in ${gaps.map(Math.round)} ms: ${reply.text.slice(0, 200)}`);
      if (reply.status === 400 && !reply.json.errors?.[0]?.pointer) this.fail(request, `no place: ${reply.text}`);
      if (![200, 400, 504].includes(reply.status)) this.fail(request, `status ${reply.status} ${reply.text.slice(0, 300)}`);
    }
  }

  async post(path, body) {
    const reply = await this.shop.request('owner', 'POST', path, [], JSON.stringify(body));
    if (reply.status !== 200) throw new Error(`${path} ${JSON.stringify(body)} -> ${reply.status} ${reply.text.slice(0, 300)}`);
    return reply.json;
  }

  /** The shop stands still: a set and its opposite are all; a list has as many as were counted; rows say what the text says. */
  async agree(n) {
    await this.shop.standsStill();
    const at = new Date(Date.now() - 1000).toISOString();
    const wrong = [];
    for (let i = 0; i < n; i++) {
      const text = this.pools.segment();
      const first = await this.shop.request('owner', 'POST', '/v1/segments/ask', [], JSON.stringify({ text, at, counts: true }));
      if (first.status === 400) continue;
      const a = first.json;
      const b = await this.post('/v1/segments/ask', { text: `not (${text})`, at });
      if (a.count + b.count !== a.total) wrong.push(`${text}: ${a.count} and ${b.count} are not ${a.total}`);
      const rows = await this.post('/v1/segments/ask', { rows: a.rows.map(({ depth, kind, subject, name, window, op, operands, props }) => ({ depth, kind, subject, name, window, op, operands, props: props ?? [] })), at });
      if (rows.text !== a.text || rows.count !== a.count) wrong.push(`${text}: by rows ${rows.text} ${rows.count}, by text ${a.text} ${a.count}`);
      const listed = await this.post('/v1/segments/members', { text: a.text, at, limit: 1 });
      if (listed.total !== a.count) wrong.push(`${text}: listed ${listed.total}, counted ${a.count}`);
      const two = await this.post('/v1/questions/compare', { a: a.text, b: `not (${a.text})`, fields: ['city'], at });
      if (two.a !== a.count || two.both !== 0 || two.neither !== 0) wrong.push(`${text}: compared ${JSON.stringify({ ...two, index: 0 })}`);
    }
    this.result(wrong.length === 0, `hostile: answers agree afterwards (seed ${this.seed})`, wrong.slice(0, 10).join('\n'));
  }

  routes() {
    const only = process.env.HOSTILE_ROUTES;
    const all = this.contract.routes.filter((route) => !only || route.path.includes(only));
    return [...all, ...all.filter((route) => FIRST.test(route.path)), ...all.filter((route) => FIRST.test(route.path)), ...all.filter((route) => FIRST.test(route.path))];
  }

  async attack(seconds) {
    const routes = this.routes();
    const until = Date.now() + seconds * 1000;
    const client = async () => {
      while (Date.now() < until && this.failures < 20 && !this.shop.fallen) {
        await this.one(this.dice.pick(routes));
        if (this.asked % 200 === 0) await this.healthy();
      }
    };
    this.load.start(['behave', 'order', 'member', 'merge', 'save', 'ask', 'question']);
    await Promise.all([client(), client(), client()]);
    await this.load.stop();
    this.result(!this.load.wrong.length, `hostile: the work went on (${this.load.asked} requests)`, this.load.wrong.slice(0, 5).join('\n'));
  }

  async healthy() {
    const reply = await this.shop.request('none', 'GET', '/healthz', [], undefined);
    if (reply.status !== 200) this.fail(null, `/healthz answered ${reply.status}`);
  }

  async play(seconds) {
    try {
      await this.begin();
      await this.attack(seconds);
      this.result(this.failures === 0, `hostile: ${this.asked} spoilt requests, ${this.refused} refused (seed ${this.seed})`, JSON.stringify(this.unusual));
      await this.expressions(Math.min(60 + seconds, 300));
      await this.agree(Math.min(20 + seconds, 200));
      const end = await this.shop.stop();
      this.result(end.status === 0, 'hostile: the server ends gracefully', `status ${end.status}\n${this.shop.log.slice(-3000)}`);
      const faults = this.shop.log.split('\n').filter((line) => /level=error|Sanitizer|runtime error/.test(line));
      this.result(faults.length === 0, 'hostile: the log has no faults', faults.slice(0, 10).join('\n'));
    } catch (error) {
      this.result(false, `hostile: could not be played (seed ${this.seed})`, `${error.stack}\n${error.cause ?? ''}\n${this.shop.log.slice(-4000)}`);
    } finally {
      await this.shop.stop();
      rmSync(this.shop.folder, { recursive: true, force: true });
    }
  }
}

export async function playHostile(result) {
  await new Hostile(result, seed).play(Number(process.env.HOSTILE_SECONDS ?? 20));
}
