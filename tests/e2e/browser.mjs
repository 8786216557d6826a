// browser.mjs -- Chromium as an operator has it: opens pages, signs in, and notes whatever goes wrong.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];
/** Words of the field that are said in Latin letters in Chinese too, names of models and files, and the one who looks. */
const latinWords = ['AIPL', 'Webhook', 'STARTTLS', 'Gamma', 'Pareto', 'alpha', 'beta', 'xlsx', 'owner', 'Asia', 'Shanghai', 'Product', 'Viewed', 'Added',
  'smtp', 'smtps', 'http', 'mail', 'example', 'rating', /* typed as they are */ 'code', 'daily', 'weekly', 'monthly', 'quarterly'];
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const sizes = { laptop: { width: 1024, height: 768 }, desktop: { width: 1360, height: 860 }, phone: { width: 390, height: 844 }, small: { width: 360, height: 740 } };

export const openBrowser = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });

/** A share as the console writes it. */
export const percent = (share) =>
  `${(share * 100).toLocaleString('en-US', { minimumFractionDigits: share === 0 || share === 1 ? 0 : 1, maximumFractionDigits: 1 })}%`;

/** How long anything may take before it counts as never. */
const patience_ms = 20_000 * Number(process.env.TEST_SLOWER || 1);

/** Asks again until it is so. */
export async function until(so, what) {
  const end = Date.now() + patience_ms;
  while (!(await so())) {
    if (Date.now() > end) assert.fail(typeof what === 'function' ? what() : what);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** In the page: it is drawn and says nowhere that it waits. */
const shown = () => document.querySelector('h1, .ant-result') !== null
  && document.querySelector('.ant-skeleton, .ant-spin-spinning, [aria-busy=true]') === null;
/** In the page: after a while in which it had nothing to do; a busy machine may never call that a while. */
const rested = () => new Promise((done) => setTimeout(() => requestIdleCallback(done, { timeout: 1000 }), 100));

/** In the page: whatever comes or goes has come or gone; half way its colours are nobody's choice. Wheels turn for ever. */
const still = () => Promise.allSettled(document.getAnimations()
  .filter((one) => Number.isFinite(one.effect?.getComputedTiming().endTime)).map((one) => one.finished));

/** A visitor with cookies and language of his own. */
export class Visitor {
  static async come(browser, base, { size = 'desktop', locale = 'zh-CN', scale = 1 } = {}) {
    const context = await browser.newContext({
      viewport: sizes[size], deviceScaleFactor: scale, locale, timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce',
    });
    await context.addInitScript((chosen) => localStorage.getItem('koi.locale') ?? localStorage.setItem('koi.locale', chosen), locale);
    const visitor = new Visitor();
    Object.assign(visitor, { context, base, wrongs: [], asked: 0, open: new Set(), page: await context.newPage() });
    visitor.page.setDefaultTimeout(patience_ms);
    visitor.page.on('request', (request) => {
      if (request.resourceType() === 'eventsource') return;
      visitor.asked++;
      visitor.open.add(request);
    });
    for (const end of ['requestfinished', 'requestfailed']) visitor.page.on(end, (request) => visitor.open.delete(request));
    visitor.page.on('pageerror', (error) => visitor.wrongs.push(`error: ${error.message}`));
    visitor.page.on('console', (message) => {
      // Before anybody has signed in, being told so is the answer the page asked for.
      const asked = /\/v1\/session$/.test(message.location().url ?? '');
      if (message.type() === 'error' && !asked) visitor.wrongs.push(`console: ${message.text()} ${message.location().url ?? ''}`);
    });
    return visitor;
  }

  async signIn(name, password, path = '/') {
    await this.page.goto(this.base + path);
    await this.page.fill('input[autocomplete=username]', name);
    await this.page.fill('input[type=password]', password);
    await this.page.click('button[type=submit]');
    await this.page.waitForURL((url) => !url.pathname.startsWith('/login'));
    await this.settle();
  }

  async go(path) {
    await this.page.goto(this.base + path);
    await this.settle();
  }

  /** As a link within the console does: nothing is loaded that is there already. */
  async follow(path) {
    await this.page.evaluate((to) => {
      history.pushState(null, '', to);
      dispatchEvent(new PopStateEvent('popstate', { state: null }));
    }, path);
    await this.settle();
  }

  /** Waits until a page is there, nothing loads any more, and of what was loaded nothing follows. */
  async settle() {
    await until(async () => {
      await this.page.waitForFunction(shown);
      const { asked } = this;
      // A page that is left meanwhile has not settled.
      await this.page.evaluate(rested).catch(() => this.asked++);
      return this.open.size === 0 && this.asked === asked && (await this.page.evaluate(shown).catch(() => false));
    }, () => `${this.page.url()} settles; open: ${[...this.open].map((request) => request.url()).join(' ')}`);
  }

  /** Notes what sticks out sideways: on a phone that makes the whole page slide. */
  async checkWidth(what) {
    const wide = await this.page.evaluate(() => {
      const room = document.documentElement.clientWidth;
      if (document.documentElement.scrollWidth <= room) return [];
      return [...document.querySelectorAll('body *')]
        .filter((one) => one.getBoundingClientRect().right > room + 1)
        .slice(0, 5)
        .map((one) => `${one.tagName}.${one.className}`);
    });
    if (wide.length > 0) this.wrongs.push(`${what}, wider than the screen: ${wide.join(' | ')}`);
  }

  /** Notes tables of which a part is out of sight: their words give way first. */
  async checkTables(what) {
    const slide = await this.page.evaluate(() => [...document.querySelectorAll('.ant-table-content')]
      .filter((one) => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1)
      .map((one) => `${one.textContent.slice(0, 30)} ${one.scrollWidth} > ${one.clientWidth}`));
    this.wrongs.push(...slide.map((one) => `${what}, a table slides: ${one}`));
  }

  /** Notes what a Chinese screen should say in Chinese: names of kinds, moments as machines write them, nothing shown as a word.
   *  What is code stands in `code`. */
  async checkWords(what) {
    const found = await this.page.evaluate((known) => {
      const strange = /\d{4}-\d\d-\d\dT\d|\[object|[A-Za-z][A-Za-z_]{3,}/g;
      const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const all = new Set();
      while (walk.nextNode()) {
        const { data, parentElement: at } = walk.currentNode;
        if (at.closest('code, pre, kbd, script, style, textarea, a[href^="http"], .code-shown, [lang]:not(html)') || !at.checkVisibility()) continue;
        for (const [word] of data.matchAll(strange)) if (!known.includes(word)) all.add(`${word} (${data.trim().slice(0, 50)})`);
      }
      return [...all];
    }, latinWords);
    this.wrongs.push(...found.map((one) => `${what}, not in Chinese: ${one}`));
  }

  /** Names, roles, labels, contrast: what axe calls serious or worse. Open lists of choices are the library's own, and
   *  notices fade. */
  async checkAccess(what) {
    await this.page.evaluate(still);
    await this.page.evaluate(axe);
    const found = await this.page.evaluate(async () => {
      const report = await globalThis.axe.run({ exclude: ['.ant-select-dropdown', '.ant-message'] }, { resultTypes: ['violations'] });
      return report.violations
        .filter((one) => one.impact === 'serious' || one.impact === 'critical')
        .map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`);
    });
    this.wrongs.push(...found.map((one) => `${what}, not usable by everybody: ${one}`));
  }

  checkQuiet(what) {
    assert.deepEqual(this.wrongs, [], what);
  }

  async leave() {
    await this.context.close();
  }
}

/** What the export of a part of a page gives as csv: the file's name, and its lines without the mark of UTF-8. */
export async function exported(page, part) {
  await part.getByRole('button', { name: '导出' }).click();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'csv' }).click()]);
  const text = Buffer.concat(await (await file.createReadStream()).toArray()).toString('utf8');
  await page.getByRole('menuitem', { name: 'csv' }).waitFor({ state: 'hidden' });
  return { name: file.suggestedFilename(), lines: text.replace(/^\uFEFF/, '').trim().split(/\r?\n/) };
}
