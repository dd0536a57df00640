/**
 * Stock Firefox by puppeteer-core over WebDriver BiDi: no patched browser, the one of the system.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import puppeteer from 'puppeteer-core';
import { findProgram } from '../../scripts/lib/debian.mjs';
import type { Browser } from './browser.ts';
import { PuppeteerTab } from './puppeteer-tab.ts';

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
    newTab: (options) => PuppeteerTab.open(browser, options),
    close: async () => {
      await browser.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
