/** Files on the persistent volume through calls, beside the bare platform: an OPFS sync access handle, a Map in memory. */
import type { Bench, Measurement } from './bench.ts';
import { BenchMachine } from './machine.ts';
import { type RawTimes, rawPlatform } from './raw-platform.ts';
import { percentile } from './statistics.ts';

const RUNS = 5;
const FILES = 10_000;
const MANY = 100_000;
const US = 1000;

/** What guest/volume.js prints. */
interface Sequential {
  readonly bytes: number;
  readonly write: number;
  readonly uncached: number;
  readonly smallBytes: number;
  readonly cached: number;
  readonly shared: number;
}
interface Random {
  readonly called: readonly number[];
  readonly shared: readonly number[];
}
interface Small {
  readonly create: number;
  readonly stat: number;
  readonly remove: number;
}

const speed = (bytes: number, ms: number): number => bytes / 1e6 / (ms / 1000);
const perSecond = (count: number, ms: number): number => count / (ms / 1000);

type Row = Omit<Measurement, 'name' | 'samples'>;

export const bench: Bench = ({ url, withBrowser }) =>
  withBrowser(async (browser) => {
    const samples = new Map<string, { row: Row; ours: number[]; raw: number[] }>();
    const note = (name: string, row: Row, ours: number, raw?: number): void => {
      const entry = samples.get(name) ?? { row, ours: [], raw: [] };
      samples.set(name, entry);
      entry.ours.push(ours);
      if (raw !== undefined) entry.raw.push(raw);
    };
    const machine = await BenchMachine.boot(browser, url, 'disk');
    const more = { moreIsBetter: true } as const;
    for (let run = 0; run < RUNS; run++) {
      const raw: RawTimes = await rawPlatform(browser, url);
      const rawRead = speed(raw.bytes, raw.read);
      const big = await machine.guest<Sequential>('volume.js', 'sequential', '100');
      const rate = { unit: 'MB/s', ...more };
      note(
        'writing 100 MB (bare: handle)',
        { ...rate, goal: 400 },
        speed(big.bytes, big.write),
        speed(raw.bytes, raw.write),
      );
      note(
        'reading it, more than the cache holds',
        { ...rate, ratioGoal: 0.6 },
        speed(big.bytes, big.uncached),
        rawRead,
      );
      note(
        'reading 32 MB from the cache by calls',
        { ...rate, goal: 1000 },
        speed(big.smallBytes, big.cached),
        rawRead,
      );
      note('the same, opened for reading only', rate, speed(big.smallBytes, big.shared), rawRead);
      const random = await machine.guest<Random>('volume.js', 'random', '400');
      const us = { unit: 'us' };
      const p50 = (times: readonly number[]): number => percentile(times, 50) * US;
      note('4 KiB at random by calls, p50', { ...us, goal: 12 }, p50(random.called), raw.randomRead * US);
      note('the same without a call (bare: copy in memory)', { ...us, goal: 1 }, p50(random.shared), raw.copy * US);
      const small = await machine.guest<Small>('volume.js', 'small', String(FILES));
      note(
        'create, write 100 bytes, close (bare: Map)',
        { unit: 'files/s', ...more, goal: 10_000 },
        perSecond(FILES, small.create),
        perSecond(MANY, raw.create),
      );
      note('`stat`', { unit: '/s', ...more, goal: 80_000 }, perSecond(FILES, small.stat), perSecond(MANY, raw.look));
      note('deleting a tree of 10,000 files', { unit: 'ms', goal: 1000 }, small.remove, raw.remove);
      if (run > 0) continue;
      const empty = await machine.reboot();
      const { list } = await machine.guest<{ readonly list: readonly number[] }>('volume.js', 'list', String(MANY));
      for (const ms of list) note('listing 100,000 entries', { unit: 'ms', goal: 300 }, ms, raw.list);
      for (let again = 0; again < RUNS; again++)
        note('what 100,000 files add to a boot', { unit: 'ms', goal: 300 }, (await machine.reboot()) - empty);
      await machine.output('rm -rf /home/user/many');
    }
    return [...samples].map(([name, { row, ours, raw }]) => ({
      name,
      ...row,
      samples: ours,
      ...(raw.length > 0 && { control: raw }),
    }));
  });
