/** Starts a process whose standard streams are the page's: the common ground of `os.spawn` and `os.exec`. */
import { transfer } from 'comlink';
import type { SpawnRequest, StationControl, Stdio } from '../host/control.ts';
import { absolutePath, type EnvironmentChange, environment, HOME } from './environment.ts';
import { systemError } from './errors.ts';
import { Process } from './process.ts';
import { type BytesListener, readStream, StreamWriter } from './streams.ts';

/** What a process reads: text (as UTF-8) or bytes, nothing at all (null), or what the page writes later (absent). */
export type Input = string | Uint8Array | null;

export interface SpawnOptions {
  readonly stdin?: Input;
  /** Changes to the default environment: null takes a variable away. */
  readonly env?: EnvironmentChange;
  /** Default: the home directory. */
  readonly cwd?: string;
  /** Absent: the output is thrown away. A listener that returns a promise holds the process back until it settles. */
  readonly onStdout?: BytesListener;
  readonly onStderr?: BytesListener;
  /** Aborting ends the process group: SIGTERM, then SIGKILL. */
  readonly signal?: AbortSignal;
}

/**
 * @throws SystemError ENOENT, EACCES, ENOEXEC, EAGAIN (too many processes), ...
 * @throws the signal's reason, when it is aborted before the process runs
 */
export async function launch(
  station: StationControl,
  file: string,
  args: readonly string[],
  options: SpawnOptions,
): Promise<Process> {
  const { stdin, onStdout, onStderr, signal } = options;
  const cwd = absolutePath(options.cwd ?? HOME);
  signal?.throwIfAborted();
  const ports: MessagePort[] = [];
  /** The station's end of a pipe as a descriptor, and the page's end. */
  const pipe = (): [Stdio, MessagePort] => {
    const { port1, port2 } = new MessageChannel();
    ports.push(port2);
    return [{ kind: 'port', port: port2 }, port1];
  };
  const output = (listener: BytesListener | undefined): [Stdio, MessagePort | undefined] =>
    listener ? pipe() : [{ kind: 'null' }, undefined];

  const [input, inputPort]: [Stdio, MessagePort | undefined] = stdin === null ? [{ kind: 'null' }, undefined] : pipe();
  const [out, outPort] = output(onStdout);
  const [err, errPort] = output(onStderr);
  // Listening starts before the process does: the first output comes with its pid.
  const readers = [
    ...(outPort && onStdout ? [readStream(outPort, onStdout)] : []),
    ...(errPort && onStderr ? [readStream(errPort, onStderr)] : []),
  ];
  const writer = inputPort && new StreamWriter(inputPort);
  const request: SpawnRequest = {
    file,
    args,
    env: environment('pipe', cwd, options.env),
    cwd,
    stdio: [input, out, err],
  };
  const pid = await station.spawn(transfer(request, ports)).catch((error: unknown) => {
    writer?.abandon();
    for (const reader of readers) reader.cancel();
    throw systemError(error, 'spawn', file);
  });
  const process = new Process({ pid, station, stdin: writer, outputs: readers });
  endOnAbort(process, signal);
  if (writer && stdin !== undefined && stdin !== null) {
    // A process that does not read all of its input is no error.
    writer.write(stdin).catch(() => undefined);
    void writer.close();
  }
  return process;
}

function endOnAbort(process: Process, signal: AbortSignal | undefined): void {
  if (!signal) return;
  const abort = () => {
    // When the machine is lost meanwhile, `wait` tells.
    process.terminate().catch(() => undefined);
  };
  const forget = () => signal.removeEventListener('abort', abort);
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  process.wait().then(forget, forget);
}
