/** The suites of file systems and of stores on the origin private file system of a real browser. */
import { inject } from 'vitest';
import type {} from './fixture/volume/page.ts';
import { expect, test } from './harness/fixtures.ts';

const failed = (results: readonly { readonly name: string; readonly error: string | undefined }[]): string[] =>
  results.filter(({ error }) => error !== undefined).map(({ name, error }) => `${name}: ${error}`);

test('block stores and journals', async ({ newTab }) => {
  const tab = await newTab();
  await tab.goto(inject('volumeUrl'));
  const results = await tab.evaluate(() => window.trials.stores());
  expect(results.length).toBeGreaterThan(10);
  expect(failed(results)).toEqual([]);
});

for (const tiny of [false, true]) {
  test(`tabfs${tiny ? ' with tiny chunks' : ''}`, { timeout: 180_000 }, async ({ newTab }) => {
    const tab = await newTab();
    await tab.goto(inject('volumeUrl'));
    const results = await tab.evaluate((small) => window.trials.fileSystem(small), tiny);
    expect(results.length).toBeGreaterThan(50);
    expect(failed(results)).toEqual([]);
  });
}
