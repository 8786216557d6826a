// run.mjs -- plays the scenarios of this folder against the real program and prints TAP.
//
// usage: node tests/api/run.mjs [NAME…]     KOI=build/koi, TEST_PG=postgresql://… for the second engine
// Every file gets a fresh shop. Every JSON reply is held against its schema in /openapi.json, and the run fails
// when a route was never hit. The form of a scenario is told in README.md beside this file.
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseScenario } from './scenario.mjs';
import { playRights } from './rights.mjs';
import { Shop } from './shop.mjs';
import { difference, fillText, fillJson } from './match.mjs';
import { Contract } from './contract.mjs';
import { Edges } from './edges.mjs';
import { playHostile } from './hostile.mjs';
import { seed } from './hostile_make.mjs';
import { playKills } from './kills.mjs';
import { playLoyal } from './loyal.mjs';

const EDGES = Number(process.env.EDGES ?? 6);
const here = dirname(fileURLToPath(import.meta.url));
let tests = 0;
let failures = 0;

function result(ok, name, detail) {
  tests++;
  if (!ok) failures++;
  console.log(`${ok ? 'ok' : 'not ok'} ${tests} - ${name.replace(/[#\n]/g, ' ')}`);
  if (!ok && detail) console.log(detail.replace(/^/gm, '# '));
}

function checkReply(step, reply, variables, contract) {
  if (reply.status !== step.status) return `status ${reply.status}, should be ${step.status}\n${reply.text.slice(0, 600)}`;
  for (const [name, value] of step.expectHeaders) {
    const got = reply.headers.get(name) ?? '';
    if (!got.toLowerCase().includes(fillText(value, variables).toLowerCase())) return `header ${name} is "${got}", should have "${value}"`;
  }
  const wrong = contract?.check(step.method, reply);
  if (wrong) return wrong;
  if (!step.expect) return '';
  if (reply.json === undefined) {
    for (const line of step.expect.split('\n')) {
      const want = fillText(line, variables);
      if (!reply.text.includes(want)) return `the reply has no "${want}":\n${reply.text.slice(0, 600)}`;
    }
    return '';
  }
  let want;
  try {
    want = JSON.parse(step.expect);
  } catch (error) {
    return `line ${step.line}: the expectation is not JSON: ${error.message}`;
  }
  return difference(want, reply.json, variables, '');
}

async function playStep(shop, step, variables, contract, played) {
  const path = fillText(step.path, variables);
  const headers = step.headers.map(([name, value]) => [name, fillText(value, variables)]);
  const body = step.bodyFrom(here, (text) => fillJson(text, variables));
  const until = Date.now() + step.untilSeconds * 1000;
  for (;;) {
    const reply = await shop.request(step.as, step.method, path, headers, body);
    contract?.hit(step.method, path);
    const captured = { ...variables };
    const wrong = checkReply(step, reply, captured, contract);
    if (!wrong) Object.assign(variables, captured);
    if (!wrong && reply.status < 300) played.push({ as: step.as, method: step.method, path, headers, body });
    if (!wrong || Date.now() >= until) return wrong;
    await new Promise((done) => setTimeout(done, 100));
  }
}

async function playFile(file, contract) {
  const name = file.replace(/\.scenario$/, '');
  const steps = parseScenario(readFileSync(join(here, file), 'utf8'), file);
  const folder = mkdtempSync(join(tmpdir(), 'koi-api-'));
  const shop = new Shop(folder);
  try {
    await shop.start();
    if (!contract.doc) await contract.load(await shop.request('owner', 'GET', '/openapi.json', [], undefined));
    const played = [];
    const variables = { today: new Date().toISOString().slice(0, 10) };
    for (const step of steps) {
      const title = `${name}:${step.line} ${step.as} ${step.method} ${step.path} -> ${step.status}`;
      let wrong;
      try {
        wrong = await playStep(shop, step, variables, contract, played);
      } catch (error) {
        wrong = `${error.message}\n${shop.log.slice(-2000)}`;
      }
      result(!wrong, title, wrong);
    }
    const edges = new Edges(result, shop, contract, seed + name.length * 7919 + name.charCodeAt(0));
    await edges.play(played, EDGES);
    result(!edges.wrong.length, `${name}: ${edges.asked} requests with one thing wrong, ${edges.refused} refused (seed ${seed})`, edges.wrong.join('\n'));
    if (process.env.EDGES_WORDS) console.log(edges.unnamed.map((line) => `# unnamed: ${line}`).join('\n'));
    const end = await shop.stop();
    result(end.status === 0, `${name}: the server ends gracefully`, `status ${end.status}\n${shop.log.slice(-2000)}`);
    const faults = shop.log.split('\n').filter((line) => /level=error|Sanitizer|runtime error/.test(line));
    result(faults.length === 0, `${name}: the log has no faults`, faults.slice(0, 10).join('\n'));
    // What scenarios mark as personal must not be found in the log.
    const told = [...new Set(steps.flatMap((step) => step.personal))].filter((text) => shop.log.includes(text));
    result(told.length === 0, `${name}: personal data stays out of the log`, told.join('\n'));
  } catch (error) {
    result(false, `${name}: could not be played`, `${error.stack}\n${shop.log.slice(-2000)}`);
  } finally {
    await shop.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const wanted = process.argv.slice(2);
const files = readdirSync(here).filter((file) => file.endsWith('.scenario')).sort()
  .filter((file) => wanted.length === 0 || wanted.some((word) => file.startsWith(word)));
if (!existsSync(Shop.program())) {
  console.log(`1..1\nnot ok 1 - ${Shop.program()} is not built`);
  process.exit(1);
}
const contract = new Contract();
for (const file of files) await playFile(file, contract);
if (wanted.length === 0 || wanted.includes('rights')) await playRights(result, seed);
if (wanted.length === 0 || wanted.includes('hostile')) await playHostile(result);
if (wanted.length === 0 || wanted.includes('kills')) await playKills(result);
if (wanted.length === 0 || wanted.includes('loyal')) await playLoyal(result);
if (wanted.length === 0) {
  const never = contract.never();
  result(never.length === 0, 'every route is hit by a scenario', never.join('\n'));
}
console.log(`1..${tests}`);
process.exitCode = failures ? 1 : 0;
