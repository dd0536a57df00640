/** Measures shell scripts on a machine and by the native shell in turn, so that both meet the same load. */
import type { Measurement } from './bench.ts';
import type { BenchMachine } from './machine.ts';
import { NativeShell } from './native.ts';

export interface Script extends Pick<Measurement, 'name' | 'unit' | 'goal' | 'ratioGoal' | 'moreIsBetter'> {
  readonly script: string;
  /** From the milliseconds that the script takes to the number of the row. */
  readonly value: (ms: number) => number;
  /** Runs before each repetition, untimed. */
  readonly prepare?: string;
}

const RUNS = 7;

/** For scripts that repeat something `count` times. */
export const each =
  (count: number) =>
  (ms: number): number =>
    ms / count;

/** For scripts that move `bytes`. */
export const megabytesPerSecond =
  (bytes: number) =>
  (ms: number): number =>
    bytes / 1e6 / (ms / 1000);

export const measureScripts = (machine: BenchMachine, scripts: readonly Script[]): Promise<Measurement[]> =>
  NativeShell.use(async (native) => {
    const rows: Measurement[] = [];
    for (const script of scripts) rows.push(await measureScript(machine, native, script));
    return rows;
  });

async function measureScript(
  machine: BenchMachine,
  native: NativeShell,
  { script, value, prepare = ':', ...row }: Script,
): Promise<Measurement> {
  const run = async (shell: BenchMachine | NativeShell): Promise<number> => {
    await shell.time(prepare);
    return value(await shell.time(script));
  };
  // Once unmeasured: programs are fetched and compiled when they are first used, and engines optimise what runs often.
  await run(machine);
  const samples: number[] = [];
  const natively: number[] = [];
  for (let repetition = 0; repetition < RUNS; repetition++) {
    samples.push(await run(machine));
    natively.push(await run(native));
  }
  return { ...row, samples, control: natively };
}
