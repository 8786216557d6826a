// scenario.mjs -- reads a scenario file into steps: who asks, what, and what should come back.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const REQUEST = /^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) (\S+)$/;
const HEADER = /^([A-Za-z][A-Za-z-]*): (.*)$/;
const DIRECTIVE = /^@([a-z]+) ?(.*)$/;

class Step {
  constructor(as, method, path, line) {
    Object.assign(this, { as, method, path, line, headers: [], body: [], status: 0, expectHeaders: [], expect: '' });
    Object.assign(this, { untilSeconds: 0, file: '', escaped: false, repeat: null, personal: [] });
  }

  /** The bytes to send; undefined: no body. */
  bodyFrom(folder, fill) {
    if (this.file) return readFileSync(join(folder, this.file));
    let text = this.body.join('\n');
    if (this.repeat) text = text.replace('@', this.repeat.text.repeat(this.repeat.n));
    if (!text) return undefined;
    if (!this.escaped) return Buffer.from(fill(text));
    const bytes = text.replace(/\\x([0-9a-fA-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
    return Buffer.from(bytes, 'latin1');
  }

  directive(name, value, where) {
    if (name === 'until') this.untilSeconds = Number(value);
    else if (name === 'file') this.file = value;
    else if (name === 'escaped') this.escaped = true;
    else if (name === 'repeat') this.repeat = { n: Number(value.split(' ')[0]), text: value.slice(value.indexOf(' ') + 1) };
    else throw new Error(`${where}: no directive @${name}`);
  }
}

/** A step at a time: request line, headers and directives, body, "=> STATUS", expected headers, expected body. */
export function parseScenario(text, file) {
  const steps = [];
  let as = 'owner';
  let step = null;
  let part = 'none';
  const personal = [];
  text.split('\n').forEach((raw, i) => {
    const line = raw.trimEnd();
    const where = `${file}:${i + 1}`;
    const request = REQUEST.exec(line);
    const who = /^as (\S+)$/.exec(line);
    const expected = /^=> (\d{3})$/.exec(line);
    if (line.startsWith('#')) {
      const mark = /^# personal: (.*)$/.exec(line);
      if (mark) personal.push(...mark[1].split(/\s+/));
    } else if (who) as = who[1];
    else if (request && part !== 'body') {
      step = new Step(as, request[1], request[2], i + 1);
      steps.push(step);
      part = 'headers';
    } else if (expected) {
      if (!step) throw new Error(`${where}: nothing was asked`);
      step.status = Number(expected[1]);
      part = 'expected headers';
    } else if (!line) {
      if (part === 'expect') part = 'none';
    } else if (!step) throw new Error(`${where}: not understood: ${line}`);
    else if (part === 'headers' && DIRECTIVE.test(line)) step.directive(...DIRECTIVE.exec(line).slice(1), where);
    else if (part === 'headers' && HEADER.test(line)) step.headers.push(HEADER.exec(line).slice(1));
    else if (part === 'headers' || part === 'body') {
      part = 'body';
      step.body.push(line);
    } else if (part === 'expected headers' && HEADER.test(line)) step.expectHeaders.push(HEADER.exec(line).slice(1));
    else if (part === 'expected headers' || part === 'expect') {
      part = 'expect';
      step.expect += (step.expect ? '\n' : '') + line;
    } else throw new Error(`${where}: not understood: ${line}`);
  });
  for (const each of steps) {
    if (!each.status) throw new Error(`${file}:${each.line}: no => STATUS follows`);
    each.personal = personal;
  }
  return steps;
}
