/**
 * Stock Firefox by puppeteer-core over WebDriver BiDi: no patched browser, the one of the system.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import puppeteer, { type KeyInput, type Page, type Browser as PuppeteerBrowser } from 'puppeteer-core';
import { findProgram } from '../../scripts/lib/debian.mjs';
import { type Browser, callExpression, dispatchPaste, parseResult, splitChord, type Tab } from './browser.ts';

const VIEWPORT = { width: 1000, height: 700 };

export async function launchFirefox(): Promise<Browser> {
  const executablePath = findProgram('firefox-esr') ?? findProgram('firefox');
  if (!executablePath) throw new Error('no firefox-esr on the PATH');
  const profile = await mkdtemp(path.join(tmpdir(), 'tabos-firefox-'));
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    userDataDir: profile,
    defaultViewport: VIEWPORT,
    extraPrefsFirefox: {
      // Nothing but the tests talks to the network.
      'app.normandy.enabled': false,
      'browser.safebrowsing.update.enabled': false,
      'network.captive-portal-service.enabled': false,
      'network.connectivity-service.enabled': false,
      'services.settings.server': 'data:,',
    },
  });
  return {
    name: 'firefox',
    version: await browser.version(),
    newTab: async () => openTab(browser),
    close: async () => {
      await browser.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

async function openTab(browser: PuppeteerBrowser): Promise<Tab> {
  const page = await browser.newPage();
  await page.bringToFront();
  return new FirefoxTab(page);
}

class FirefoxTab implements Tab {
  readonly #page: Page;
  readonly #errors: string[] = [];

  constructor(page: Page) {
    this.#page = page;
    page.on('pageerror', (error) => {
      this.#errors.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
    });
    page.on('console', (message) => {
      if (message.type() === 'error') this.#errors.push(message.text());
    });
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
    throw new Error('a tab of Firefox cannot be crashed over WebDriver BiDi');
  }

  async activate(): Promise<void> {
    await this.#page.bringToFront();
  }

  async evaluate<A extends readonly unknown[], R>(fn: (...args: A) => R, ...args: A): Promise<Awaited<R>> {
    return parseResult<Awaited<R>>(await this.#page.evaluate(callExpression(fn, args)));
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
    await this.#page.evaluateOnNewDocument(fn);
  }

  async type(text: string): Promise<void> {
    await this.#page.keyboard.type(text);
  }

  async press(chord: string): Promise<void> {
    const keys = splitChord(chord) as KeyInput[];
    for (const key of keys) await this.#page.keyboard.down(key);
    for (const key of keys.reverse()) await this.#page.keyboard.up(key);
  }

  async paste(text: string): Promise<void> {
    await this.evaluate(dispatchPaste, text);
  }

  async resize(width: number, height: number): Promise<void> {
    await this.#page.setViewport({ width, height });
  }

  async screenshot(): Promise<Uint8Array> {
    return this.#page.screenshot();
  }

  errors(): readonly string[] {
    return this.#errors;
  }
}
