// walk.test.mjs -- every page in both languages, on a desk and on a phone: it shows, it fits, it is quiet, it can be used by all.
import { after, before, test } from 'node:test';
import { openBrowser, Visitor } from './browser.mjs';
import { pages } from './pages.mjs';
import { openDemoShop } from './shop.mjs';

let shop;
let browser;
before(async () => {
  [shop, browser] = await Promise.all([openDemoShop(), openBrowser()]);
});
after(async () => {
  await browser?.close();
  await shop?.close();
});

const walks = [
  { size: 'desktop', locale: 'zh-CN', access: true },
  { size: 'phone', locale: 'zh-CN' },
  { size: 'desktop', locale: 'en-US' },
  { size: 'phone', locale: 'en-US', access: true },
  { size: 'small', locale: 'en-US' },
];

for (const { size, locale, access } of walks) {
  test(`every page shows and fits: ${size}, ${locale}`, async () => {
    const visitor = await Visitor.come(browser, shop.base, { size, locale });
    await visitor.signIn('owner', shop.ownerPassword);
    for (const [name, path, zh, en] of pages) {
      await visitor.go(path);
      const title = await visitor.page.textContent('h1');
      if (!title.includes(locale === 'zh-CN' ? zh : en)) visitor.wrongs.push(`${name}: title is "${title}"`);
      for (const alert of await visitor.page.locator('[role=alert]').allTextContents()) visitor.wrongs.push(`${name}: ${alert}`);
      await visitor.checkWidth(name);
      if (access) await visitor.checkAccess(name);
    }
    visitor.checkQuiet(`${size} ${locale}`);
    await visitor.leave();
  });
}
