/**
 * Chromium by playwright-core over the DevTools protocol, with the browser of the system.
 *
 * Functions are evaluated by `Runtime.evaluate` rather than by Playwright's `page.evaluate`, which calls `eval` in
 * the page and so would not pass a strict content security policy.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BrowserContext, type CDPSession, chromium, type Page } from 'playwright-core';
import { findProgram } from '../../scripts/lib/debian.mjs';
import { type Browser, callExpression, dispatchPaste, parseResult, type Tab } from './browser.ts';

export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-quic',
  '--disable-sync',
];

/** What a tab's renderer is told when it has to die. */
const CRASH_TIMEOUT_MS = 10_000;

export async function launchChromium(extraArgs: readonly string[] = []): Promise<Browser> {
  const executablePath = findProgram('chromium');
  if (!executablePath) throw new Error('no chromium on the PATH');
  const profile = await mkdtemp(path.join(tmpdir(), 'tabos-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: [...CHROMIUM_ARGS, ...extraArgs],
    viewport: { width: 1000, height: 700 },
  });
  // The first tab is there already, and stays empty: closing the last tab would end the browser.
  return {
    name: 'chromium',
    version: context.browser()?.version() ?? 'unknown',
    newTab: async () => openTab(context),
    close: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

async function openTab(context: BrowserContext): Promise<Tab> {
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  return new ChromiumTab(page, session);
}

class ChromiumTab implements Tab {
  readonly #page: Page;
  readonly #session: CDPSession;
  readonly #errors: string[] = [];

  constructor(page: Page, session: CDPSession) {
    this.#page = page;
    this.#session = session;
    page.on('pageerror', (error) => this.#errors.push(error.stack ?? error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') this.#errors.push(message.text());
    });
    page.on('worker', (worker) =>
      worker.on('console', (message) => {
        if (message.type() === 'error') this.#errors.push(`${path.basename(worker.url())}: ${message.text()}`);
      }),
    );
  }

  async goto(url: string): Promise<void> {
    await this.#page.goto(url);
  }

  async reload(): Promise<void> {
    await this.#page.reload();
  }

  async close(): Promise<void> {
    await this.#page.close();
  }

  async crash(): Promise<void> {
    const crashed = this.#page.waitForEvent('crash', { timeout: CRASH_TIMEOUT_MS });
    // Never answered: the process that would answer is gone.
    this.#session.send('Page.crash').catch(() => undefined);
    await crashed;
  }

  async freeze(): Promise<void> {
    throw new Error('Playwright keeps every page of Chromium in front: live-chromium.ts has one that can be frozen');
  }

  async thaw(): Promise<void> {
    await this.freeze();
  }

  async setQuota(): Promise<void> {
    throw new Error('live-chromium.ts can do this');
  }

  async activate(): Promise<void> {
    await this.#page.bringToFront();
  }

  async evaluate<A extends readonly unknown[], R>(fn: (...args: A) => R, ...args: A): Promise<Awaited<R>> {
    const { result, exceptionDetails } = await this.#session.send('Runtime.evaluate', {
      expression: callExpression(fn, args),
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) {
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    }
    return parseResult<Awaited<R>>(result.value);
  }

  async evaluateInFrame<A extends readonly unknown[], R>(
    url: string,
    fn: (...args: A) => R,
    ...args: A
  ): Promise<Awaited<R>> {
    const frame = this.#page.frames().find((candidate) => candidate.url().startsWith(url));
    if (!frame) throw new Error(`the page has no frame from ${url}`);
    return parseResult<Awaited<R>>(await frame.evaluate(callExpression(fn, args)));
  }

  async addInitScript(fn: () => void): Promise<void> {
    await this.#page.addInitScript(fn);
  }

  async type(text: string): Promise<void> {
    await this.#page.keyboard.type(text);
  }

  async press(chord: string): Promise<void> {
    await this.#page.keyboard.press(chord);
  }

  async paste(text: string): Promise<void> {
    await this.evaluate(dispatchPaste, text);
  }

  async resize(width: number, height: number): Promise<void> {
    await this.#page.setViewportSize({ width, height });
  }

  async screenshot(): Promise<Uint8Array> {
    return this.#page.screenshot();
  }

  errors(): readonly string[] {
    return this.#errors;
  }
}
