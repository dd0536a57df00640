/**
 * Stock Firefox by puppeteer-core over WebDriver BiDi: no patched browser, the one of the system.
 */
import { findProgram } from '../../scripts/lib/debian.mjs';
import type { LaunchOptions, MortalBrowser } from './browser.ts';
import { launchPuppeteer } from './puppeteer-browser.ts';

const VIEWPORT = { width: 1000, height: 700 };

const PREFS = {
  // Nothing but the tests talks to the network.
  'app.normandy.enabled': false,
  'browser.safebrowsing.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'data:,',
};

export interface FirefoxOptions extends LaunchOptions {
  /** As in about:config. */
  readonly prefs?: Readonly<Record<string, string | number | boolean>>;
}

export async function launchFirefox({ prefs, ...options }: FirefoxOptions = {}): Promise<MortalBrowser> {
  const executablePath = findProgram('firefox-esr') ?? findProgram('firefox');
  if (!executablePath) throw new Error('no firefox-esr on the PATH');
  const extraPrefsFirefox = { ...PREFS, ...prefs };
  return launchPuppeteer(
    'firefox',
    { executablePath, headless: true, defaultViewport: VIEWPORT, extraPrefsFirefox },
    options,
  );
}
