/** A browser that puppeteer-core drives, with its profile. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import puppeteer, { type LaunchOptions as PuppeteerOptions } from 'puppeteer-core';
import type { BrowserName, LaunchOptions, MortalBrowser } from './browser.ts';
import { killProgram, killRenderers } from './processes.ts';
import { PuppeteerTab } from './puppeteer-tab.ts';

export async function launchPuppeteer(
  name: BrowserName,
  options: PuppeteerOptions & { readonly executablePath: string },
  { profile }: LaunchOptions,
): Promise<MortalBrowser> {
  const userDataDir = profile ?? (await mkdtemp(path.join(tmpdir(), `tabos-${name}-`)));
  const browser = await puppeteer.launch({ ...options, browser: name === 'firefox' ? name : 'chrome', userDataDir });
  const program = browser.process();
  if (program === null) throw new Error(`${name} was not started here`);
  return {
    name,
    version: await browser.version(),
    newTab: (tabOptions) => PuppeteerTab.open(browser, tabOptions),
    killRenderers: () => killRenderers(program.pid ?? 0),
    kill: () => killProgram(program),
    close: async () => {
      await browser.close();
      if (profile === undefined) await rm(userDataDir, { recursive: true, force: true });
    },
  };
}
