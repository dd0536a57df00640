/** Memory of the renderer processes with one idle shell, above that with an empty page of the same server. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from '../e2e/harness/browser.ts';
import { Terminal } from '../e2e/harness/terminal.ts';
import type { Bench } from './bench.ts';
import { rendererMemory } from './processes.ts';

const RUNS = 5;
/** What is idle has settled by then: the extras of the page are loaded, the collector has run. */
const SETTLE_MS = 8000;
const MB = 1e6;

async function emptyPage(browser: Browser, url: string): Promise<number> {
  const tab = await browser.newTab();
  await tab.goto(`${url}favicon.svg`);
  await sleep(SETTLE_MS);
  return rendererMemory();
}

async function idleShell(browser: Browser, url: string): Promise<number> {
  const tab = await browser.newTab();
  await Terminal.prepare(tab);
  await tab.goto(url);
  await Terminal.attach(tab);
  await sleep(SETTLE_MS);
  return rendererMemory();
}

export const bench: Bench = async ({ url, withBrowser }) => {
  const above: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const empty = await withBrowser((browser) => emptyPage(browser, url));
    const shell = await withBrowser((browser) => idleShell(browser, url));
    above.push((shell - empty) / MB);
  }
  return [{ name: 'an idle shell above an empty page', unit: 'MB', samples: above, goal: 150 }];
};
