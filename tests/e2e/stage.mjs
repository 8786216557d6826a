// stage.mjs -- where the tests of a file play: one demo shop, one browser, and whoever comes to the shop with it.
import { after, before } from 'node:test';
import { openBrowser, Visitor } from './browser.mjs';
import { demoShop } from './shop.mjs';

/** Opened before the first test of the file and closed after the last. */
export function stage(options) {
  const stood = demoShop(options);
  let browser;
  before(async () => {
    [browser] = await Promise.all([openBrowser(), stood.open()]);
  });
  after(async () => {
    await browser?.close();
    await stood.close();
  });
  /** Somebody unknown, nowhere yet; in another shop if one is given. */
  const visit = ({ shop = stood, ...look } = {}) => Visitor.come(browser, shop.base, look);
  /** Somebody of that role, signed in already, on that page. */
  const enter = async (role, path = '/', { shop = stood, ...look } = {}) => {
    const visitor = await visit({ shop, ...look });
    const { cookie } = await shop.person(role);
    const [name, value] = cookie.split('=');
    await visitor.context.addCookies([{ name, value, url: shop.base }]);
    await visitor.go(path);
    return visitor;
  };
  return { shop: stood, visit, enter, owner: (path, look) => enter('owner', path, look) };
}
