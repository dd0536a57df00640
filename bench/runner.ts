/** Runs the benchmarks one after the other and prints one Markdown table, fit for docs/BENCHMARKS.md. */
import { readdir } from 'node:fs/promises';
import type { Server } from 'node:http';
import path from 'node:path';
import { runnerImport } from 'vite';
import type { Browser } from '../e2e/harness/browser.ts';
import { launchChromium } from '../e2e/harness/chromium.ts';
import { createStaticServer, listen } from '../scripts/serve.mjs';
import { type Bench, type BenchContext, type Measurement, median } from './bench.ts';

const FOLDER = import.meta.dirname;
const SITE = path.join(FOLDER, '../dist');
const SUFFIX = '.bench.ts';

export async function runBenchmarks(names: readonly string[]): Promise<void> {
  const all = (await readdir(FOLDER))
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length));
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new Error(`no benchmark ${unknown.join(', ')}; there are ${all.join(', ')}`);

  const server = createStaticServer({ root: SITE });
  const bytesSent = countBytes(server);
  const url = `http://127.0.0.1:${await listen(server, 0)}/`;
  const context: BenchContext = { url, bytesSent, withBrowser };
  console.log('| benchmark | median | min to max | goal | native | ratio |\n|---|---:|---:|---:|---:|---:|');
  try {
    for (const name of names.length > 0 ? names : all) {
      for (const measurement of await (await loadBench(name))(context)) console.log(formatRow(measurement));
    }
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

async function withBrowser<T>(use: (browser: Browser) => Promise<T>): Promise<T> {
  const browser = await launchChromium();
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

function formatRow({ name, unit, samples, native, goal, moreIsBetter }: Measurement): string {
  const middle = median(samples);
  const met = goal === undefined || (moreIsBetter ? middle >= goal : middle <= goal);
  const cells = [
    name,
    `${formatNumber(middle)} ${unit}`,
    `${formatNumber(Math.min(...samples))} to ${formatNumber(Math.max(...samples))}`,
    goal === undefined ? '' : `${moreIsBetter ? '≥' : '≤'} ${formatNumber(goal)}${met ? '' : ' **missed**'}`,
    native ? `${formatNumber(median(native))} ${unit}` : '',
    native ? formatNumber(middle / median(native)) : '',
  ];
  return `| ${cells.join(' | ')} |`;
}

/** Three digits are what a median on a shared machine is worth. */
function formatNumber(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
