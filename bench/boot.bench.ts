/**
 * From navigation to the shell's prompt: with a fresh profile, again with the kernel still running (as after a reload), of
 * another machine when only the site is cached (as after a day), and what the first visit loads.
 */
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
  const { again, another } = await withBrowser(async (browser) => {
    await visit(browser, url);
    const again: number[] = [];
    const another: number[] = [];
    for (let run = 0; run < VISITS; run++) {
      again.push(await visit(browser, url));
      another.push(await visit(browser, `${url}?machine=bench-${run}`));
    }
    return { again, another };
  });
  return [
    { name: 'navigation to prompt, first visit', unit: 'ms', samples: cold, goal: 1500 },
    { name: 'navigation to prompt, second visit', unit: 'ms', samples: again, goal: 500 },
    { name: 'navigation to prompt, another machine', unit: 'ms', samples: another, goal: 500 },
    { name: 'loaded on the first visit', unit: 'KB', samples: kilobytes, goal: 900 },
  ];
};
