/**
 * A process that the page started with pipes for its standard streams (`os.spawn`). It leads a session and a process
 * group of its own; signals go to the group, so that what it started goes with it.
 */
import type { ExitStatus, StationControl } from '../host/control.ts';
import { codeOf, SystemError, systemError } from './errors.ts';
import { exitCodeOfSignal, type Signal, signalNumber } from './signals.ts';
import type { StreamReader, StreamWriter } from './streams.ts';

export interface ProcessExit {
  /** The exit code; 128+N when signal N ended the process, as a shell tells it. */
  readonly exitCode: number;
  /** `'SIGTERM'` and so on, when a signal ended the process. */
  readonly signal: string | null;
}

/** Between SIGTERM and SIGKILL. */
const GRACE_MS = 500;

export interface ProcessParts {
  readonly pid: number;
  readonly station: StationControl;
  /** Undefined when the process has no input. */
  readonly stdin: StreamWriter | undefined;
  readonly outputs: readonly StreamReader[];
}

/** Writes what the process reads. */
export interface ProcessInput {
  /** @see StreamWriter.write */
  write(data: string | Uint8Array): Promise<void>;
  /** The end of the input. */
  close(): Promise<void>;
}

/** The input of a process that has none. */
const NO_INPUT: ProcessInput = {
  write: () => Promise.reject(new SystemError('EPIPE', 'write')),
  close: () => Promise.resolve(),
};

export class Process {
  readonly pid: number;
  /** Open until it is closed, unless the process was started with its input. */
  readonly stdin: ProcessInput;
  /** Resolves when the process itself has ended, whatever became of its output. */
  readonly exited: Promise<ProcessExit>;

  readonly #station: StationControl;
  readonly #outputs: readonly StreamReader[];
  readonly #done: Promise<ProcessExit>;

  constructor({ pid, station, stdin, outputs }: ProcessParts) {
    this.pid = pid;
    this.#station = station;
    this.#outputs = outputs;
    this.stdin = stdin ?? NO_INPUT;
    this.exited = station.wait(pid).then(endOf, (error: unknown) => {
      throw systemError(error, 'wait');
    });
    this.exited.then(
      () => stdin?.abandon(),
      () => this.#abandon(stdin),
    );
    this.#done = Promise.all([this.exited, ...outputs.map(({ ended }) => ended)]).then(([exit]) => exit);
    // Told to who waits.
    this.#done.catch(() => undefined);
  }

  /**
   * Resolves when the process has ended and its output has been delivered, that of processes which inherited it
   * included. Rejects with what a listener threw, and with a TabOSError when the machine is lost.
   */
  wait(): Promise<ProcessExit> {
    return this.#done;
  }

  /**
   * Signal the process group.
   *
   * @returns whether there was one to signal
   * @throws TabOSError ERR_UNKNOWN_SIGNAL
   */
  async kill(signal: Signal = 'SIGTERM'): Promise<boolean> {
    return sendSignal(this.#station, this.pid, signalNumber(signal));
  }

  /**
   * End the process group: SIGTERM first, SIGKILL to what is left after half a second. Its output is read to the end
   * unless somebody outside the group still holds it then.
   */
  async terminate(): Promise<void> {
    await this.kill('SIGTERM');
    // A stopped process handles a signal only when it goes on.
    await this.kill('SIGCONT');
    await this.#endsWithin(GRACE_MS);
    // Also when this process and its output are at an end: others of the group may have forked on.
    await this.kill('SIGKILL');
    if (await this.#endsWithin(GRACE_MS)) return;
    for (const output of this.#outputs) output.cancel();
  }

  async #endsWithin(ms: number): Promise<boolean> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const over = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), ms);
    });
    const ended = this.#done.then(
      () => true,
      () => true,
    );
    const result = await Promise.race([ended, over]);
    clearTimeout(timer);
    return result;
  }

  #abandon(stdin: StreamWriter | undefined): void {
    stdin?.abandon();
    for (const output of this.#outputs) output.cancel();
  }
}

export function endOf({ code, signal }: ExitStatus): ProcessExit {
  return { exitCode: signal === null ? (code ?? 0) : exitCodeOfSignal(signal), signal };
}

/** Signal a process group. @returns false when there is none */
export async function sendSignal(station: StationControl, pid: number, signal: number): Promise<boolean> {
  try {
    await station.killGroup(pid, signal);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
    throw systemError(error, 'kill');
  }
}
