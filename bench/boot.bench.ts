/** From navigation to the shell's prompt: with a fresh profile, on a second visit, and what it loads on the way. */
import type { Browser } from '../e2e/harness/browser.ts';
import { Terminal } from '../e2e/harness/terminal.ts';
import type { Bench } from './bench.ts';

const COLD_RUNS = 7;
const VISITS = 7;

/** Milliseconds from navigation to the first prompt, in a new tab. */
async function visit(browser: Browser, url: string): Promise<number> {
  const tab = await browser.newTab();
  await Terminal.prepare(tab);
  await tab.goto(url);
  const terminal = await Terminal.attach(tab);
  const [first] = await terminal.promptTimes();
  await tab.close();
  if (first === undefined) throw new Error('a prompt without its time');
  return first;
}

export const bench: Bench = async ({ url, bytesSent, withBrowser }) => {
  const cold: number[] = [];
  const kilobytes: number[] = [];
  for (let run = 0; run < COLD_RUNS; run++) {
    const before = bytesSent();
    cold.push(await withBrowser((browser) => visit(browser, url)));
    kilobytes.push((bytesSent() - before) / 1024);
  }
  const second = await withBrowser(async (browser) => {
    await visit(browser, url);
    const times: number[] = [];
    for (let run = 0; run < VISITS; run++) times.push(await visit(browser, url));
    return times;
  });
  return [
    { name: 'navigation to prompt, first visit', unit: 'ms', samples: cold, goal: 1500 },
    { name: 'navigation to prompt, second visit', unit: 'ms', samples: second, goal: 500 },
    { name: 'loaded on the first visit', unit: 'KB', samples: kilobytes, goal: 900 },
  ];
};
