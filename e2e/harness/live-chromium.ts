/**
 * Chromium as a person has it: a page is hidden when another tab is in front, and can be frozen. (Playwright, which
 * drives the Chromium of the other tests, keeps every page focused and visible.)
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import puppeteer from 'puppeteer-core';
import { findProgram } from '../../scripts/lib/debian.mjs';
import type { Browser } from './browser.ts';
import { CHROMIUM_ARGS } from './chromium.ts';
import { PuppeteerTab } from './puppeteer-tab.ts';

export async function launchLiveChromium(): Promise<Browser> {
  const executablePath = findProgram('chromium');
  if (!executablePath) throw new Error('no chromium on the PATH');
  const profile = await mkdtemp(path.join(tmpdir(), 'tabos-chromium-'));
  const browser = await puppeteer.launch({
    executablePath,
    headless: true,
    userDataDir: profile,
    defaultViewport: { width: 1000, height: 700 },
    args: [...CHROMIUM_ARGS],
  });
  return {
    name: 'chromium',
    version: await browser.version(),
    newTab: (options) => PuppeteerTab.open(browser, options),
    close: async () => {
      await browser.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
