// edges_make.mjs -- a request of a scenario with one thing wrong: what its schema says decides what is wrong.
//
// A change is {why, certain, name, …}: `certain` ones must be refused with 400 naming `name`; of the others it is only
// known that the value is of the right kind, at an end of what there is.
import { jsonText } from './hostile_make.mjs';

const LONG = 'x'.repeat(10001);
const deep = (n, open, close) => ({ raw: `${open.repeat(n)}1${close.repeat(n)}` });
const raw = (text) => ({ raw: text });
const DAYS = ['0001-01-01', '9999-12-31', '2024-02-29', '1970-01-01', '1969-12-31', '2026-11-22', '2035-06-30'];
const NO_DAYS = ['abc', '2023-02-29', '2024-13-01', '0000-01-01', '2024-00-10', '20240501x', 'NaN', '10000-01-01'];
const TEXTS = ['\u202eabc', '\ufeff', '\u200b', '👩‍👩‍👧‍👦', '"', "'; DROP TABLE member; --", '%s%n%lld', '../../etc/passwd', '<script>', 'NaN', '一'.repeat(66), '𝕬', '\t', 'a\r\nb: c', '{}', '-1', '=1+1'];
const NO_TEXTS = ['a\u0000b', 1, true, {}, ['x']];
const WHOLE = [0, -1, 1, 200, 201, 2147483648, -2147483649, 9007199254740991, raw('9223372036854775807'), raw('-9223372036854775808')];

/** The schema itself: references followed, the first of what may be, and whether null may stand there. */
export function resolve(schema, doc) {
  let s = schema ?? {};
  let nullable = false;
  for (;;) {
    if (s.$ref) s = doc.components.schemas[s.$ref.split('/').pop()];
    else if (s.anyOf) {
      nullable ||= s.anyOf.some((one) => one.type === 'null');
      s = s.anyOf.find((one) => one.type !== 'null');
    } else break;
  }
  const types = [s.type].flat();
  return { ...s, type: types.find((type) => type !== 'null'), nullable: nullable || types.includes('null') };
}

/** Values for a place, [value, certain]. */
function values(s) {
  const yes = (list) => list.map((value) => [value, true]);
  const maybe = (list) => list.map((value) => [value, false]);
  if (s.enum) return yes(['no such name', 1, {}, [], String(s.enum[0]).toUpperCase() + '_']);
  if (s.type === 'integer' || s.type === 'number') {
    const low = s.exclusiveMinimum === 0 ? [0, -1] : s.minimum === 0 ? [-1] : [];
    const whole = s.type === 'integer' ? ['1.5', '1e3', '9223372036854775808', '1e400'].map(raw) : [raw('1e400'), raw('-1e400')];
    return [...yes(['abc', '', true, {}, [1], ...whole, ...low]), ...maybe(s.type === 'integer' ? WHOLE : [...WHOLE, raw('1e308'), raw('-1e308'), raw('5e-324'), 0.1, raw('-0.0')])];
  }
  if (s.type === 'boolean') return yes([1, 'true', {}, []]);
  if (s.format === 'decimal') {
    return [...yes(['abc', '', '1.23456', '1e5', '１２', 'NaN', 'Infinity', '99999999999999999999', true, {}, []]),
      ...maybe(['0', '-0.01', '0.0001', '922337203685477.5807', '-922337203685477.5807', '0.00', '9007199254740993'])];
  }
  if (s.format === 'date' || s.format === 'date-time') return [...yes([...NO_DAYS, true, {}, []]), ...maybe(s.format === 'date' ? DAYS : [...DAYS, '9999-12-31T23:59:59-12:00', '0001-01-01T00:00:00+14:00'])];
  if (s.type === 'string') {
    const long = s.maxLength ? 'x'.repeat(s.maxLength + 1) : null;
    return [...yes([...NO_TEXTS, ...(long ? [long] : []), ...(s.minLength ? ['', '  \t '] : [])]), ...maybe([...TEXTS, LONG, ...(s.minLength ? [] : [''])])];
  }
  if (s.type === 'array') {
    const item = { string: 1, integer: 'x', object: 'x' }[s.items?.type ?? 'object'];
    return [...yes(['abc', 1, {}, true, [item], [null], Array(100001).fill(s.items?.type === 'integer' ? 1 : s.items?.type === 'string' ? 'x' : {})]), ...maybe([[]])];
  }
  if (s.type === 'object') return yes(['abc', 1, [], true, { no_such_field: 1 }]);
  return [[deep(40, '[', ']'), true], [deep(40, '{"a":', '}'), true], ...[1, 'abc', [], {}, [null], 'x'.repeat(2000)].map((value) => [value, false])];
}

/** Every place of a body that the schema knows and the body has, and the top's absent ones: [{at, schema, required}]. */
function places(schema, value, doc, at = []) {
  const s = resolve(schema, doc);
  const found = [];
  if (s.type === 'object' && s.properties && value && typeof value === 'object' && !Array.isArray(value)) {
    for (const [name, each] of Object.entries(s.properties)) {
      if (!(name in value) && at.length > 1) continue;
      found.push({ at: [...at, name], schema: resolve(each, doc), required: s.required?.includes(name) ?? false });
      if (name in value) found.push(...places(each, value[name], doc, [...at, name]));
    }
  } else if (s.type === 'array' && Array.isArray(value) && value.length) {
    const n = value.length - 1;
    found.push(...places(s.items, value[n], doc, [...at, n]));
  }
  return found;
}

function changed(value, at, change) {
  const box = { value: structuredClone(value) };
  let parent = box;
  const path = ['value', ...at];
  for (const key of path.slice(0, -1)) parent = parent[key] ??= {};
  change(parent, path.at(-1));
  return box.value;
}

const nameOf = (at) => at.findLast((key) => typeof key === 'string') ?? '';

/** A member twice, as no JSON.stringify would write it. */
function twice(value) {
  const [name] = Object.keys(value);
  return `{${JSON.stringify(name)}:${jsonText(value[name])},${jsonText(value).slice(1)}`;
}

export function bodyEdges(schema, body, doc) {
  const out = [];
  for (const { at, schema: s, required } of places(schema, body, doc)) {
    const name = nameOf(at);
    const put = (value) => jsonText(changed(body, at, (parent, key) => { parent[key] = value; }));
    for (const [value, certain] of values(s)) out.push({ why: `${at.join('.')} = ${jsonText(value).slice(0, 60)}`, certain, name, make: () => put(value) });
    out.push({ why: `${at.join('.')} = null`, certain: !s.nullable && s.type !== undefined && s.type !== 'array' && s.type !== 'object', name, make: () => put(null) });
    if (required) out.push({ why: `${at.join('.')} is missing`, certain: at.length === 1, name, make: () => jsonText(changed(body, at, (parent, key) => { delete parent[key]; })) });
  }
  out.push({ why: 'a field too many', certain: true, name: 'no_such_field', make: () => jsonText({ ...body, no_such_field: 1 }) });
  if (Object.keys(body).length) out.push({ why: 'a field twice', certain: true, name: Object.keys(body)[0], make: () => twice(body) });
  const text = jsonText(body);
  for (const [why, made] of [['cut', text.slice(0, -1)], ['more behind', `${text} x`], ['a list', `[${text}]`], ['null', 'null'], ['a text', '"x"'], ['a number', '1'], ['deep', '['.repeat(5000)], ['half a character', '{"a": "\\ud800"}'], ['not UTF-8', Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d])]])
    out.push({ why: `the body is ${why}`, certain: true, name: '', make: () => made });
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonx', 'rubbish'])
    out.push({ why: `of type ${type}`, certain: true, status: 415, name: '', type, make: () => text });
  return out;
}

function textValues(s) {
  if (s.type === 'array') return [['a,,b', false], [',', false], ['x'.repeat(9000), false], [Array(500).fill('a').join(','), false]];
  if (s.type === 'integer') return [...['abc', '1.5', '1e3', '0x10', '９', '9223372036854775808', 'NaN', ...(s.exclusiveMinimum === 0 ? ['0', '-1'] : [])].map((text) => [text, true]),
    ...WHOLE.map((one) => [jsonText(one), false])];
  if (s.type === 'boolean') return ['yes', '2', 'TRUE', 'null'].map((text) => [text, true]);
  return values(s).filter(([value]) => typeof value === 'string' || value?.raw?.match(/^-?[\d.e]+$/)).map(([value, certain]) => [typeof value === 'string' ? value : value.raw, certain])
    .filter(([value]) => value !== '' && value.trim() !== '');
}

/** Parameters of path and query; a query is a list of [name, encoded text]. */
export function addressEdges(route, path, query, doc) {
  const out = [];
  const address = (list) => (list.length ? `${path}?${list.map(([name, text]) => `${name}=${text}`).join('&')}` : path);
  const without = (name) => query.filter(([each]) => each !== name);
  for (const parameter of (route.operation.parameters ?? []).filter((p) => p.name && p.in !== 'header')) {
    const { name } = parameter;
    const s = resolve(parameter.schema, doc);
    const all = textValues(s).map(([text, certain]) => [encodeURIComponent(text).slice(0, 7000), certain]);
    for (const [bad] of ['%zz', '%ff', '%00', '%'].map((text) => [text])) all.push([bad, true]);
    if (parameter.in === 'path') {
      const place = route.path.split('/').indexOf(`{${name}}`);
      for (const [text, certain] of all) {
        const parts = path.split('/');
        parts[place] = text;
        out.push({ why: `path ${name} = ${text.slice(0, 60)}`, certain, name, path: parts.join('/') + (query.length ? address(query).slice(path.length) : '') });
      }
      continue;
    }
    for (const [text, certain] of all) out.push({ why: `${name} = ${text.slice(0, 60)}`, certain, name, path: address([...without(name), [name, text]]) });
    const given = query.find(([each]) => each === name);
    if (given) out.push({ why: `${name} twice`, certain: true, name, path: address([...query, given]) });
    if (parameter.required) out.push({ why: `${name} is missing`, certain: true, name, path: address(without(name)) });
  }
  out.push({ why: 'a parameter too many', certain: true, name: 'no_such_parameter', path: address([...query, ['no_such_parameter', '1']]) });
  const names = (route.operation.parameters ?? []).map((p) => p.name);
  if (names.includes('from') && names.includes('to')) {
    const rest = query.filter(([name]) => name !== 'from' && name !== 'to');
    for (const [from, to] of DATE_PAIRS) out.push({ why: `from ${from} to ${to}`, certain: false, name: 'from', path: address([...rest, ['from', from], ['to', to]]) });
  }
  return out;
}

export const DATE_PAIRS = [['2026-02-01', '2026-01-01'], ['2026-01-01', '2026-01-01'], ['1990-01-01', '2035-12-31'], ['0001-01-01', '9999-12-31'], ['9999-12-30', '9999-12-31'], ['0001-01-01', '0001-01-02'], ['2024-02-29', '2024-02-29'],
  ['2024-02-28', '2024-03-01'], ['2025-02-28', '2026-02-28'], ['1969-12-31', '1970-01-01'], ['2016-01-01', '2026-12-31']];
