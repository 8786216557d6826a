// shop.mjs -- a shop for one scenario: an empty store, the real program serving it, and people who sign in.
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';

const ROLES = ['owner', 'operator', 'analyst', 'support', 'viewer'];

export class Shop {
  constructor(folder) {
    Object.assign(this, { folder, log: '', process: null, base: '', people: {}, ended: null, database: '' });
  }

  static program() {
    return resolve(process.env.KOI ?? 'build/koi');
  }

  /** A database of its own on PostgreSQL; nothing on SQLite. */
  store() {
    this.stored = [];
    if (!process.env.TEST_PG) return [];
    this.database = `api_${process.pid}_${randomBytes(4).toString('hex')}`;
    execFileSync('psql', ['-q', process.env.TEST_PG, '-c', `CREATE DATABASE ${this.database}`], { stdio: 'pipe' });
    const url = new URL(process.env.TEST_PG);
    url.pathname = `/${this.database}`;
    return (this.stored = ['--store', url.href]);
  }

  /** Starts the program; again: on the data of before, whose owner has a password already. */
  async start(again = false) {
    const words = ['serve', '--data', join(this.folder, 'data'), '--listen', '127.0.0.1:0', '--rate', '-1', '--locale', 'en'];
    this.process = spawn(Shop.program(), [...words, ...(again ? this.stored : this.store())], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.ended = new Promise((done) => this.process.on('exit', (status, signal) => done({ status: status ?? signal })));
    this.process.stderr.on('data', (data) => { this.log += data; });
    this.said = '';
    const up = new Promise((done, refuse) => {
      this.process.stdout.on('data', (data) => {
        this.said += data;
        const found = again ? /(http:\/\/\S+)\s/.exec(this.said) : /(http:\/\/\S+)[\s\S]*user owner, password (\S+)/.exec(this.said);
        if (found) done(found);
      });
      this.ended.then((end) => refuse(new Error(`koi serve ended with ${end.status}:\n${this.said}${this.log}`)));
      setTimeout(() => refuse(new Error(`koi serve said nothing in 20 s:\n${this.said}${this.log}`)), 20000).unref();
    });
    const [, base, password] = await up;
    this.base = base;
    this.ownerPassword = password ?? this.ownerPassword;
    this.fallen = false;
    const { process: mine } = this;
    mine.on('exit', () => { this.fallen = true; });
  }

  /** The session of a role; the user is made when first needed. */
  async person(role) {
    if (this.people[role]) return this.people[role];
    if (!ROLES.includes(role)) throw new Error(`no such person: ${role}`);
    let password = this.ownerPassword;
    if (role !== 'owner') {
      password = `${role}-pass-2481`;
      const made = await this.request('owner', 'POST', '/v1/users', [], JSON.stringify({ name: role, password, role }));
      if (made.status >= 300) throw new Error(`user ${role}: ${made.text}`);
    }
    const reply = await this.request('none', 'POST', '/v1/session', [], JSON.stringify({ name: role, password }));
    if (reply.status >= 300) throw new Error(`sign-in of ${role}: ${reply.status} ${reply.text}`);
    const cookie = (reply.headers.get('set-cookie') ?? '').split(';')[0];
    this.people[role] = { cookie, csrf: reply.json.csrf };
    return this.people[role];
  }

  async request(as, method, path, headers, body) {
    const all = new Headers(headers);
    if (as !== 'none') {
      const person = await this.person(as);
      all.set('cookie', person.cookie);
      if (method !== 'GET' && method !== 'HEAD' && !all.has('x-csrf-token')) all.set('x-csrf-token', person.csrf);
    }
    if (body !== undefined && !all.has('content-type')) all.set('content-type', 'application/json');
    if (!all.has('accept-language')) all.set('accept-language', 'en');
    const reply = await fetch(this.base + path, { method, headers: all, body, redirect: 'manual', signal: AbortSignal.timeout(30000) });
    const bytes = Buffer.from(await reply.arrayBuffer());
    const text = bytes.toString('utf8');
    const isJson = /json/.test(reply.headers.get('content-type') ?? '') && text;
    if (isJson) new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { status: reply.status, headers: reply.headers, text, json: isJson ? JSON.parse(text) : undefined, path };
  }

  async gauge(name) {
    const reply = await this.request('owner', 'GET', '/metrics', [], undefined);
    return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(reply.text)?.[1]);
  }

  /** What was asked for earlier may still be at work after its client has gone: two seconds without another line. */
  async standsStill() {
    const until = Date.now() + 60000;
    for (let last = -1, calm = 0; calm < 4 && Date.now() < until;) {
      await new Promise((done) => setTimeout(done, 500));
      const seq = await this.gauge('koi_index_seq');
      const busy = await this.gauge('koi_store_jobs_waiting') + await this.gauge('koi_http_in_flight') > 1;
      calm = busy || seq !== last ? 0 : calm + 1;
      last = seq;
    }
  }

  /** Only how a stream begins. */
  async peek(as, path, headers) {
    const person = await this.person(as);
    const abort = new AbortController();
    const reply = await fetch(this.base + path, { headers: [...headers, ['cookie', person.cookie]], signal: AbortSignal.any([abort.signal, AbortSignal.timeout(30000)]) });
    const type = reply.headers.get('content-type') ?? '';
    const text = /json/.test(type) ? await reply.text() : '';
    abort.abort();
    return { status: reply.status, headers: reply.headers, text, json: text ? JSON.parse(text) : undefined, path };
  }

  async stop() {
    if (!this.process) return this.last;
    this.process.kill('SIGTERM');
    const timer = setTimeout(() => this.process?.kill('SIGKILL'), 20000);
    this.last = await this.ended;
    clearTimeout(timer);
    this.process = null;
    if (this.database) {
      execFileSync('psql', ['-q', process.env.TEST_PG, '-c', `DROP DATABASE ${this.database} WITH (FORCE)`], { stdio: 'pipe' });
    }
    return this.last;
  }
}
