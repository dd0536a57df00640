/** Runs the benchmarks one after the other and prints a Markdown table, fit for docs/BENCHMARKS.md, or JSON. */
import { readdir } from 'node:fs/promises';
import type { Server } from 'node:http';
import path from 'node:path';
import { runnerImport } from 'vite';
import type { Browser, BrowserName } from '../e2e/harness/browser.ts';
import { launchChromium } from '../e2e/harness/chromium.ts';
import { launchFirefox } from '../e2e/harness/firefox.ts';
import { createStaticServer, listen } from '../scripts/serve.mjs';
import type { Bench, BenchContext, Measurement } from './bench.ts';
import { describeMachine } from './environment.ts';
import { formatHead, formatRow } from './table.ts';

const FOLDER = import.meta.dirname;
const SUFFIX = '.bench.ts';
/** What is reached elsewhere is told without judging it. */
const GOALS_FOR: BrowserName = 'chromium';

export interface RunOptions {
  /** Of benchmarks; none stands for all. */
  readonly names: readonly string[];
  readonly browserName: BrowserName;
  readonly json: boolean;
  /** Folder of the built site. */
  readonly site: string;
}

export async function runBenchmarks({ names, browserName, json, site }: RunOptions): Promise<void> {
  const all = (await readdir(FOLDER))
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length));
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new Error(`no benchmark ${unknown.join(', ')}; there are ${all.join(', ')}`);

  const server = createStaticServer({ root: site });
  const bytesSent = countBytes(server);
  const url = `http://127.0.0.1:${await listen(server, 0)}/`;
  const launch = browserName === 'firefox' ? launchFirefox : () => launchChromium();
  const withBrowser = <T>(use: (browser: Browser) => Promise<T>) => useBrowser(launch, use);
  const context: BenchContext = { url, bytesSent, withBrowser };
  const results: (Measurement & { readonly benchmark: string })[] = [];
  try {
    const environment = describeMachine(await withBrowser(async ({ name, version }) => `${name} ${version}`));
    if (!json) console.log(`${environment}\n\n${formatHead()}`);
    for (const name of names.length > 0 ? names : all) {
      for (const measurement of await (await loadBench(name))(context)) {
        if (!json) console.log(formatRow(measurement, GOALS_FOR === browserName));
        results.push({ benchmark: name, ...measurement });
      }
    }
    if (json) console.log(JSON.stringify({ environment, results }, undefined, 1));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function loadBench(name: string): Promise<Bench> {
  const { module } = await runnerImport<{ bench: Bench }>(path.join(FOLDER, name + SUFFIX), {
    configFile: false,
    logLevel: 'error',
  });
  return module.bench;
}

async function useBrowser<T>(launch: () => Promise<Browser>, use: (browser: Browser) => Promise<T>): Promise<T> {
  const browser = await launch();
  try {
    return await use(browser);
  } finally {
    await browser.close();
  }
}

function countBytes(server: Server): () => number {
  let closed = 0;
  const open = new Set<{ readonly bytesWritten: number }>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => {
      open.delete(socket);
      closed += socket.bytesWritten;
    });
  });
  return () => [...open].reduce((sum, socket) => sum + socket.bytesWritten, closed);
}
