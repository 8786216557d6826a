// openapi.test.mjs -- an independent validator reads /openapi.json and finds it to be OpenAPI 3.1.
import { Validator } from '@seriousme/openapi-schema-validator';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Shop } from '../api/shop.mjs';

const folder = mkdtempSync(join(tmpdir(), 'koi-openapi-'));
const shop = new Shop(folder);
before(() => shop.start());
after(async () => {
  await shop.stop();
  rmSync(folder, { recursive: true, force: true });
});

for (const language of ['zh', 'en']) {
  test(`/openapi.json is valid OpenAPI 3.1 (${language})`, async () => {
    const reply = await shop.request('none', 'GET', '/openapi.json', [['accept-language', language]]);
    const validator = new Validator();
    const result = await validator.validate(reply.json);
    assert.ok(result.valid, JSON.stringify(result.errors, null, 1)?.slice(0, 3000));
    assert.equal(validator.version, '3.1');
  });
}
