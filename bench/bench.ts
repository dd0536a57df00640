/** What a benchmark is: a function from a context to measurements, the export `bench` of a file `name.bench.ts`. */
import type { Browser } from '../e2e/harness/browser.ts';

export interface Measurement {
  readonly name: string;
  readonly unit: string;
  /** One number a repetition; the median is reported. */
  readonly samples: readonly number[];
  /** The same in the same run by the native system on this machine, or by the bare platform where the row says so. */
  readonly control?: readonly number[];
  /** What the median should be at most, or at least where more is better. */
  readonly goal?: number;
  /** How many times the control's median the median should be at most, or at least where more is better. */
  readonly ratioGoal?: number;
  readonly moreIsBetter?: true;
}

export interface BenchContext {
  /** The site, ending in a slash. */
  readonly url: string;
  /** Bytes that the server has sent so far, headers included. */
  readonly bytesSent: () => number;
  /** Runs with a fresh browser, which ends with it. */
  readonly withBrowser: <T>(use: (browser: Browser) => Promise<T>) => Promise<T>;
}

export type Bench = (context: BenchContext) => Promise<readonly Measurement[]>;
