// shop.mjs -- a demo shop served by the real program, for as long as a test file runs.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Shop } from '../api/shop.mjs';

/** Seed and size of the demo shop: the same data every time; without members an empty shop. */
export function demoShop({ members = 600, seed = 7 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'koi-e2e-'));
  const shop = new Shop(folder);
  shop.open = async () => {
    const data = join(folder, 'data');
    if (members > 0) execFileSync(Shop.program(), ['demo', '--data', data, '--members', String(members), '--seed', String(seed)], { stdio: 'pipe' });
    await shop.start();
    return shop;
  };
  shop.close = async () => {
    await shop.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return shop;
}

export const openDemoShop = (options) => demoShop(options).open();
