// hostile_load.mjs -- a shop at work: behaviour comes in, orders, members merged, segments saved and refreshed, questions.
import { ODD_TEXTS, message } from './hostile_make.mjs';

const TEXTS = ['orders >= 1', 'spent > 100', 'city = "上海"', 'did("Product Viewed", 30d) >= 2', 'tag = "敏感肌" or orders(90d) >= 2', 'not (city is known)'];

/** What was acknowledged, so that after a fall it can be looked for. */
export class Load {
  constructor(shop, pools, key) {
    Object.assign(this, { shop, pools, key, going: false, asked: 0, wrong: [], orders: [], people: [], segments: [], behaviour: 0, slow: [] });
    this.run = `${process.pid}-${pools.dice.below(1e9)}`;
    this.orderCount = 0;
  }

  async send(method, path, body, headers = []) {
    const began = performance.now();
    const reply = await this.shop.request(headers.length ? 'none' : 'owner', method, path, headers, body === undefined ? undefined : JSON.stringify(body));
    this.asked++;
    if (path === '/v1/segments/ask') this.slow.push(performance.now() - began);
    if ((reply.status === 400 && path !== '/v1/segments/ask') || reply.status >= 500 && reply.status !== 503) this.wrong.push(`${method} ${path} -> ${reply.status} ${reply.text.slice(0, 300)}`);
    return reply;
  }

  async behave() {
    const d = this.pools.dice;
    const batch = Array.from({ length: 30 }, () => ({ ...message(this.pools), type: 'track', messageId: undefined, event: d.pick(['Product Viewed', 'Product Added']), timestamp: new Date(Date.now() - d.below(9e8)).toISOString() }));
    const reply = await this.send('POST', '/v1/batch', { batch }, [['authorization', `Bearer ${this.key}`]]);
    if (reply.status === 200) this.behaviour += batch.length;
  }

  async order() {
    const d = this.pools.dice;
    const number = `L-${this.run}-${this.orderCount++}`;
    const reply = await this.send('POST', '/v1/orders', { shop: '小店', number, paid: `${1 + d.below(400)}.50`, state: 'paid', paid_at: new Date(Date.now() - d.below(9e9)).toISOString(), city: d.pick(['上海', '北京', '成都']),
      identities: [{ kind: 'phone', value: `1380013${String(1000 + d.below(60))}` }] });
    if (reply.status === 200) this.orders.push(number);
  }

  async member() {
    const d = this.pools.dice;
    const reply = await this.send('POST', '/v1/members', { name: `${d.pick(['张', '李', '王'])}${d.below(99)}`, tags: d.chance(0.4) ? ['敏感肌'] : [], identities: [{ kind: 'user_id', value: `h${d.below(400)}` }] });
    if (reply.status === 201 && !this.people.includes(reply.json.id)) this.people.push(reply.json.id);
  }

  async merge() {
    const d = this.pools.dice;
    if (this.people.length < 4) return;
    const [winner, loser] = [d.pick(this.people), d.pick(this.people)];
    if (winner === loser) return;
    const reply = await this.send('POST', `/v1/members/${winner}/merge`, { loser });
    if (reply.status === 200 && d.chance(0.5)) await this.send('POST', `/v1/merges/${reply.json.id ?? reply.json.merge ?? 1}/undo`, {});
  }

  async save() {
    const d = this.pools.dice;
    if (this.segments.length >= 30) {
      const id = d.pick(this.segments);
      await this.send('PATCH', `/v1/segments/${id}`, { text: d.pick(TEXTS), announce: d.chance(0.3) });
      await this.send('POST', `/v1/segments/${id}/refresh`, {});
      return;
    }
    const reply = await this.send('POST', '/v1/segments', { name: `分层 ${this.run} ${this.segments.length} ${d.below(1e6)}`, text: d.pick(TEXTS), announce: d.chance(0.5) });
    if (reply.status === 201) this.segments.push(reply.json.id);
  }

  async ask() {
    const d = this.pools.dice;
    await this.send('POST', '/v1/segments/ask', { text: d.chance(0.9) ? d.pick([...TEXTS, ...this.pools.tests]) : d.pick(ODD_TEXTS), counts: d.chance(0.5), sample: 5 });
  }

  async question() {
    const d = this.pools.dice;
    await this.send(...d.pick([['POST', '/v1/questions/compare', { a: d.pick(TEXTS) }], ['POST', '/v1/questions/aipl', { from: '2026-10-01', to: '2026-11-01' }], ['POST', '/v1/questions/cells', {}],
      ['POST', '/v1/questions/funnel', { steps: ['Product Viewed', 'Product Added'], window: '7d' }], ['POST', '/v1/questions/retention', { days: 7 }], ['POST', '/v1/questions/actives', { by: 'city' }]]));
  }

  /** Each of these does one thing after the other, until told to stop. */
  start(words) {
    this.going = true;
    this.clients = words.map(async (word) => {
      while (this.going) {
        try {
          await this[word]();
        } catch (error) {
          if (this.going && !this.mayFail) this.wrong.push(`${word}: ${error.message} ${error.cause?.message ?? ''}`);
          if (this.mayFail) return;
        }
        await new Promise((done) => setTimeout(done, 5));
      }
    });
  }

  async stop() {
    this.going = false;
    await Promise.all(this.clients ?? []);
  }
}
