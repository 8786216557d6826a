// rights.mjs -- every route by everybody: it opens to whom its row says, and to nobody else.
//
// The requests are made so that whoever is let in changes nothing: ids that nobody has, a field that no body knows. So a
// caller with the right gets anything but 401 and 403, all others exactly these, and the books show no line of it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Contract } from './contract.mjs';
import { Dice } from './hostile_make.mjs';
import { Shop } from './shop.mjs';

const ROLES = ['owner', 'operator', 'analyst', 'support', 'viewer'];
// Whoever may ask these does it: nothing in them can be wrong. Only who may not is tried.
const ENDS_THE_RUN = /^DELETE \/v1\/session$/;

class Rights {
  /** whole: every caller at every route, not some by chance beside those who matter most. */
  constructor(result, seed, whole) {
    Object.assign(this, { result, whole, dice: new Dice(seed), contract: new Contract(), wrong: [], asked: 0 });
    this.shop = new Shop(mkdtempSync(join(tmpdir(), 'koi-rights-')));
  }

  async begin() {
    await this.shop.start();
    await this.contract.load(await this.shop.request('owner', 'GET', '/openapi.json', [], undefined));
    await this.shop.request('owner', 'PUT', '/v1/settings/my.requests_per_second', [], '{"value": "10000"}');
    this.callers = [];
    for (const role of ROLES) {
      await this.shop.person(role);
      const { rights } = (await this.shop.request(role, 'GET', '/v1/session', [], undefined)).json;
      this.callers.push({ name: role, as: role, headers: [], may: new Set(rights) });
    }
    this.all = new Set(this.contract.routes.flatMap((route) => (route.operation['x-right'] ?? '').split(' ')).filter((right) => right && right !== 'my'));
    this.keys = [];
    for (const right of this.all) {
      this.keys.push({ right, ...await this.key(`only ${right}`, [right]) });
      this.keys.push({ right, ...await this.key(`all but ${right}`, [...this.all].filter((one) => one !== right)) });
    }
    const member = await this.shop.request('owner', 'POST', '/v1/members', [], '{"name": "张三", "identities": [{"kind": "user_id", "value": "r1"}]}');
    const token = await this.shop.request('owner', 'POST', `/v1/members/${member.json.id}/token`, [], '{}');
    this.callers.push({ name: 'a member', as: 'none', headers: [['authorization', `Bearer ${token.json.token}`]], may: new Set(['my']) });
    const gone = await this.key('revoked', [...this.all]);
    await this.shop.request('owner', 'DELETE', `/v1/keys/${gone.id}`, [], undefined);
    const owner = await this.shop.person('owner');
    this.strangers = [['nobody', []], ['a revoked key', gone.headers], ['a made-up key', [['authorization', 'Bearer koi_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa']]], ['a made-up token', [['authorization', 'Bearer koim_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa']]],
      ['a made-up session', [['cookie', 'koi_session=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa']]], ['another scheme', [['authorization', `Basic ${Buffer.from('owner:x').toString('base64')}`]]]];
    this.forged = [['no CSRF token', [['cookie', owner.cookie]]], ['another CSRF token', [['cookie', owner.cookie], ['x-csrf-token', 'a'.repeat(owner.csrf.length)]]],
      ['a page of another site', [['cookie', owner.cookie], ['x-csrf-token', owner.csrf], ['origin', 'https://evil.example']]], ['a frame of another site', [['cookie', owner.cookie], ['x-csrf-token', owner.csrf], ['sec-fetch-site', 'cross-site']]]];
  }

  async key(name, scopes) {
    const made = await this.shop.request('owner', 'POST', '/v1/keys', [], JSON.stringify({ name, scopes }));
    if (made.status !== 201) throw new Error(`key ${name}: ${made.text}`);
    return { id: made.json.id, name: `key with ${name}`, as: 'none', headers: [['authorization', `Bearer ${made.json.secret}`]], may: new Set(scopes) };
  }

  /** What nobody can take as it is. */
  async ask(route, as, headers) {
    const path = route.path.replace(/\{[^}]+\}/g, '999999999');
    const method = route.method.toUpperCase();
    this.asked++;
    const json = method !== 'GET' && method !== 'DELETE';
    const reply = await this.shop.request(as, method, `${path}?no_such_parameter=1`, headers, json ? '{"no_such_field": 1}' : undefined);
    return reply;
  }

  expect(route, name, reply, should) {
    const barred = reply.status === 401 || reply.status === 403;
    const fits = should === 0 ? !barred && reply.status < 500 : reply.status === should;
    if (!fits) this.wrong.push(`${route.method.toUpperCase()} ${route.path} (${route.operation['x-right']}) by ${name}: ${reply.status}, should be ${should || 'let in'}: ${reply.text.slice(0, 200)}`);
  }

  async route(route) {
    const words = (route.operation['x-right'] ?? '').split(' ').filter(Boolean);
    const open = route.operation.security?.length === 0;
    const protocol = words.includes('track:write') && route.operation.security;
    if (open || protocol || ENDS_THE_RUN.test(`${route.method.toUpperCase()} ${route.path}`)) return;
    const some = (list) => (this.whole ? list : [this.dice.pick(list)]);
    const keys = some(this.keys).concat(this.whole ? [] : this.keys.filter((key) => words.includes(key.right)));
    for (const caller of [...this.callers, ...keys]) {
      const lets = words.every((word) => caller.may.has(word)) && (caller.may.has('my') === words.includes('my'));
      this.expect(route, caller.name, await this.ask(route, caller.as, caller.headers), lets ? 0 : 403);
    }
    for (const [name, headers] of some(this.strangers)) this.expect(route, name, await this.ask(route, 'none', headers), 401);
    if (route.method === 'get' || words.includes('my')) return;
    for (const [name, headers] of some(this.forged)) this.expect(route, name, await this.ask(route, 'none', headers), 403);
  }

  async play() {
    try {
      await this.begin();
      const before = (await this.shop.request('owner', 'GET', '/v1/audit?limit=1', [], undefined)).json.items[0].id;
      for (const route of this.contract.routes) await this.route(route);
      this.result(this.wrong.length === 0, `rights: ${this.contract.routes.length} routes, ${this.asked} requests`, this.wrong.slice(0, 60).join('\n'));
      const after = (await this.shop.request('owner', 'GET', '/v1/audit?limit=1', [], undefined)).json.items[0];
      this.result(before === after.id, 'rights: nothing was changed', JSON.stringify(after));
    } catch (error) {
      this.result(false, 'rights: could not be played', `${error.stack}\n${this.shop.log.slice(-2000)}`);
    } finally {
      await this.shop.stop();
      rmSync(this.shop.folder, { recursive: true, force: true });
    }
  }
}

export async function playRights(result, seed) {
  await new Rights(result, seed, process.env.RIGHTS === 'all').play();
}
