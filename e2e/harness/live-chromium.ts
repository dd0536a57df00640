/**
 * Chromium as a person has it: a page is hidden when another tab is in front, and can be frozen. (Playwright, which
 * drives the Chromium of the other tests, keeps every page focused and visible.)
 */
import { findProgram } from '../../scripts/lib/debian.mjs';
import type { LaunchOptions, MortalBrowser } from './browser.ts';
import { CHROMIUM_ARGS } from './chromium.ts';
import { launchPuppeteer } from './puppeteer-browser.ts';

export interface ChromiumOptions extends LaunchOptions {
  readonly args?: readonly string[];
}

export async function launchLiveChromium({
  args: more = [],
  ...options
}: ChromiumOptions = {}): Promise<MortalBrowser> {
  const executablePath = findProgram('chromium');
  if (!executablePath) throw new Error('no chromium on the PATH');
  const viewport = { width: 1000, height: 700 };
  const args = [...CHROMIUM_ARGS, ...more];
  return launchPuppeteer('chromium', { executablePath, headless: true, defaultViewport: viewport, args }, options);
}
