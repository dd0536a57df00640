/**
 * The harness itself, on a page that needs no machine: what every other browser test relies on, and what TabOS relies
 * on in a browser. A failure here is a fault of the harness or of the browser, not of the system.
 */
import { inject } from 'vitest';
import type { Tab } from './harness/browser.ts';
import { expect, test } from './harness/fixtures.ts';

interface Fixture {
  readonly keys: readonly string[];
  readonly pasted: string;
  kernel(message: string): Promise<{ pages: number; isolated: boolean }>;
  worker(text: string | null): Promise<{ before: string; wait: string }>;
}

declare global {
  interface Window {
    fixture: Fixture;
  }
}

async function open(newTab: () => Promise<Tab>): Promise<Tab> {
  const tab = await newTab();
  await tab.goto(inject('fixtureUrl'));
  return tab;
}

test('a page is isolated, a worker blocks and has a file that outlives a reload', async ({ newTab }) => {
  const tab = await open(newTab);
  expect(await tab.evaluate(() => crossOriginIsolated)).toBe(true);
  const write = await tab.evaluate((text) => window.fixture.worker(text), 'kept');
  expect(write).toEqual({ before: '', wait: 'timed-out' });
  await tab.reload();
  expect(await tab.evaluate(() => window.fixture.worker(null))).toMatchObject({ before: 'kept' });
});

test('tabs share a SharedWorker and storage', async ({ newTab }) => {
  const first = await open(newTab);
  const before = await first.evaluate(() => window.fixture.kernel('hello'));
  const second = await open(newTab);
  const after = await second.evaluate(() => window.fixture.kernel('hello'));
  expect(after).toEqual({ pages: before.pages + 1, isolated: false });
  await second.evaluate((text) => window.fixture.worker(text), 'shared');
  await second.close();
  expect(await first.evaluate(() => window.fixture.worker(null))).toMatchObject({ before: 'shared' });
});

test('keys, chords, pastes and sizes arrive', async ({ newTab }) => {
  const tab = await open(newTab);
  await tab.type('a B\n');
  await tab.press('Control+u');
  expect(await tab.evaluate(() => window.fixture.keys.filter((key) => !/Shift$|Control$/.test(key)))).toEqual([
    'a',
    ' ',
    'B',
    'Enter',
    'Control+u',
  ]);
  const text = 'äöü€😀\n'.repeat(10_000);
  await tab.paste(text);
  expect(await tab.evaluate(() => window.fixture.pasted)).toHaveLength(text.length);
  await tab.resize(640, 480);
  expect(await tab.evaluate(() => [innerWidth, innerHeight])).toEqual([640, 480]);
  const png = await tab.screenshot();
  expect([...png.subarray(1, 4)]).toEqual([...new TextEncoder().encode('PNG')]);
});

test('errors of the page are kept', async ({ newTab }) => {
  const tab = await open(newTab);
  expect(tab.errors()).toEqual([]);
  await tab.evaluate(() => console.error('told'));
  await tab.evaluate(() => {
    setTimeout(() => {
      throw new Error('thrown');
    });
  });
  await expect.poll(() => tab.errors().join('\n')).toMatch(/told.*thrown/s);
});

test('an exception in the page is one in the test', async ({ newTab }) => {
  const tab = await open(newTab);
  const attempt = tab.evaluate(() => {
    throw new RangeError('from the page');
  });
  await expect(attempt).rejects.toThrow('from the page');
});

test('a tab crashes alone', async ({ browser, newTab, skip }) => {
  skip(browser.name !== 'chromium', 'only Chromium can be told to crash a tab');
  const victim = await open(newTab);
  const witness = await open(newTab);
  await witness.evaluate(() => window.fixture.kernel('hello'));
  await victim.crash();
  expect(await witness.evaluate(() => window.fixture.worker(null))).toMatchObject({ wait: 'timed-out' });
});
