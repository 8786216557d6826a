// loyal.mjs -- members earn, spend, exchange, grab and are refunded, every request doubled and retried, by one server or by
// two on one PostgreSQL database, while servers are killed; afterwards every account is what the acknowledged acts come to.
//
// LOYAL_ROUNDS (2), HOSTILE_SEED.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dice, seed } from './hostile_make.mjs';
import { Shop } from './shop.mjs';

const SLOWER = Number(process.env.TEST_SLOWER ?? 1);
const MEMBERS = 8;
const UNITS = 10; // of the grab, of the last goods, of gift cards
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** One thing asked for, under a key of its own. `done`: true or false once somebody has said so. */
class Deed {
  constructor(kind, who, path, body, own = false) {
    Object.assign(this, { kind, who, path, body, own, done: undefined, replies: [] });
  }
}

class Loyal {
  constructor(result, seed) {
    Object.assign(this, { result, seed, dice: new Dice(seed), wrong: [], deeds: [], people: [], keys: 0, going: false });
    this.servers = [new Shop(mkdtempSync(join(tmpdir(), 'koi-loyal-')))];
  }

  /* -- the shop ------------------------------------------------------------------------------- */

  async tell(method, path, body, status = 200) {
    const reply = await this.servers[0].request('owner', method, path, [], body === undefined ? undefined : JSON.stringify(body));
    if (reply.status !== status) throw new Error(`${method} ${path}: ${reply.status} ${reply.text.slice(0, 300)}`);
    return reply.json;
  }

  async begin() {
    const [first] = this.servers;
    await first.start();
    if (process.env.TEST_PG) { // another server of the same shop, with a folder of its own
      const second = new Shop(mkdtempSync(join(tmpdir(), 'koi-loyal-')));
      Object.assign(second, { stored: first.stored, ownerPassword: first.ownerPassword });
      await second.start(true);
      this.servers.push(second);
    }
    const day = (back) => new Date(Date.now() - back * 86400000).toISOString().slice(0, 10);
    for (const [name, value] of [['loyalty.since', day(9)], ['points.pending_days', '0'], ['my.requests_per_second', '10000'], ['tasks.per_minute', '1000'], ['tasks.per_hour', '10000']]) {
      await this.tell('PUT', `/v1/settings/${name}`, { value });
    }
    await this.tell('PATCH', '/v1/tasks/1', { opened: true });
    await this.tell('PUT', '/v1/membership-plans/month', { zh: '月卡', en: 'Month', price: '30.00', months: 1 });
    const make = (body) => this.tell('POST', '/v1/mall/goods', { en: 'x', state: 'on', ...body }, 201);
    this.sample = (await make({ kind: 'goods', zh: '小样', points: 3 })).id;
    this.last = (await make({ kind: 'goods', zh: '限量礼盒', points: 1 })).id;
    this.card = (await make({ kind: 'gift_card', zh: '礼品卡', points: 2 })).id;
    await this.tell('POST', `/v1/mall/goods/${this.sample}/stock`, { key: 's', amount: 100000, reason: 'test' });
    await this.tell('POST', `/v1/mall/goods/${this.last}/stock`, { key: 's', amount: UNITS, reason: 'test' });
    await this.tell('POST', `/v1/mall/goods/${this.card}/codes`, { key: 's', codes: Array.from({ length: UNITS }, (_, i) => `GIFT-${1000 + i}\n`).join('') });
    this.grab = (await this.tell('POST', '/v1/grabs', { zh: '限量抢', units: MEMBERS - 3, prize: { kind: 'points', amount: 7, cost: '0.07' } }, 201)).id;
    await this.tell('PATCH', `/v1/grabs/${this.grab}`, { opened: true });
    for (let i = 0; i < MEMBERS; i++) {
      const { id } = await this.tell('POST', '/v1/members', { name: `会员${i}`, identities: [{ kind: 'user_id', value: `loyal${i}` }] }, 201);
      const { token } = await this.tell('POST', `/v1/members/${id}/token`, {}, 201);
      await this.tell('POST', `/v1/members/${id}/join`, {});
      this.people.push({ id, token, orders: 0 });
    }
  }

  /* -- what is asked for: each answers a new deed ---------------------------------------------- */

  key(word) { return `${word}-${++this.keys}`; }
  exchange(p, good) {
    return new Deed(`exchange ${good === this.sample ? 'sample' : good === this.last ? 'last' : 'card'}`, p, `/v1/my/mall/${good}/exchange`,
      { key: this.key('e'), quantity: 1, ...(good === this.card ? {} : { receiver: '张三', phone: '13800138000', address: '上海市徐汇区 1 号' }) }, true);
  }
  acts = {
    grant: (p) => new Deed('grant', p, `/v1/members/${p.id}/points`, { key: this.key('g'), amount: 1 + this.dice.below(20), reason: 'test' }),
    take: (p) => new Deed('take', p, `/v1/members/${p.id}/points`, { key: this.key('t'), amount: -1 - this.dice.below(20), reason: 'test' }),
    sample: (p) => this.exchange(p, this.sample),
    last: (p) => this.exchange(p, this.last),
    card: (p) => this.exchange(p, this.card),
    checkIn: (p) => new Deed('check-in', p, '/v1/my/check-in', {}, true),
    grabs: (p) => new Deed('grab', p, `/v1/my/grabs/${this.grab}`, {}, true),
    topup: (p) => new Deed('topup', p, `/v1/members/${p.id}/credit/topup`, { key: this.key('c'), amount: `${1 + this.dice.below(50)}.00` }),
    spend: (p) => new Deed('spend', p, `/v1/members/${p.id}/credit/spend`, { key: this.key('c'), amount: `${1 + this.dice.below(50)}.00` }),
    plan: (p) => new Deed('plan', p, `/v1/members/${p.id}/membership`, { key: this.key('m'), plan: 'month', paid: '30.00' }),
    order: (p) => (p.orders++ < 30 ? new Deed('order', p, '/v1/orders', { shop: '小店', number: this.key('o'), paid: '10.00', state: 'paid', paid_at: new Date(Date.now() - 86400000 * 5).toISOString(), identities: [{ kind: 'user_id', value: `loyal${this.people.indexOf(p)}` }] }) : null),
    refund: (p) => {
      const order = this.deeds.find((deed) => deed.kind === 'order' && deed.who === p && deed.done && !deed.refunded);
      if (!order) return null;
      order.refunded = true;
      return new Deed('refund', p, `/v1/orders/${order.replies[0].id}/refunds`, { key: this.key('r'), amount: '10.00' });
    },
  };

  /** A definite answer, or none. The same answer each time. */
  async ask(deed, server) {
    const headers = deed.own ? [['authorization', `Bearer ${deed.who.token}`]] : [];
    const reply = await server.request(deed.own ? 'none' : 'owner', 'POST', deed.path, headers, JSON.stringify(deed.body));
    if (reply.status >= 500 || reply.status === 429) {
      if (![503, 504].includes(reply.status)) this.wrong.push(`${deed.kind} ${JSON.stringify(deed.body)}: ${reply.status} ${reply.text.slice(0, 200)}`);
      return;
    }
    const won = deed.kind === 'grab' ? ['WON', 'AGAIN'].includes(reply.json?.result) || reply.json?.place > 0 : reply.status < 300;
    if (won) deed.replies.push(reply.json);
    if (!won && ![200, 409, 422].includes(reply.status)) this.wrong.push(`${deed.kind}: ${reply.status} ${reply.text.slice(0, 200)}`);
    deed.done ||= won;
  }

  alive() { return this.servers.filter((server) => !server.fallen && server.process); }

  /** Once, or twice at the same moment, by any servers. */
  async play(deed) {
    const times = this.dice.chance(0.4) ? 2 : 1;
    await Promise.all(Array.from({ length: times }, async () => {
      const up = this.alive();
      if (up.length) await this.ask(deed, this.dice.pick(up)).catch(() => { deed.unsure = true; });
    }));
  }

  async client() {
    while (this.going) {
      const deed = this.dice.pick(Object.values(this.acts))(this.dice.pick(this.people));
      if (deed) {
        this.deeds.push(deed);
        await this.play(deed);
      }
      await sleep(2);
    }
  }

  /* -- what must be true ----------------------------------------------------------------------- */

  /** Whatever was not answered is asked again until it is; some of what was done, once more. */
  async settle() {
    for (const deed of this.deeds) {
      if (deed.unsure && !deed.done) deed.done = undefined; // refused once; but what became of the other request?
      for (let i = 0; i < 50 && deed.done === undefined; i++) await this.ask(deed, this.dice.pick(this.servers)).catch(() => sleep(50));
      deed.unsure = false;
      if (deed.done === undefined) this.wrong.push(`no answer to ${deed.kind} ${JSON.stringify(deed.body)}`);
      if (deed.done && this.dice.chance(0.1)) {
        const before = deed.replies.length;
        await this.ask(deed, this.dice.pick(this.servers));
        if (deed.replies.length === before) this.wrong.push(`${deed.kind} ${JSON.stringify(deed.body)} was acknowledged, and is refused now`);
      }
    }
  }

  done(kind, p) { return this.deeds.filter((deed) => deed.done && deed.kind.startsWith(kind) && (!p || deed.who === p)); }

  async own(p, path) {
    const reply = await this.dice.pick(this.servers).request('none', 'GET', path, [['authorization', `Bearer ${p.token}`]], undefined);
    if (reply.status !== 200) throw new Error(`${path}: ${reply.status} ${reply.text}`);
    return reply.json;
  }

  same(what, p, got, want) {
    if (got !== want) this.wrong.push(`member ${p.id}: ${what} ${got}, by what was acknowledged ${want}`);
  }

  async accounts() {
    for (const p of this.people) {
      const sum = (kind, value) => this.done(kind, p).reduce((all, deed) => all + value(deed), 0);
      const points = await this.own(p, '/v1/my/points');
      const checkIns = new Set(this.done('check-in', p).map((deed) => deed.replies[0].on));
      const want = sum('grant', (d) => d.body.amount) + sum('take', (d) => d.body.amount) + sum('order', () => 10) - sum('refund', () => 10) -
        sum('exchange sample', () => 3) - sum('exchange last', () => 1) - sum('exchange card', () => 2) + (checkIns.size ? 5 * checkIns.size : 0) + (this.done('grab', p).length ? 7 : 0);
      this.same('points', p, points.available + points.pending - points.debt, want);
      const credit = await this.own(p, '/v1/my/credit');
      this.same('credit', p, Math.round(Number(credit.total) * 100), Math.round(sum('topup', (d) => Number(d.body.amount) * 100) - sum('spend', (d) => Number(d.body.amount) * 100)));
      const membership = await this.own(p, '/v1/my/membership');
      this.same('terms', p, membership.terms?.length ?? 0, this.done('plan', p).length);
    }
  }

  async lastOnes() {
    const stock = async (id) => (await this.tell('GET', `/v1/mall/goods/${id}`)).left;
    const gone = this.done('exchange last').length;
    if (gone + await stock(this.last) !== UNITS) this.wrong.push(`${gone} of ${UNITS} gone, ${await stock(this.last)} left`);
    const cards = this.done('exchange card');
    const codes = cards.flatMap((deed) => deed.replies[0].codes ?? []);
    if (codes.length !== cards.length || new Set(codes).size !== codes.length || codes.length + await stock(this.card) !== UNITS) this.wrong.push(`${cards.length} cards, codes ${codes}, ${await stock(this.card)} left`);
    const grab = await this.tell('GET', `/v1/grabs/${this.grab}`);
    const winners = new Set(this.done('grab').map((deed) => deed.who.id)).size;
    if (grab.winners !== winners || winners + grab.left !== MEMBERS - 3) this.wrong.push(`grab: ${winners} winners were told, ${grab.winners} there are, ${grab.left} left`);
  }

  doctor() {
    const [first] = this.servers;
    const said = execFileSync(Shop.program(), ['doctor', '--json', '--data', join(first.folder, 'data'), ...first.stored, '--log', 'off', '--locale', 'en'], { encoding: 'utf8', timeout: 60000 * SLOWER });
    const bad = JSON.parse(said).checks.filter((check) => !check.ok);
    if (bad.length) this.wrong.push(`koi doctor: ${JSON.stringify(bad)}`);
  }

  async round() {
    this.going = true;
    const clients = Array.from({ length: 12 }, () => this.client());
    const victims = this.dice.chance(0.3) ? this.servers : [this.dice.pick(this.servers)];
    const begun = this.deeds.length, until = Date.now() + 6000 * SLOWER;
    await sleep(500 + this.dice.below(1000));
    while (this.deeds.length < begun + 150 && Date.now() < until) await sleep(50);
    for (const server of victims) server.process.kill('SIGKILL');
    await Promise.all(victims.map((server) => server.ended));
    await sleep(300); // the other goes on
    this.going = false;
    await Promise.all(clients);
    for (const server of victims) await server.start(true);
    await this.settle();
    await this.accounts();
    await this.lastOnes();
    this.doctor();
  }

  async run(rounds) {
    try {
      await this.begin();
      for (let k = 0; k < rounds; k++) {
        await this.round();
        const [asked, done] = [this.deeds.length, this.deeds.filter((deed) => deed.done).length];
        this.result(this.wrong.length === 0, `loyal: round ${k + 1} with ${this.servers.length} servers: ${asked} acts asked for, ${done} done (seed ${this.seed})`, this.wrong.slice(0, 10).join('\n'));
        this.wrong = [];
      }
      for (const server of this.servers.slice().reverse()) {
        const end = await server.stop();
        this.result(end.status === 0, 'loyal: the server ends gracefully', `status ${end.status}\n${server.log.slice(-3000)}`);
        const faults = server.log.split('\n').filter((line) => /level=error|Sanitizer|runtime error/.test(line));
        this.result(faults.length === 0, 'loyal: the log has no faults', faults.slice(0, 10).join('\n'));
      }
    } catch (error) {
      this.result(false, `loyal: could not be played (seed ${this.seed})`, `${error.stack}\n${error.cause ?? ''}\n${error.stderr ?? ''}\n${this.servers.map((server) => server.log.slice(-3000)).join('\n')}`);
    } finally {
      for (const server of this.servers.slice().reverse()) {
        await server.stop();
        rmSync(server.folder, { recursive: true, force: true });
      }
    }
  }
}

export async function playLoyal(result) {
  await new Loyal(result, seed).run(Number(process.env.LOYAL_ROUNDS ?? 2));
}
