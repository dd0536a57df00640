/** `os.exec`: runs a shell script to its end and gives what it wrote. */
import type { StationControl } from '../host/control.ts';
import type { EnvironmentChange } from './environment.ts';
import { launch } from './launch.ts';
import type { Process } from './process.ts';

export interface ExecOptions {
  /** What the script reads: text (as UTF-8) or bytes. Absent: nothing. */
  readonly stdin?: string | Uint8Array | null;
  /** Changes to the default environment: null takes a variable away. */
  readonly env?: EnvironmentChange;
  /** Default: the home directory. */
  readonly cwd?: string;
  /** Milliseconds until the process group is ended: SIGTERM, then SIGKILL. Absent or 0: none. */
  readonly timeout?: number;
  /** Aborting ends the process group, and `exec` rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Bytes kept of stdout, and of stderr. What comes after is read and dropped. Default: 64 MiB. */
  readonly maxOutput?: number;
}

export interface ExecResult {
  /** The exit code of the script; 128+N when signal N ended it, 124 when the time was over. */
  readonly exitCode: number;
  /** `'SIGSEGV'` and so on, when a signal ended the shell itself. */
  readonly signal: string | null;
  /** Text, from UTF-8; what is not UTF-8 is in the bytes. */
  readonly stdout: string;
  readonly stderr: string;
  readonly stdoutBytes: Uint8Array;
  readonly stderrBytes: Uint8Array;
  /** The time was over. */
  readonly timedOut: boolean;
  /** There was more than `maxOutput` of stdout or stderr. */
  readonly truncated: boolean;
}

const MAX_OUTPUT = 64 * 1024 * 1024;

/** As timeout(1) tells it. */
const TIMED_OUT = 124;

/**
 * Runs `/bin/sh -c script`. Resolves when every process that holds the script's output has closed it, as `$(...)`
 * does: a background process that shall outlive the script needs its output elsewhere.
 */
export async function exec(station: StationControl, script: string, options: ExecOptions = {}): Promise<ExecResult> {
  const { stdin = null, env, cwd, timeout = 0, signal, maxOutput = MAX_OUTPUT } = options;
  const stdout = new Captured(maxOutput);
  const stderr = new Captured(maxOutput);
  const process = await launch(station, '/bin/sh', ['-c', script], {
    stdin,
    ...(env && { env }),
    ...(cwd !== undefined && { cwd }),
    ...(signal && { signal }),
    onStdout: stdout.add,
    onStderr: stderr.add,
  });
  const { exit, timedOut } = await waitWithin(process, timeout);
  signal?.throwIfAborted();
  const stdoutBytes = stdout.bytes();
  const stderrBytes = stderr.bytes();
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return {
    exitCode: timedOut ? TIMED_OUT : exit.exitCode,
    signal: exit.signal,
    stdout: decoder.decode(stdoutBytes),
    stderr: decoder.decode(stderrBytes),
    stdoutBytes,
    stderrBytes,
    timedOut,
    truncated: stdout.truncated || stderr.truncated,
  };
}

async function waitWithin(process: Process, ms: number) {
  let timedOut = false;
  const timer =
    ms > 0 &&
    setTimeout(() => {
      timedOut = true;
      // When the machine is lost meanwhile, `wait` tells.
      process.terminate().catch(() => undefined);
    }, ms);
  try {
    return { exit: await process.wait(), timedOut };
  } finally {
    if (timer !== false) clearTimeout(timer);
  }
}

/** The first bytes of a stream. */
class Captured {
  readonly #limit: number;
  readonly #chunks: Uint8Array[] = [];
  #length = 0;
  truncated = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  readonly add = (bytes: Uint8Array): void => {
    const kept = bytes.subarray(0, this.#limit - this.#length);
    if (kept.length < bytes.length) this.truncated = true;
    if (kept.length === 0) return;
    this.#chunks.push(kept);
    this.#length += kept.length;
  };

  bytes(): Uint8Array {
    const all = new Uint8Array(this.#length);
    let at = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return all;
  }
}
