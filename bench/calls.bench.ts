/** What a system call costs a process: one by one, in bursts, after a while of computing; and a byte sent back and forth. */
import type { Bench, Measurement } from './bench.ts';
import { BenchMachine } from './machine.ts';
import { median, percentile, roundedPercentile } from './statistics.ts';

/** Processes, one after the other: each gives one sample of each row. */
const RUNS = 7;

/** What guest/calls.js prints. */
interface Times {
  readonly step: number;
  readonly single: readonly number[];
  readonly burst: readonly number[];
  readonly rested: readonly number[];
}

const CALLS = [
  { call: 'getppid', name: '`getppid`', goals: { single: 15, burst: 8 } },
  { call: 'pread', name: '`pread` of 4 KiB, cached', goals: { single: 15, burst: 8 } },
  { call: 'stat', name: '`stat` of a path', goals: undefined },
] as const;

const US = 1000;

async function measureCall(machine: BenchMachine, { call, name, goals }: (typeof CALLS)[number]) {
  const runs: Times[] = [];
  for (let run = 0; run < RUNS; run++) runs.push(await machine.guest<Times>('calls.js', call));
  const row = (what: string, goal: number | undefined, of: (times: Times) => number): Measurement => ({
    name: `${name}, ${what}`,
    unit: 'us',
    samples: runs.map((times) => of(times) * US),
    ...(goal !== undefined && { goal }),
  });
  return [
    row('one by one: p50', goals?.single, ({ single, step }) => roundedPercentile(single, 50, step)),
    row('one by one: p95', undefined, ({ single, step }) => roundedPercentile(single, 95, step)),
    row('in bursts of 20: p50', goals?.burst, ({ burst }) => percentile(burst, 50)),
    row('in bursts of 20: p95', undefined, ({ burst }) => percentile(burst, 95)),
    row('after 0.5 ms of computing: p50', undefined, ({ rested, step }) => roundedPercentile(rested, 50, step)),
  ];
}

export const bench: Bench = ({ url, withBrowser }) =>
  withBrowser(async (browser) => {
    const machine = await BenchMachine.boot(browser, url, 'disk');
    const rows: Measurement[] = [];
    for (const call of CALLS) rows.push(...(await measureCall(machine, call)));
    const rounds: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const times = await machine.guest<{ readonly rounds: readonly number[] }>('ping-pong.js');
      rounds.push(median(times.rounds) * US);
    }
    rows.push({ name: 'a byte to another process and back', unit: 'us', samples: rounds });
    return rows;
  });
