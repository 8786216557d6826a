// walk.test.mjs -- every page in both languages, on a desk and on a phone: it shows, it fits, it is quiet, it can be used by all.
import { test } from 'node:test';
import { pages } from './pages.mjs';
import { stage } from './stage.mjs';

const { owner } = stage();

const walks = [
  { size: 'desktop', locale: 'zh-CN', access: true },
  { size: 'phone', locale: 'zh-CN' },
  { size: 'desktop', locale: 'en-US' },
  { size: 'phone', locale: 'en-US', access: true },
  { size: 'small', locale: 'en-US' },
];

for (const { size, locale, access } of walks) {
  test(`every page shows and fits: ${size}, ${locale}`, async () => {
    const visitor = await owner('/', { size, locale });
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
