// walk.test.mjs -- every page in both languages, on a desk, on a small one and on a phone: it shows, it fits, it is quiet, it can be used by all.
import { test } from 'node:test';
import { pages } from './pages.mjs';
import { stage } from './stage.mjs';

const { shop, visit } = stage();

/** By address each page is loaded anew; else one leads to the next, as links do. */
const walks = [
  { size: 'desktop', locale: 'zh-CN', access: true, by: 'address' },
  { size: 'laptop', locale: 'zh-CN' },
  { size: 'phone', locale: 'zh-CN' },
  { size: 'desktop', locale: 'en-US' },
  { size: 'phone', locale: 'en-US', access: true, by: 'address' },
  { size: 'small', locale: 'en-US' },
];

for (const { size, locale, access, by } of walks) {
  test(`every page shows and fits: ${size}, ${locale}`, async () => {
    const visitor = await visit({ size, locale });
    const { page } = visitor;
    await visitor.signIn('owner', shop.ownerPassword);
    for (const [name, path, zh, en] of pages) {
      const wanted = locale === 'zh-CN' ? zh : en;
      if (by === 'address') await visitor.go(path);
      else await visitor.follow(path);
      const titled = await page.locator('h1', { hasText: wanted }).first().waitFor().then(() => true, () => false);
      if (!titled) visitor.wrongs.push(`${name}: title is "${await page.textContent('h1')}"`);
      for (const alert of await page.locator('[role=alert]').allTextContents()) visitor.wrongs.push(`${name}: ${alert}`);
      await visitor.checkWidth(name);
      if (size === 'laptop' || size === 'desktop') await visitor.checkTables(name);
      if (locale === 'zh-CN' && size === 'desktop') await visitor.checkWords(name);
      if (access) await visitor.checkAccess(name);
    }
    visitor.checkQuiet(`${size} ${locale}`);
    await visitor.leave();
  });
}
