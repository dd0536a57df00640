// A whole machine inside Node: kernel and station in this thread, processes in worker_threads. For tests of the OS with
// real programs and without a browser; what only a browser has (SharedWorker, OPFS, xterm.js) is not in it.

import { randomFillSync } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { MessageChannel, Worker } from 'node:worker_threads';
import { build } from 'rolldown';
import { decodeStatus } from '../abi/wait.ts';
import { fromText, packStrings } from '../base/bytes.ts';
import { ProcessHost } from '../host/process-host.ts';
import { openPipe, type Pipe } from '../kernel/fd/pipe.ts';
import { KernelPort } from '../kernel/kernel-port.ts';
import type { KernelOps, StationOps } from '../kernel/link.ts';
import type { Clock } from '../kernel/ports.ts';
import { Kernel, type StationPort } from '../kernel/proc/kernel.ts';
import { ProgramLoader } from '../kernel/station/program-loader.ts';
import { Station } from '../kernel/station/station.ts';
import type { Credentials, Vfs } from '../kernel/vfs/vfs.ts';
import type { Endpoint, FromProcess, ToProcess } from '../transport/process-protocol.ts';
import { endpointPair, RpcPeer } from '../transport/rpc.ts';

export const nodeClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, Math.min(ms, 0x7fff_ffff));
    return () => clearTimeout(timer);
  },
};

const USER: Credentials = { uid: 1000, gid: 1000, groups: [1000] };
const ENV: Readonly<Record<string, string>> = {
  PATH: '/usr/bin:/bin',
  HOME: '/home/user',
  USER: 'user',
  LC_ALL: 'C.UTF-8',
  TERM: 'dumb',
};

let bundle: Promise<string> | undefined;

/** The process worker as one file that Node can run. */
const processBundle = (): Promise<string> => {
  bundle ??= (async () => {
    const here = fileURLToPath(new URL('.', import.meta.url));
    const file = `${here}../../.cache/test/process.node.${process.pid}.mjs`;
    await build({
      input: `${here}process.node.ts`,
      platform: 'node',
      output: { file, format: 'esm', codeSplitting: false },
      logLevel: 'warn',
    });
    return file;
  })();
  return bundle;
};

export interface ExecOptions {
  readonly stdin?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export interface ExecResult {
  /** As a shell tells it: 128 and the signal for one that was killed. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class NodeMachine {
  readonly kernel: Kernel;
  readonly station: Station;
  readonly log: string[] = [];
  private readonly host: ProcessHost;
  private readonly workers = new Map<number, Worker>();
  private readonly served: Promise<void>;
  private lastWorker = 0;

  private constructor(vfs: Vfs, workerFile: string) {
    const [kernelEnd, stationEnd] = endpointPair();
    this.kernel = new Kernel({ clock: nodeClock });
    const { served } = this.kernel.connect(() => toStation as unknown as StationPort);
    const toStation: RpcPeer<StationOps, KernelOps> = new RpcPeer<StationOps, KernelOps>(kernelEnd, served);
    const toKernel: RpcPeer<KernelOps, StationOps> = new RpcPeer<KernelOps, StationOps>(stationEnd, {
      signal: (_c, ...args) => this.station.operations.signal(...args),
      reparented: (_c, ...args) => this.station.operations.reparented(...args),
      detail: (_c, pid) => this.station.operations.detail(pid),
    });
    const log = (message: string): void => void this.log.push(message);
    const { port1, port2 } = new MessageChannel();
    this.host = new ProcessHost({
      clock: nodeClock,
      log,
      requestWorkers: (count) => this.addWorkers(workerFile, count),
      terminateWorker: (id) => {
        void this.workers.get(id)?.terminate();
        this.workers.delete(id);
      },
      breathe: () =>
        new Promise((resolve) => {
          port1.once('message', resolve);
          port2.postMessage(0);
        }),
    });
    this.station = new Station({
      kernel: new KernelPort(toKernel as unknown as ConstructorParameters<typeof KernelPort>[0]),
      vfs,
      loader: new ProgramLoader(vfs, (bytes) => WebAssembly.compile(bytes)),
      spawner: this.host,
      clock: nodeClock,
      random: { fill: (bytes) => bytes.set(randomFillSync(new Uint8Array(bytes.length))) },
      log,
    });
    this.served = this.host.serve(this.station).finally(() => port1.close());
  }

  static async boot(vfs: Vfs): Promise<NodeMachine> {
    return new NodeMachine(vfs, await processBundle());
  }

  private addWorkers(file: string, count: number): void {
    for (let i = 0; i < count; i++) {
      const id = ++this.lastWorker;
      const worker = new Worker(file);
      this.workers.set(id, worker);
      const endpoint: Endpoint<ToProcess, FromProcess> = {
        post: (message) => worker.postMessage(message),
        onmessage: null,
      };
      worker.on('message', (message: FromProcess) => endpoint.onmessage?.(message));
      worker.on('error', (error) => endpoint.onmessage?.({ type: 'fault', message: String(error) }));
      this.host.add(id, endpoint);
    }
  }

  /** Run `/bin/sh -c script` to its end. */
  async exec(script: string, options: ExecOptions = {}): Promise<ExecResult> {
    return await this.run(['/bin/sh', '-c', script], options);
  }

  async run(
    argv: readonly string[],
    { stdin = '', env = {}, cwd = '/home/user' }: ExecOptions = {},
  ): Promise<ExecResult> {
    const { station } = this;
    const pid = await station.kernel.call('spawn', USER.uid, USER.gid);
    const task = station.create(pid, USER);
    task.envp = packStrings(Object.entries({ ...ENV, ...env }).map(([k, v]) => fromText(`${k}=${v}`)));
    task.cwd.release();
    task.cwd = await station.vfs.openDirectory(task, task.root, cwd);
    const loaded = await station.loader.load(task, argv[0] ?? '', packStrings(argv.map(fromText)));
    task.argv = loaded.argv;
    task.exe = loaded.path;
    const input = openPipe(0);
    const output = openPipe(0);
    const errors = openPipe(0);
    const collected = [drain(output[0].pipe), drain(errors[0].pipe)];
    task.fds.set(0, input[0], false);
    task.fds.set(1, output[1], false);
    task.fds.set(2, errors[1], false);
    output[0].retain().release();
    errors[0].retain().release();
    feed(input[1].pipe, typeof stdin === 'string' ? new TextEncoder().encode(stdin) : stdin);
    input[1].retain().release();
    station.kernel.notify('exec', pid, task.argv);
    const ended = station.exited(pid);
    await station.launch(task, loaded.program);
    const status = decodeStatus(await ended);
    const [stdout = '', stderr = ''] = await Promise.all(collected);
    const exitCode = status.kind === 'exited' ? status.code : status.kind === 'signaled' ? 128 + status.signal : 0;
    return { exitCode, stdout, stderr };
  }

  /** Ends the workers. Throws when something was left behind. */
  async stop(): Promise<void> {
    this.host.stop();
    await this.served;
    await Promise.all([...this.workers.values()].map((worker) => worker.terminate()));
    this.station.assertQuiescent();
    this.kernel.assertQuiescent();
    if (this.log.length > 0) throw new Error(`the system reported faults:\n${this.log.join('\n')}`);
  }
}

/** All that is written into a pipe, as text, when its last writer is gone. */
const drain = (pipe: Pipe): Promise<string> =>
  new Promise((resolve) => {
    const decoder = new TextDecoder();
    let text = '';
    pipe.readers++;
    const take = (): void => {
      const part = new Uint8Array(pipe.size);
      pipe.take(part);
      text += decoder.decode(part, { stream: true });
      if (pipe.writers > 0) {
        pipe.forReaders.add(take);
        return;
      }
      pipe.readers--;
      resolve(text + decoder.decode());
    };
    pipe.forReaders.add(take);
  });

/** Write bytes into a pipe as there is room, then close it. */
const feed = (pipe: Pipe, bytes: Uint8Array): void => {
  let at = 0;
  pipe.writers++;
  const put = (): void => {
    if (pipe.readers > 0 && at < bytes.length) at += pipe.put(bytes.subarray(at));
    if (pipe.readers > 0 && at < bytes.length) {
      pipe.forWriters.add(put);
      return;
    }
    pipe.writers--;
    pipe.forReaders.wake();
  };
  put();
};
