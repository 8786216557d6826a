// hostile_make.mjs -- makes requests from /openapi.json: valid ones from pools of good values, then spoilt, from a seed.
import { gzipSync } from 'node:zlib';

/** The same whenever all is tested; `make hostile` takes another each time. */
export const seed = Number(process.env.HOSTILE_SEED ?? 20779);

/** Random numbers that a seed repeats. */
export class Dice {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  below(n) {
    return Math.floor(this.next() * n);
  }

  chance(p) {
    return this.next() < p;
  }

  pick(list) {
    return list[this.below(list.length)];
  }
}

/** Longer addresses are refused by the HTTP library itself, in its own words. */
const ADDRESS_MAX = 8000;
const LONG = 'x'.repeat(5000);
export const ODD_TEXTS = [
  '', ' ', '\u0000', 'a\u0000b', '\ud800', '\udfff x', '\u202eabc\u202c', '\ufeff', '\u200b', 'é́́́́', '👩‍👩‍👧‍👦', 'ﷺ', '\u2028', '\r\n', '"', "'", '\\',
  '%', '%s%n%lld', '../../etc/passwd', '/', '{}', '[]', 'null', 'NaN', '-0', '1e400', '0x10', "'; DROP TABLE member; --", '<script>alert(1)</script>',
  '9223372036854775807', '-9223372036854775808', '99999999999999999999', '１２３', '一'.repeat(300), LONG, '('.repeat(3000), 'not '.repeat(2000), '"'.repeat(101), '𝕬'.repeat(99), '\t'.repeat(50),
];
export const ODD_NUMBERS = [
  0, -1, 1, 2, 255, 256, 65535, 65536, 2147483647, 2147483648, -2147483648, 4294967296, 9007199254740991, '9223372036854775807', '-9223372036854775808',
  '9223372036854775808', '1e308', '-1e308', '1e-308', '1e999', '0.1', '1.5', '-0', '100000000000000000000000', 10000, 1000000,
];
const DAYS = ['2024-05-01', '2024-02-29', '2023-02-29', '2026-11-20', '2026-11-22', '1969-12-31', '1970-01-01', '1900-01-01', '0001-01-01', '9999-12-31', '2262-04-12', '2024-13-01',
  '2024-05-01T02:00:00Z', '2024-05-01 10:00', '20240501', 'yesterday', '1714528800', '1714528800000', '2024-05-01T25:00:00Z', '2024-05-01T02:00:00+99:99', '2030-01-01',
  '9999-12-31T23:59:59-12:00', '0001-01-01T00:00:00+14:00', '0000-01-01'];
const WINDOWS = ['7d', '1d', '0d', '-7d', '1h', '30m', '24h', '12w', '36500d', '36501d', '99999999999d', '9223372036854775807d', '7', 'd', '7x', '1.5d', '7 d', '７d'];
const EVENTS = ['Product Viewed', 'Product Added', 'Order Completed', 'Page Viewed', 'order.paid', 'order.placed', 'tag.added', 'segment.entered', 'No Such Event'];
const WORDS = ['上海', '北京', '敏感肌', '小店', 'web', '面膜', '张三', 'gold', 'M-1', 'u1', 'u2', 'u3', '1', '13800138000'];

/** What fields of requests hold as a rule, by their name. */
export class Pools {
  constructor(dice) {
    Object.assign(this, { dice, fields: ['city', 'orders', 'spent', 'tag'], tests: ['orders >= 1'], cursors: [], names: [] });
  }

  learn(language) {
    this.fields = language.fields.map((field) => field.name);
    this.tests = [...language.fields, ...language.calls].map((one) => one.example).filter(Boolean);
    this.calls = language.calls.map((call) => call.name);
    this.operators = language.operators.map((operator) => operator.name);
  }

  segment(depth = 0) {
    const d = this.dice;
    const again = () => this.segment(depth + 1);
    if (depth > 4 || d.chance(0.5)) return d.pick(this.tests);
    return d.pick([() => `${again()} and ${again()}`, () => `${again()} or ${again()}`, () => `not (${again()})`, () => `(${again()})`,
      () => `${d.pick(this.fields)} ${d.pick(this.operators)} ${d.pick(['1', '"上海"', '30d', '2024-05-01', 'true', '("a", "b")', '1 to 5', ''])}`,
      () => `${d.pick(this.calls)}("${d.pick(EVENTS)}", ${d.pick(WINDOWS)}) >= ${d.pick(ODD_NUMBERS)}`])();
  }

  event() {
    const d = this.dice;
    return d.chance(0.6) ? d.pick(EVENTS) : `${JSON.stringify(d.pick(EVENTS))} where ${d.pick(['category', 'product_id', 'price', 'revenue', 'no such'])} ${d.pick(['=', '>=', '!=', 'in', 'known'])} ${d.pick(['"面膜"', '1', '("a")', ''])}`;
  }

  text(name) {
    const d = this.dice;
    const one = {
      text: () => this.segment(), segment: () => this.segment(), a: () => (d.chance(0.4) ? d.pick(this.fields) : this.segment()), b: () => (d.chance(0.4) ? d.pick(this.fields) : this.segment()),
      steps: () => this.event(), start: () => this.event(), back: () => this.event(), event: () => this.event(), window: () => d.pick(WINDOWS),
      field: () => d.pick(this.fields), fields: () => d.pick(this.fields), by: () => (d.chance(0.3) ? `prop:${d.pick(['category', 'product_id', 'x'])}` : d.pick(this.fields)),
      columns: () => d.pick(['id', 'name', 'city', 'orders', 'no such', ...this.fields]), from: () => d.pick(DAYS), to: () => d.pick(DAYS), at: () => d.pick(DAYS),
      timestamp: () => d.pick(DAYS), sentAt: () => d.pick(DAYS), cursor: () => d.pick([...this.cursors, 'AAAA']), op: () => d.pick(this.operators ?? ['=']),
      subject: () => d.pick([...this.fields, ...(this.calls ?? [])]), operands: () => d.pick([...WORDS, ...DAYS, ...WINDOWS]), kind: () => d.pick(['all', 'any', 'not', 'test', 'phone', 'external', 'wechat.openid']),
      scopes: () => d.pick(['members:read', 'track:write', 'reports:read']), role: () => d.pick(['viewer', 'analyst']), name: () => `${d.pick(WORDS)}${d.below(40)}`, sort: () => d.pick(['orders', 'spent']),
      recency: () => d.pick(['31,91', '91,31', '1', '']), frequency: () => d.pick(['2,5', '0', '']), monetary: () => d.pick(['200,1000', '-1', '']), format: () => d.pick(['csv', 'xlsx']),
    }[name];
    return one ? one() : d.pick(WORDS);
  }

  number(name) {
    const d = this.dice;
    if (/id$|^member$|^loser$|^snapshot$|^members$|^before$/.test(name)) return 1 + d.below(60);
    return d.pick([0, 1, 2, 3, 5, 7, 10, 20, 60, 100, 200]);
  }
}

/** A value that fits a schema. Numbers JSON.stringify would spoil are kept as {raw}. */
export function valueOf(schema, name, pools, doc, depth = 0) {
  const d = pools.dice;
  let s = schema ?? {};
  while (s.$ref) s = doc.components.schemas[s.$ref.split('/').pop()];
  if (s.anyOf) s = d.chance(0.8) ? s.anyOf[0] : d.pick(s.anyOf);
  while (s.$ref) s = doc.components.schemas[s.$ref.split('/').pop()];
  const type = Array.isArray(s.type) ? s.type[0] : s.type;
  if (s.enum) return d.pick(s.enum);
  if (type === 'object') {
    const out = {};
    for (const [key, each] of Object.entries(s.properties ?? {})) {
      if (s.required?.includes(key) ? d.chance(0.97) : d.chance(depth > 3 ? 0.1 : 0.4)) out[key] = valueOf(each, key, pools, doc, depth + 1);
    }
    return out;
  }
  if (type === 'array') return Array.from({ length: d.below(4) }, () => valueOf(s.items, name, pools, doc, depth + 1));
  if (type === 'integer' || type === 'number') return pools.number(name);
  if (type === 'boolean') return d.chance(0.5);
  if (s.format === 'decimal') return d.pick(['12.50', '0.00', '99.99', '-1.00', '999999999999.99']);
  if (s.format === 'date-time') return d.pick(DAYS);
  if (type === 'string') return pools.text(name);
  return behaviourValue(name, pools);
}

/** Fields of the track doors that the schema leaves open. */
function behaviourValue(name, pools) {
  const d = pools.dice;
  if (name === 'batch') return Array.from({ length: 1 + d.below(5) }, () => message(pools));
  return d.pick([{}, { name: '张三', phone: '13800138077', address: { city: '成都' } }, { page: { path: '/x' }, campaign: { source: 'a' }, library: { name: 'x' } },
    { product_id: 'P-1', category: '面膜', price: '99.00', products: [{ product_id: 'P-2', price: 1, quantity: 2 }], order_id: 'A-1', revenue: 10.5 }]);
}

export function message(pools) {
  const d = pools.dice;
  return { type: d.pick(['track', 'identify', 'page', 'screen', 'group', 'alias', 'dance']), userId: `u${d.below(30)}`, anonymousId: `b${d.below(30)}`, event: d.pick(EVENTS),
    groupId: 'g1', previousId: `b${d.below(30)}`, timestamp: d.pick(DAYS), messageId: `m${d.below(100)}`, properties: behaviourValue('properties', pools), traits: behaviourValue('traits', pools) };
}

/** One record of Sensors Analytics, packed as its clients do (or nearly). */
export function sensorsForm(pools) {
  const d = pools.dice;
  const record = () => ({ type: d.pick(['track', 'profile_set', 'profile_set_once', 'profile_increment', 'profile_append', 'profile_unset', 'profile_delete', 'track_signup', 'item_set', 'x']),
    distinct_id: `u${d.below(30)}`, original_id: `b${d.below(30)}`, time: d.pick([1714528800000, 0, -1, 4102444800000, 9e15]), event: d.pick(EVENTS), project: 'default',
    properties: { category: '面膜', price: 12.5, list: ['a', 'b'], $city: '成都', $lib: 'js' }, identities: { $identity_mobile: '13800138077' } });
  const many = d.chance(0.5);
  const bytes = spoilText(jsonText(spoil(many ? Array.from({ length: 1 + d.below(4) }, record) : record(), d)), d);
  const packed = d.chance(0.4) ? gzipSync(bytes) : bytes;
  if (d.chance(0.1) && packed.length) packed[d.below(packed.length)] ^= 1 << d.below(8);
  const text = packed.toString('base64');
  const form = new URLSearchParams({ [many ? 'data_list' : 'data']: d.chance(0.1) ? text.slice(0, d.below(text.length + 1)) : text });
  if (d.chance(0.3)) form.set('gzip', d.pick(['1', '0', '2', '']));
  if (d.chance(0.2)) form.set('crc', String(d.pick(ODD_NUMBERS)));
  return form.toString();
}

const deep = (n, open, inner, close) => open.repeat(n) + inner + close.repeat(n);

function oddValue(d) {
  return d.pick([() => null, () => d.chance(0.5), () => d.pick(ODD_TEXTS), () => ({ raw: String(d.pick(ODD_NUMBERS)) }), () => ({}), () => [], () => [null], () => ({ '': 1 }),
    () => ({ raw: deep(2 + d.below(200), '[', '1', ']') }), () => ({ raw: deep(2 + d.below(200), '{"a":', '1', '}') }), () => Array.from({ length: d.pick([300, 3000]) }, () => d.pick(['city', 1, 'x', null])),
    () => d.pick(DAYS), () => d.pick(WINDOWS), () => 'x'.repeat(d.pick([199, 200, 201, 10000, 10001, 60000]))])();
}

/** One to three places of a JSON value changed: dropped, replaced, repeated, cut. */
export function spoil(value, d) {
  const box = { value };
  for (let n = d.pick([0, 1, 1, 1, 2, 3]); n > 0; n--) {
    let parent = box;
    let key = 'value';
    while (parent[key] && typeof parent[key] === 'object' && Object.keys(parent[key]).length && d.chance(0.85)) {
      parent = parent[key];
      key = d.pick(Object.keys(parent));
    }
    const old = parent[key];
    const kind = d.below(6);
    if (kind === 0 && parent !== box) delete parent[key];
    else if (kind === 1 && typeof old === 'string') parent[key] = spoilWords(old, d);
    else if (kind === 2 && Array.isArray(old) && old.length) parent[key] = Array.from({ length: d.pick([50, 500, 3000]) }, () => d.pick(old));
    else if (kind === 3 && Array.isArray(parent)) parent.push(old, oddValue(d));
    else parent[key] = oddValue(d);
  }
  return box.value;
}

/** A text of the language cut, doubled, or with something odd in it. */
export function spoilWords(text, d) {
  const at = d.below(text.length + 1);
  return d.pick([() => text.slice(0, at), () => text.slice(at), () => text.slice(0, at) + d.pick(ODD_TEXTS) + text.slice(at), () => text + text, () => text.replace(/\d+/, String(d.pick(ODD_NUMBERS))),
    () => `(${text}`, () => `${text} and`, () => `${text} or `.repeat(d.pick([2, 40, 400])) + text, () => deep(d.pick([3, 60, 400]), '(', text, ')'), () => text.replace(/"/g, ''), () => text.toUpperCase()])();
}

/** JSON text with our raw numbers in it. */
export function jsonText(value) {
  if (value && typeof value === 'object' && typeof value.raw === 'string') return value.raw;
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (value && typeof value === 'object') return `{${Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}:${jsonText(each)}`).join(',')}}`;
  return JSON.stringify(value === undefined ? null : value);
}

/** The bytes themselves spoilt, seldom: cut, a byte changed, a member doubled, rubbish behind. */
export function spoilText(text, d) {
  const bytes = Buffer.from(text);
  if (!d.chance(0.2) || !bytes.length) return bytes;
  const at = d.below(bytes.length);
  switch (d.below(6)) {
    case 0: return bytes.subarray(0, at);
    case 1: bytes[at] = d.below(256); return bytes;
    case 2: return Buffer.concat([bytes.subarray(0, at), Buffer.from(d.pick(ODD_TEXTS)), bytes.subarray(at)]);
    case 3: return Buffer.from(text.replace(/^\{("[^"]*":(?:"[^"]*"|\d+|null|true|false))/, '{$1,$1'));
    case 4: return Buffer.concat([bytes, bytes]);
    default: return Buffer.concat([bytes.subarray(0, at), Buffer.from([0xc3, 0x28, 0xff, 0xed, 0xa0, 0x80]), bytes.subarray(at)]);
  }
}

const SHEETS = ['user,item,category,behaviour,ts\n1,268318,2520377,pv,1511544070\n1,268318,2520377,buy,1511544070\n2,1,1,fav,1511544070\n',
  '订单编号,买家会员名,收货人手机,实付金额,订单付款时间\nT-1,张三,13800138000,12.50,2024-05-01 10:00:00\nT-2,李四,13900139000,-1,2024-02-30\n', 'a,b\n"x\n', 'a\n'.repeat(2000), 'PK\u0003\u0004', '', '\ufeffa;b\n1;2\n'];

/** A whole request for a route: {method, path, headers, body}. */
export function requestFor(route, pools, doc) {
  const d = pools.dice;
  const item = route.operation;
  const query = new URLSearchParams();
  let path = route.path;
  const given = valueOf({ type: 'object', properties: Object.fromEntries((item.parameters ?? []).filter((p) => p.name).map((p) => [p.name, p.schema])) }, '', pools, doc);
  for (const parameter of (item.parameters ?? []).filter((p) => p.name && p.in !== 'header')) {
    let value = parameter.in === 'path' ? (given[parameter.name] ?? valueOf(parameter.schema, parameter.name, pools, doc)) : given[parameter.name];
    if (d.chance(0.15)) value = d.pick([...ODD_NUMBERS, ...ODD_TEXTS, ...DAYS]);
    if (parameter.name === 'cursor' && typeof value === 'string' && d.chance(0.6)) value = spoilWords(value, d);
    const text = String(value ?? '').slice(0, 1500).toWellFormed();
    if (parameter.in === 'path') path = path.replace(`{${parameter.name}}`, encodeURIComponent(text) || '0');
    else if (value !== undefined) query.append(parameter.name, text);
  }
  if (d.chance(0.03)) query.append(d.pick(['', 'limit', 'x']), d.pick(['1', '\u0000', 'y']));
  const headers = [['accept-language', d.pick(['zh', 'en'])]];
  let body;
  const types = Object.keys(item.requestBody?.content ?? {});
  if (types[0] === 'application/json') body = spoilText(jsonText(spoil(valueOf(item.requestBody.content[types[0]].schema, '', pools, doc), d)), d);
  else if (types[0] === 'application/x-www-form-urlencoded') body = Buffer.from(sensorsForm(pools));
  else if (types.length) body = spoilText(d.pick(SHEETS), d);
  if (route.path === '/v1/imports' && body) query.set('name', d.pick(['a.csv', 'b.xlsx', '行为.csv', '', '../x', 'c.csv.gz']));
  if (types.length && types[0] !== 'application/json' && d.chance(0.9)) headers.push(['content-type', types[0]]);
  if (/^\/(sa|sa\.gif|debug)$/.test(route.path) && route.method === 'get') return { method: 'GET', path: `${path}?${sensorsForm(pools).slice(0, ADDRESS_MAX)}`, headers, body: undefined };
  const asked = query.toString();
  return { method: route.method.toUpperCase(), path: asked ? `${path}?${asked}` : path, headers, body };
}
