// overview.mjs -- serves a shop and asks what the overview page asks, one after the other, then opens the page itself.
// usage: node bench/overview/overview.mjs FOLDER [ROUNDS] [FROM TO]
import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { openBrowser, Visitor } from '../../tests/e2e/browser.mjs';

const [folder, rounds = '100', from = '2024-05-02', to = '2024-05-31'] = process.argv.slice(2);
const koi = process.env.KOI ?? 'build/koi';
const name = `bench${process.pid}`;
const password = `Overview-${process.pid}-pass`;
const later = (day, days) => new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);

/** As console/src/pages/overview asks them. */
const board = (names, of) => ({ path: `/v1/metrics/board?${new URLSearchParams({ names, from, to, ...of })}` });
const blocks = {
  'headline, 12 metrics by day': board('net_sales,sales,gmv,refund_rate,placed,orders,aov,new_members,buyers,new_buyers,returning_buyers,per_buyer', { step: 'day' }),
  'conversion, active, high value, points': board('conversion,cart_abandonment,high_value_share,active,points_outstanding,points_liability', { step: 'week' }),
  'repurchase and LTV to date': board('repurchase_90,ltv', { from: later(from, -91), to: later(to, -91), step: 'week' }),
  'by shop': board('net_sales,buyers', { by: 'shop', step: 'year' }),
  'by touchpoint': board('net_sales,new_buyers', { by: 'touchpoint', step: 'year' }),
  'why: the GMV tree': { path: '/v1/reports/gmv-tree', body: JSON.stringify({ from, to }) },
};

async function serve() {
  execFileSync(koi, ['user', 'add', name, '--role', 'analyst', '--password-stdin', '--data', folder], { input: `${password}\n` });
  const server = spawn(koi, ['serve', '--data', folder, '--listen', '127.0.0.1:0', '--rate', '-1', '--locale', 'en'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const begun = performance.now();
  const base = new Promise((done) => createInterface(server.stdout).on('line', (line) => {
    const found = /(http:\/\/\S+)/.exec(line);
    if (found) done(found[1].replace(/\/$/, ''));
  }));
  const warm = new Promise((done) => createInterface(server.stderr).on('line', (line) => {
    if (process.env.LOUD) console.error(line);
    if (line.includes('metrics.warmed') && line.includes('parts=1')) done(performance.now() - begun);
  }));
  return { server, base: await base, warm };
}

async function signIn(base) {
  const reply = await fetch(`${base}/v1/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name, password }) });
  if (!reply.ok) throw new Error(await reply.text());
  const { csrf } = await reply.json();
  return { cookie: reply.headers.get('set-cookie').split(';')[0], csrf };
}

const asked = (base, { cookie, csrf }, { path, body }) =>
  fetch(base + path, { method: body ? 'POST' : 'GET', body, headers: { cookie, 'x-csrf-token': csrf, 'content-type': 'application/json', 'accept-language': 'zh' } });

const share = (sorted, of) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * of) - 1)];
const ms = (v) => (v < 9.95 ? v.toFixed(1) : v.toFixed(0));

/** Until it answers: the index of members may still be built. */
async function ready(base, session) {
  for (;;) {
    const reply = await asked(base, session, blocks['why: the GMV tree']);
    if (reply.ok) return;
    if (reply.status !== 503) throw new Error(await reply.text());
    await new Promise((done) => setTimeout(done, 200));
  }
}

/** What the server's threads have run, in ms: on a busy machine the honest part of how long it took. */
const ran = (pid) => readdirSync(`/proc/${pid}/task`)
  .reduce((sum, task) => sum + Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]) / 1e6, 0);

async function ask(base, session, pid) {
  const took = Object.fromEntries(Object.keys(blocks).map((block) => [block, []]));
  const worked = Object.fromEntries(Object.keys(blocks).map((block) => [block, 0]));
  for (let round = -2; round < Number(rounds); round++)
    for (const [block, question] of Object.entries(blocks)) {
      const before = ran(pid);
      const begun = performance.now();
      const reply = await asked(base, session, question);
      const text = await reply.text();
      if (!reply.ok) throw new Error(`${question.path}: ${text}`);
      if (round < 0) continue;
      took[block].push(performance.now() - begun);
      worked[block] += ran(pid) - before;
    }
  console.log(`| block, ${rounds} requests each | p50 ms | p95 ms | longest ms | processor ms |\n|---|---|---|---|---|`);
  for (const [block, all] of Object.entries(took)) {
    all.sort((a, b) => a - b);
    console.log(`| ${block} | ${ms(share(all, 0.5))} | ${ms(share(all, 0.95))} | ${ms(all.at(-1))} | ${ms(worked[block] / all.length)} |`);
  }
}

/** A browser that was never there: nothing of the console is in its cache. */
async function paint(base, { cookie }) {
  const browser = await openBrowser();
  const took = { 'first paint': [], 'first contentful paint': [], 'all blocks shown': [] };
  for (let i = 0; i < 11; i++) {
    const visitor = await Visitor.come(browser, base);
    const [key, value] = cookie.split('=');
    await visitor.context.addCookies([{ name: key, value, url: base }]);
    await visitor.page.goto(`${base}/?from=${from}&to=${to}`);
    await visitor.page.waitForFunction(() => document.querySelectorAll('.figure').length >= 20 && document.querySelectorAll('.sentence, tbody tr').length >= 3
      && !document.querySelector('.ant-skeleton'), undefined, { polling: 20 });
    const shown = await visitor.page.evaluate(() => performance.now());
    const entries = await visitor.page.evaluate(() => Object.fromEntries(performance.getEntriesByType('paint').map((one) => [one.name, one.startTime])));
    await visitor.leave();
    if (i === 0) continue;
    took['first paint'].push(entries['first-paint']);
    took['first contentful paint'].push(entries['first-contentful-paint']);
    took['all blocks shown'].push(shown);
  }
  await browser.close();
  console.log('\n| the page, 10 visits of a browser without a cache | median ms | longest ms |\n|---|---|---|');
  for (const [what, all] of Object.entries(took)) {
    all.sort((a, b) => a - b);
    console.log(`| ${what} | ${ms(share(all, 0.5))} | ${ms(all.at(-1))} |`);
  }
}

const { server, base, warm } = await serve();
try {
  const session = await signIn(base);
  await ready(base, session);
  console.log(`Orders and their categories read ${((await warm) / 1000).toFixed(1)} s after the start.\n`);
  await ask(base, session, server.pid);
  await paint(base, session);
} finally {
  server.kill('SIGTERM');
  execFileSync(koi, ['user', 'disable', name, '--data', folder]);
}
