// edges.mjs -- after a scenario its requests come again, each with one thing wrong, in the shop as it stands.
//
// What the schema refuses is refused with 400 and names the field; what is refused later has changed nothing; nothing
// takes two seconds, answers 5xx, or is refused without words in the caller's language. EDGES (6): so many of each route.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { addressEdges, bodyEdges } from './edges_make.mjs';
import { Dice } from './hostile_make.mjs';
import { NOT, problemOf } from './hostile.mjs';

const SLOWER = Number(process.env.TEST_SLOWER ?? 1);
const BOUND_MS = 2000 * SLOWER;
// What the server writes by itself, whoever asks what.
const OWN = /^(job|job_|user_session|api_key|sign_in_failure|idempotency|sequence|segment|product_|index_|board_|rfm_|follower|setting_seen|sqlite_|channel_|delivery|alert(?!_rule)|lifetime)/;

/** What the tables hold, by the engine's own shell; on PostgreSQL this is not looked at. */
class Books {
  constructor(file) {
    this.shell = spawn('sqlite3', ['-readonly', '-batch', file], { stdio: ['pipe', 'pipe', 'ignore'] });
    this.shell.on('error', () => { this.gone = true; });
    this.shell.stdin.on('error', () => { this.gone = true; });
    this.shell.on('exit', () => { this.gone = true; this.wake?.(); });
    this.text = '';
    this.shell.stdout.setEncoding('utf8').on('data', (data) => { this.text += data; if (this.text.endsWith('\u0001end\n')) this.wake?.(); });
  }

  async ask(words) {
    this.text = '';
    const answer = new Promise((done) => { this.wake = done; });
    this.shell.stdin.write(`${words}\n.print "\u0001end"\n`);
    await answer;
    return this.text.slice(0, -'\u0001end\n'.length);
  }

  /** Rows by table, read anew only after somebody wrote. */
  async rows() {
    const version = await this.ask('PRAGMA data_version;');
    if (version === this.version) return this.last;
    this.version = version;
    this.last = {};
    for (const line of (await this.ask('.dump')).split('\n')) {
      const table = /^INSERT INTO "?(\w+)"? VALUES/.exec(line)?.[1];
      if (table && !OWN.test(table)) (this.last[table] ??= []).push(line);
    }
    for (const [table, lines] of Object.entries(this.last)) this.last[table] = lines.join('\n');
    return this.last;
  }

  close() {
    this.shell.kill();
  }
}

/** What members ask comes first, while their tokens hold; what takes away comes last. */
function turn(route) {
  if (route.method === 'delete' || /erase|merge|token|keys|users|leave/.test(route.path)) return 2;
  return route.path.startsWith('/v1/my') || route.method === 'get' ? 0 : 1;
}

function bodyOf(step) {
  try {
    return step.body === undefined ? {} : JSON.parse(step.body.toString());
  } catch {
    return null;
  }
}

export class Edges {
  /** doc: /openapi.json; played: the requests of the scenario that went well. */
  constructor(result, shop, contract, seed) {
    Object.assign(this, { result, shop, contract, doc: contract.doc, seed, dice: new Dice(seed), asked: 0, refused: 0, wrong: [], unnamed: [] });
  }

  /** All that can be wrong with a request: {why, certain, name, method, path, headers, body}. */
  faultsOf(route, step) {
    const [path, asked] = step.path.split('?');
    const query = (asked ? asked.split('&') : []).map((part) => [part.split('=')[0], part.slice(part.indexOf('=') + 1)]);
    const same = { as: step.as, method: step.method, headers: step.headers.filter(([name]) => name.toLowerCase() !== 'accept-language'), body: step.body };
    const faults = addressEdges(route, path, query, this.doc).map((edge) => ({ ...same, ...edge }));
    const schema = route.operation.requestBody?.content?.['application/json']?.schema;
    const body = schema ? bodyOf(step) : null;
    if (!body || typeof body !== 'object' || Array.isArray(body)) return faults;
    for (const { type, ...edge } of bodyEdges(schema, body, this.doc))
      faults.push({ ...same, path: step.path, ...edge, headers: type ? [...same.headers, ['content-type', type]] : same.headers });
    return faults;
  }

  say(fault, words) {
    const body = fault.make ? String(fault.make()).slice(0, 500) : '';
    this.wrong.push(`${fault.method} ${fault.path.slice(0, 200)} as ${fault.as}, ${fault.why}: ${words}\n    ${body}`);
  }

  async send(fault, language) {
    const began = performance.now();
    const body = fault.make ? fault.make() : fault.body;
    const reply = await this.shop.request(fault.as, fault.method, fault.path, [...fault.headers, ['accept-language', language]], body);
    reply.ms = performance.now() - began;
    return reply;
  }

  judge(route, fault, reply, language) {
    if (reply.status >= 500) return `status ${reply.status}: ${reply.text.slice(0, 300)}`;
    const contract = this.contract.check(fault.method, reply);
    if (contract) return contract;
    if (reply.status === 401) return ''; // the key or token of then has ended
    if (reply.status < 400) return fault.certain ? `was taken (${reply.status}): ${reply.text.slice(0, 200)}` : '';
    const words = problemOf({ headers: [['accept-language', language]] }, reply);
    if (words) return words;
    if (!fault.certain && reply.status === 400 && !reply.json.errors?.[0]?.pointer && !reply.json.detail.includes(fault.name)) this.unnamed.push(`${fault.method} ${fault.path.slice(0, 120)}, ${fault.why}: ${reply.json.detail}`);
    if (!fault.certain) return '';
    if (reply.status !== (fault.status ?? 400) && reply.status !== 413) return `status ${reply.status}, should be ${fault.status ?? 400}: ${reply.text.slice(0, 300)}`;
    const said = `${reply.json.detail} ${reply.json.errors?.[0]?.pointer ?? ''}`;
    return !fault.name || said.includes(fault.name) ? '' : `the words do not name ${fault.name}: ${reply.text.slice(0, 300)}`;
  }

  async one(route, fault) {
    const language = this.dice.pick(['zh', 'en']);
    const looks = this.books && !fault.certain && fault.method !== 'GET';
    const before = looks ? await this.books.rows() : null;
    this.asked++;
    let reply;
    try {
      reply = await this.send(fault, language);
    } catch (error) {
      if (!/ECONNRESET|EPIPE/.test(error.cause?.code)) this.say(fault, `no reply: ${error.message} ${error.cause?.message ?? ''}`);
      return;
    }
    const wrong = this.judge(route, fault, reply, language);
    if (wrong) this.say(fault, wrong);
    if (reply.status < 400) {
      if (reply.ms > BOUND_MS && fault.method === 'GET') await this.slow(fault, reply);
      return;
    }
    this.refused++;
    if (before && !this.books.gone) await this.unchanged(fault, before, reply);
    if (reply.ms > BOUND_MS) await this.slow(fault, reply);
    if (!this.dice.chance(0.1) || wrong) return;
    const other = await this.send(fault, language === 'zh' ? 'en' : 'zh');
    if (other.status !== reply.status) this.say(fault, `refused with ${reply.status}, then ${other.status}: ${other.text.slice(0, 200)}`);
    else if (other.json?.detail && other.json.detail === reply.json?.detail) this.say(fault, `the same words in both languages: ${other.json.detail}`);
  }

  /** What followers write meanwhile may be of requests before: what a refusal changes, it changes each time. */
  async unchanged(fault, before, reply) {
    let tables = [];
    for (let was = before, n = 0; n < 3; n++) {
      const now = await this.books.rows();
      tables = Object.keys({ ...was, ...now }).filter((table) => was[table] !== now[table]);
      if (!tables.length) return;
      await new Promise((done) => setTimeout(done, 200));
      was = await this.books.rows();
      await this.send(fault, 'en');
    }
    this.say(fault, `was refused (${reply.status}: ${reply.json?.detail}), but changed ${tables.join(', ')}`);
  }

  /** The machine may have been busy: what is slow is slow again. */
  async slow(fault, first) {
    const times = [first.ms];
    for (let i = 0; i < 2; i++) times.push((await this.send(fault, 'en')).ms);
    if (Math.min(...times) > BOUND_MS) this.say(fault, `answered in ${times.map(Math.round)} ms`);
  }

  some(list, n) {
    for (let i = 0; i < list.length && i < n; i++) {
      const k = i + this.dice.below(list.length - i);
      [list[i], list[k]] = [list[k], list[i]];
    }
    return list.slice(0, n);
  }

  /** played: requests that went well. Those of a route take turns. */
  async play(played, each) {
    const steps = new Map();
    for (const step of played) {
      const route = this.contract.find(step.method, step.path);
      if (!route || route.operation['x-right']?.includes('track:write') || NOT.some((form) => form.test(`${step.method} ${decodeURIComponent(step.path.split('?')[0])}`))) continue;
      if (/\/events$/.test(step.path)) continue;
      steps.set(route, [...(steps.get(route) ?? []), step]);
    }
    if (this.shop.database === '') this.books = new Books(join(this.shop.folder, 'data', 'koi.db'));
    try {
      await this.shop.request('owner', 'PUT', '/v1/settings/my.requests_per_second', [], '{"value": "10000"}');
      for (const [route, all] of [...steps].sort(([a], [b]) => turn(a) - turn(b))) {
        const faults = all.slice(0, 12).flatMap((step) => this.faultsOf(route, step));
        for (const fault of this.some(faults.filter((one) => !one.certain), each / 2).concat(this.some(faults.filter((one) => one.certain), each / 2))) {
          if (this.wrong.length < 200 && !this.shop.fallen) await this.one(route, fault);
        }
      }
    } finally {
      this.books?.close();
    }
  }
}
