/**
 * `test` of every browser test: Vitest's, with one fresh browser a file, and tabs that are closed after each test.
 *
 *   test('files survive a reload', async ({ openTerminal }) => {
 *     const terminal = await openTerminal();
 *     await terminal.run('echo hello > a.txt');
 *     ...
 *   });
 */
import { randomUUID } from 'node:crypto';
import { test as base, expect, inject } from 'vitest';
import type { Browser, Tab, TabOptions } from './browser.ts';
import { launchChromium } from './chromium.ts';
import { launchFirefox } from './firefox.ts';
import { launchLiveChromium } from './live-chromium.ts';
import { Terminal } from './terminal.ts';

export { expect };

/** What a page of the site is asked for; see the README for the query. */
export interface OpenOptions extends TabOptions {
  /** Name of the machine; without it the test's own, fresh one. Tabs of one name are one machine. */
  readonly machine?: string;
  /** A machine that keeps nothing, instead of a named one. */
  readonly ephemeral?: boolean;
  /** From the server that sends no COOP, COEP and CORP. */
  readonly plain?: boolean;
  /** The login shell, instead of the one of /etc/passwd. */
  readonly shell?: string;
}

export const test = base
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern which fixtures this one needs
  .extend('browser', { scope: 'file' }, async ({}, { onCleanup }): Promise<Browser> => {
    const browser = inject('browserName') === 'firefox' ? await launchFirefox() : await launchChromium();
    onCleanup(() => browser.close());
    return browser;
  })
  /** A machine's name that no other test uses. */
  .extend('machine', () => `test-${randomUUID().slice(0, 8)}`)
  /** Opens a tab that is closed after the test. */
  .extend('newTab', async ({ browser }, { onCleanup }) => {
    const tabs = new Set<Tab>();
    onCleanup(async () => {
      // A test may have closed or crashed its tab itself.
      for (const tab of tabs) await tab.close().catch(() => undefined);
    });
    return async (options?: TabOptions): Promise<Tab> => {
      const tab = await browser.newTab(options);
      tabs.add(tab);
      return tab;
    };
  })
  /** Opens a page of the site in a new tab, without waiting for the machine. */
  .extend('openPage', async ({ newTab, machine }) => {
    return async (options: OpenOptions = {}): Promise<Tab> => {
      const url = new URL(inject(options.plain ? 'plainUrl' : 'siteUrl'));
      if (options.ephemeral) url.searchParams.set('ephemeral', '');
      else url.searchParams.set('machine', options.machine ?? machine);
      if (options.shell) url.searchParams.set('shell', options.shell);
      const tab = await newTab(options);
      await Terminal.prepare(tab);
      await tab.goto(url.href);
      return tab;
    };
  })
  /** Opens a page of the site in a new tab and waits for the prompt of its terminal. */
  .extend('openTerminal', async ({ openPage }) => {
    return async (options: OpenOptions = {}): Promise<Terminal> => Terminal.attach(await openPage(options));
  });

/** The same in a browser whose pages are hidden when another tab is in front, and can be frozen (Chromium). */
export const liveTest = test.extend(
  'browser',
  { scope: 'file' },
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern which fixtures this one needs
  async ({}, { onCleanup }): Promise<Browser> => {
    const browser = inject('browserName') === 'firefox' ? await launchFirefox() : await launchLiveChromium();
    onCleanup(() => browser.close());
    return browser;
  },
);
