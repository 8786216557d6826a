// browser.mjs -- Chromium as an operator has it: opens pages, signs in, and notes whatever goes wrong.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const sizes = { desktop: { width: 1360, height: 860 }, phone: { width: 390, height: 844 }, small: { width: 360, height: 740 } };

export const openBrowser = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });

/** Asks again until it is so. */
export async function until(so, what) {
  for (let i = 0; i < 100; i++) {
    if (await so()) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  assert.fail(what);
}

/** A visitor with cookies and language of his own. */
export class Visitor {
  static async come(browser, base, { size = 'desktop', locale = 'zh-CN', scale = 1 } = {}) {
    const context = await browser.newContext({
      viewport: sizes[size], deviceScaleFactor: scale, locale, timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce',
    });
    await context.addInitScript((chosen) => localStorage.getItem('koi.locale') ?? localStorage.setItem('koi.locale', chosen), locale);
    const visitor = new Visitor();
    Object.assign(visitor, { context, base, wrongs: [], page: await context.newPage() });
    visitor.page.setDefaultTimeout(15000);
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

  /** Waits until a page is there and nothing loads any more. */
  async settle() {
    await this.page.waitForLoadState('networkidle');
    await this.page.waitForFunction(() => document.querySelector('h1, .ant-result')
      && !document.querySelector('.ant-skeleton, .ant-spin-spinning, [aria-busy=true]'));
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

  /** Names, roles, labels, contrast: what axe calls serious or worse. Open lists of choices are the library's own. */
  async checkAccess(what) {
    await this.page.evaluate(axe);
    const found = await this.page.evaluate(async () => {
      const report = await globalThis.axe.run({ exclude: ['.ant-select-dropdown'] }, { resultTypes: ['violations'] });
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
