/**
 * Chromium as a person has it: a page is hidden when another tab is in front, and can be frozen. (Playwright, which
 * drives the Chromium of the other tests, keeps every page focused and visible.)
 */
import { findProgram } from '../../scripts/lib/debian.mjs';
import type { LaunchOptions, MortalBrowser } from './browser.ts';
import { CHROMIUM_ARGS } from './chromium.ts';
import { launchPuppeteer } from './puppeteer-browser.ts';

export async function launchLiveChromium(options: LaunchOptions = {}): Promise<MortalBrowser> {
  const executablePath = findProgram('chromium');
  if (!executablePath) throw new Error('no chromium on the PATH');
  const viewport = { width: 1000, height: 700 };
  const args = [...CHROMIUM_ARGS];
  return launchPuppeteer('chromium', { executablePath, headless: true, defaultViewport: viewport, args }, options);
}
