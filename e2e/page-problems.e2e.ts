/** What the page says when the machine cannot start, or has died: what is wrong, why, and what to do. */
import { inject } from 'vitest';
import type { Tab } from './harness/browser.ts';
import { expect, test } from './harness/fixtures.ts';
import { Terminal } from './harness/terminal.ts';

interface Panel {
  readonly title: string;
  readonly problems: readonly string[];
  readonly code: string;
  readonly actions: readonly string[];
}

/** Waits for the panel of the page. */
async function panel(tab: Tab): Promise<Panel> {
  await expect
    .poll(() => tab.evaluate(() => document.querySelector('.panel h1') !== null), { timeout: 20_000 })
    .toBe(true);
  return tab.evaluate(() => {
    const texts = (selector: string) =>
      [...document.querySelectorAll(selector)].map((found) => found.textContent ?? '');
    return {
      title: texts('.panel h1').join(),
      problems: texts('.panel h2'),
      code: texts('.panel pre').join(),
      actions: texts('.panel .actions > *'),
    };
  });
}

/** What pages hold while they have a machine: one that refused to start holds nothing. */
const locks = (tab: Tab) =>
  tab.evaluate(async () => {
    const { held = [] } = (await navigator.locks?.query()) ?? {};
    return held.map(({ name }) => name ?? '').filter((name) => name.startsWith('tabos-tab:'));
  });

test('a page that is not isolated names the two headers', async ({ openPage }) => {
  const tab = await openPage({ plain: true });
  const shown = await panel(tab);
  expect(shown.problems).toEqual(['Cross-origin isolation']);
  expect(shown.code).toBe('Cross-Origin-Opener-Policy: same-origin\nCross-Origin-Embedder-Policy: require-corp');
  expect(await locks(tab)).toEqual([]);
  expect(await tab.evaluate(() => window.os.ready.then(String, (error: { code: string }) => error.code))).toBe(
    'ERR_UNSUPPORTED',
  );
});

test('a name that no machine can have is refused', async ({ newTab }) => {
  const tab = await newTab();
  await tab.goto(`${inject('siteUrl')}?machine=..%2Fother`);
  const shown = await panel(tab);
  expect(shown.title).toBe('This address asks for a machine that cannot be');
  expect(shown.actions).toEqual(['Start the usual machine']);
  expect(await tab.evaluate(() => 'os' in window)).toBe(false);
});

test('a page without a secure connection is told only that', async ({ newTab, machine }) => {
  const tab = await newTab();
  // What such a page lacks: every browser takes the address of the tests for a safe one.
  await tab.addInitScript(() => {
    Object.defineProperty(window, 'isSecureContext', { value: false });
    Object.defineProperty(window, 'crossOriginIsolated', { value: false });
    Reflect.deleteProperty(Crypto.prototype, 'randomUUID');
    for (const name of ['locks', 'storage']) Reflect.deleteProperty(Navigator.prototype, name);
  });
  await tab.goto(`${inject('siteUrl')}?machine=${machine}`);
  expect((await panel(tab)).problems).toEqual(['A secure connection']);
  expect(tab.errors()).toEqual([]);
});

test('a browser without shared workers is told so, and nothing is started', async ({ newTab, machine }) => {
  const tab = await newTab();
  await tab.addInitScript(() => Reflect.deleteProperty(window, 'SharedWorker'));
  await tab.goto(`${inject('siteUrl')}?machine=${machine}`);
  expect((await panel(tab)).problems).toEqual(['Shared workers']);
  expect(await locks(tab)).toEqual([]);
});

test('where storage is denied, a machine that keeps nothing still works', async ({ newTab, machine }) => {
  const tab = await newTab();
  await tab.addInitScript(() => {
    StorageManager.prototype.getDirectory = () => Promise.reject(new DOMException('denied', 'SecurityError'));
  });
  await Terminal.prepare(tab);
  await tab.goto(`${inject('siteUrl')}?machine=${machine}`);
  const shown = await panel(tab);
  expect(shown).toMatchObject({
    problems: ['Storage for files'],
    actions: ['Start a machine that keeps nothing', 'Try again'],
  });
  expect(await locks(tab)).toEqual([]);
  const address = await tab.evaluate(() => document.querySelector<HTMLAnchorElement>('.panel a')?.href ?? '');
  await tab.goto(address);
  const terminal = await Terminal.attach(tab);
  expect(await terminal.run('echo works')).toBe('works');
});

test('a worker whose script is missing is named', async ({ newTab, machine }) => {
  const tab = await newTab();
  await tab.addInitScript(() => {
    window.Worker = class extends Worker {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(options?.name === 'station' ? new URL('missing.js', location.href) : url, options);
      }
    };
  });
  await tab.goto(`${inject('siteUrl')}?machine=${machine}`);
  const shown = await panel(tab);
  expect(shown.title).toBe('TabOS could not start');
  const text = await tab.evaluate(() => document.querySelector('.panel')?.textContent ?? '');
  expect(text).toContain('The script of the station could not be loaded.');
  await expect.poll(() => locks(tab)).toEqual([]);
});

test('a kernel that dies is told at once, and what waits for it fails', async ({ openTerminal }) => {
  const terminal = await openTerminal();
  const { tab } = terminal;
  const waiting = tab.evaluate(() =>
    window.os.exec('sleep 100').then(String, (error: { code: string; message: string }) => error.code),
  );
  // Who takes the kernel's lock plays its death: the browser gives the page what it waits for.
  await tab.evaluate(async () => {
    const { held = [] } = await navigator.locks.query();
    // Kernels of the tests before may still be there.
    const kernels = held.map(({ name }) => name ?? '').filter((name) => name.startsWith('tabos-kernel:'));
    for (const lock of kernels) await navigator.locks.request(lock, { steal: true }, () => undefined);
  });
  expect(await panel(tab)).toMatchObject({ title: 'The machine has stopped', actions: ['Reload'] });
  expect(await waiting).toBe('ERR_LOST');
  expect(await tab.evaluate(() => window.os.exec('true').then(String, (error: { code: string }) => error.code))).toBe(
    'ERR_LOST',
  );
});
