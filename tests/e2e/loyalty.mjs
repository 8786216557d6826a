// loyalty.mjs -- what tests of the loyalty pages need done through the API: members, orders, settings; and how forms are filled.
import assert from 'node:assert/strict';

/** Doors of a shop: each answers the reply's JSON, or fails with its text. */
export function doorsOf(shop) {
  const send = async (method, path, body, as = 'owner') => {
    const { status, text, json } = await shop.request(as, method, path, [], body && JSON.stringify(body));
    assert.ok(status < 300, `${method} ${path}: ${text}`);
    return json;
  };
  const phones = new Map();
  let orders = 0;
  const identities = (name) => {
    if (!phones.has(name)) phones.set(name, `1380013${8000 + phones.size}`);
    return [{ kind: 'phone', value: phones.get(name) }];
  };
  return {
    send,
    setting: (name, value) => send('PUT', `/v1/settings/${name}`, { value: String(value) }),
    member: async (name) => (await send('POST', '/v1/members', { name, identities: identities(name) })).id,
    /** A paid order of the member of that name. */
    order: (name, paid, more = {}) =>
      send('POST', '/v1/orders', {
        shop: '天猫', number: `L${++orders}`, state: 'paid', paid_at: new Date().toISOString(), paid, identities: identities(name), ...more,
      }),
    /** Takes away what the demo's touchpoints cost and gained. */
    noCosts: async () => {
      const from = new Date(Date.now() - 900 * 86_400_000).toISOString().slice(0, 10);
      const { items } = await send('GET', `/v1/costs?from=${from}`);
      for (let i = 0; i < items.length; i += 1000)
        await send('POST', '/v1/costs', { items: items.slice(i, i + 1000).map(({ touchpoint, day }) => ({ touchpoint, day, amount: '0', followers: 0 })) });
    },
    /** Asks as a member does, with a token of his. */
    my: async (member, method, path, body) => {
      const { token } = await send('POST', `/v1/members/${member}/token`, {});
      const reply = await fetch(shop.base + path, {
        method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: body && JSON.stringify(body),
      });
      const text = await reply.text();
      assert.ok(reply.ok, `${method} ${path}: ${text}`);
      return text ? JSON.parse(text) : undefined;
    },
  };
}

/** What a button is called when Ant Design puts a space between its two characters; its wheel may still be leaving. */
export const named = (text) => new RegExp(`^(loading )?${[...text].join('\\s?')}$`);

/** Chooses from the list that is open, which closes; on a busy machine it comes back now and then. */
export async function pick(page, option) {
  const choice = page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option', { hasText: option }).first();
  await choice.click();
  await choice.waitFor({ state: 'hidden', timeout: 3000 }).catch(async () => (await choice.isVisible()) && choice.click());
}
