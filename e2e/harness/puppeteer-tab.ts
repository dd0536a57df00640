/**
 * A tab of a browser that puppeteer-core drives: of Firefox over WebDriver BiDi, of Chromium over the DevTools protocol.
 */
import type { Browser, CDPSession, KeyInput, Page } from 'puppeteer-core';
import { callExpression, dispatchPaste, parseResult, splitChord, type Tab, type TabOptions } from './browser.ts';

export class PuppeteerTab implements Tab {
  readonly #page: Page;
  readonly #errors: string[] = [];
  #session: CDPSession | undefined;

  static async open(browser: Browser, { window = false }: TabOptions = {}): Promise<PuppeteerTab> {
    const page = await browser.newPage({ type: window ? 'window' : 'tab' });
    await page.bringToFront();
    return new PuppeteerTab(page);
  }

  private constructor(page: Page) {
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
    const session = await this.#devTools();
    // Never answered: the process that would answer is gone.
    session.send('Page.crash').catch(() => undefined);
    await new Promise((resolve) => session.once('Inspector.targetCrashed', resolve));
  }

  async freeze(): Promise<void> {
    const session = await this.#devTools();
    await session.send('Page.setWebLifecycleState', { state: 'frozen' });
  }

  async thaw(): Promise<void> {
    const session = await this.#devTools();
    await session.send('Page.setWebLifecycleState', { state: 'active' });
  }

  async setQuota(bytes: number): Promise<void> {
    const session = await this.#devTools();
    const { origin } = new URL(this.#page.url());
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: bytes });
  }

  /** Throws in Firefox. */
  async #devTools(): Promise<CDPSession> {
    this.#session ??= await this.#page.createCDPSession();
    return this.#session;
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
