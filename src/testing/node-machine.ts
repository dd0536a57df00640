// A whole machine inside Node: kernel and station in this thread, processes in worker_threads. For tests of the OS with
// real programs and without a browser; what only a browser has (SharedWorker, OPFS, xterm.js) is not in it.
//
// It is wired as in a browser: kernel and station speak over message ports, and programs are started and fed by the
// page's own `launch` over the station's control interface. `stop` proves that nothing was left behind.

import { Worker } from 'node:worker_threads';
import { SIGNAL } from '../abi/signals.ts';
import { browserClock, browserCompile, browserRandom } from '../host/browser-ports.ts';
import type { StationControl } from '../host/control.ts';
import { portEndpoint } from '../host/endpoints.ts';
import { ProcessHost } from '../host/process-host.ts';
import { makeStationControl } from '../host/station-control.ts';
import { KernelPort, type KernelTransport } from '../kernel/kernel-port.ts';
import type { KernelOps, StationOps } from '../kernel/link.ts';
import { Kernel, type StationPort } from '../kernel/proc/kernel.ts';
import { ProgramLoader } from '../kernel/station/program-loader.ts';
import { serveStation } from '../kernel/station/serve.ts';
import { Station } from '../kernel/station/station.ts';
import type { Vfs } from '../kernel/vfs/vfs.ts';
import { launch } from '../page/launch.ts';
import type { Endpoint, FromProcess, ToProcess } from '../transport/process-protocol.ts';
import { type MessageEndpoint, RpcPeer } from '../transport/rpc.ts';
import { imageTree } from './image-tree.ts';
import { processBundle } from './process-bundle.ts';

/** Makes the tree of a machine. The station is there when the first process is. */
export type MakeTree = (kernel: KernelPort, station: () => Station) => Vfs | Promise<Vfs>;

export interface MachineOptions {
  /** Default: the userland of the image on a new volume in memory (image-tree.ts). */
  readonly tree?: MakeTree;
  /** Most processes at once; the kernel has a default. */
  readonly processLimit?: number;
}

export interface ExecOptions {
  readonly stdin?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Milliseconds until the session is ended. Default: none. */
  readonly timeout?: number;
  /** Milliseconds that background processes may hold the output after the program's end. Default: as long as they live. */
  readonly linger?: number;
}

export interface ExecResult {
  /** As a shell tells it: 128 and the signal for one that was killed. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The same in bytes. */
export interface Captured {
  readonly exitCode: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly timedOut: boolean;
}

const ENV: Readonly<Record<string, string | null>> = {
  PATH: '/usr/bin:/bin',
  HOME: '/home/user',
  USER: 'user',
  LC_ALL: 'C.UTF-8',
  TERM: 'dumb',
  LOGNAME: null,
  SHELL: null,
  LANG: null,
  PWD: null,
};

/** A port to the kernel. Shared memory does not pass: a SharedWorker cannot receive it, though a Node thread can. */
const kernelEndpoint = (port: MessagePort): MessageEndpoint => {
  const inner = portEndpoint(port);
  const endpoint: MessageEndpoint = {
    post(message, transfer) {
      refuseShared(message);
      inner.post(message, transfer);
    },
    onmessage: null,
  };
  inner.onmessage = (message) => endpoint.onmessage?.(message);
  return endpoint;
};

const refuseShared = (value: unknown): void => {
  if (value instanceof SharedArrayBuffer || (ArrayBuffer.isView(value) && value.buffer instanceof SharedArrayBuffer))
    throw new Error('shared memory in a message to or from the kernel');
  if (Array.isArray(value)) value.forEach(refuseShared);
  else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value))
    Object.values(value).forEach(refuseShared);
};

/** `breathe` of a process host: resolves in a later task of the event loop. */
const makeBreathe = (): { breathe: () => Promise<void>; close: () => void } => {
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.onmessage = () => waiting.shift()?.();
  return {
    breathe: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        port2.postMessage(null);
      }),
    close: () => port1.close(),
  };
};

interface Parts {
  readonly kernel: Kernel;
  readonly station: Station;
  readonly host: ProcessHost;
  readonly toKernel: RpcPeer<KernelOps, StationOps>;
  readonly workers: Map<number, Worker>;
  readonly log: string[];
  /** Close what would keep Node running. */
  readonly close: () => void;
}

export class NodeMachine {
  readonly kernel: Kernel;
  readonly station: Station;
  /** What a page asks of its station. */
  readonly control: StationControl;
  /** Faults of the system. */
  readonly log: string[];
  private readonly parts: Parts;
  private readonly served: Promise<void>;

  private constructor(parts: Parts) {
    this.parts = parts;
    this.kernel = parts.kernel;
    this.station = parts.station;
    this.log = parts.log;
    this.control = makeStationControl(parts.station, false);
    this.served = parts.host.serve(parts.station);
  }

  static async boot({ tree = imageTree, processLimit }: MachineOptions = {}): Promise<NodeMachine> {
    const workerFile = await processBundle();
    const kernel = new Kernel({ clock: browserClock, ...(processLimit !== undefined && { processLimit }) });
    const { port1, port2 } = new MessageChannel();
    const { served } = kernel.connect(() => toStation as unknown as StationPort);
    const toStation: RpcPeer<StationOps, KernelOps> = new RpcPeer<StationOps, KernelOps>(kernelEndpoint(port1), served);
    const toKernel: RpcPeer<KernelOps, StationOps> = new RpcPeer<KernelOps, StationOps>(kernelEndpoint(port2), {
      ...serveStation(() => station),
    });
    const faults: string[] = [];
    const log = (message: string): void => void faults.push(message);
    const workers = new Map<number, Worker>();
    const { breathe, close } = makeBreathe();
    let lastWorker = 0;
    const host = new ProcessHost({
      clock: browserClock,
      log,
      requestWorkers: (count) => {
        for (let i = 0; i < count; i++) addWorker(host, workers, workerFile, ++lastWorker);
      },
      terminateWorker: (id) => {
        void workers.get(id)?.terminate();
        workers.delete(id);
      },
      breathe,
    });
    const kernelPort = new KernelPort(toKernel as unknown as KernelTransport);
    const vfs = await tree(kernelPort, () => station);
    const station: Station = new Station({
      kernel: kernelPort,
      vfs,
      loader: new ProgramLoader(vfs, browserCompile),
      spawner: host,
      clock: browserClock,
      random: browserRandom,
      log,
    });
    await station.mounter.start();
    const closeAll = (): void => {
      close();
      port1.close();
    };
    return new NodeMachine({ kernel, station, host, toKernel, workers, log: faults, close: closeAll });
  }

  /** Run `/bin/sh -c script` to its end. */
  async exec(script: string, options: ExecOptions = {}): Promise<ExecResult> {
    return await this.run(['/bin/sh', '-c', script], options);
  }

  /** Run a program to its end; the output is taken for UTF-8. */
  async run(argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    const { exitCode, stdout, stderr } = await this.capture(argv, options);
    const text = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    return { exitCode, stdout: text(stdout), stderr: text(stderr) };
  }

  /** Run a program until it and all who hold its output have ended. */
  async capture(
    [file = '', ...args]: readonly string[],
    { stdin = '', env = {}, cwd = '/home/user', timeout, linger }: ExecOptions = {},
  ): Promise<Captured> {
    const out: Uint8Array[] = [];
    const err: Uint8Array[] = [];
    const child = await launch(this.control, file, args, {
      stdin,
      env: { ...ENV, ...env },
      cwd,
      onStdout: (bytes) => void out.push(bytes),
      onStderr: (bytes) => void err.push(bytes),
    });
    let timedOut = false;
    const end = (): void => void this.kernel.table.signalSession(child.pid, SIGNAL.SIGKILL);
    const timers: NodeJS.Timeout[] = [];
    const expired = (): void => {
      timedOut = true;
      end();
    };
    if (timeout !== undefined) timers.push(setTimeout(expired, timeout));
    if (linger !== undefined) void child.exited.then(() => void timers.push(setTimeout(end, linger)));
    const { exitCode } = await child.wait();
    for (const timer of timers) clearTimeout(timer);
    return { exitCode, stdout: Buffer.concat(out), stderr: Buffer.concat(err), timedOut };
  }

  /** Ends the workers. Throws when something was left behind. */
  async stop(): Promise<void> {
    const { host, toKernel, workers, close } = this.parts;
    // What the station has told the kernel has arrived when this is answered.
    await toKernel.call('processes');
    host.stop();
    await this.served;
    await Promise.all([...workers.values()].map((worker) => worker.terminate()));
    close();
    this.station.assertQuiescent();
    this.kernel.assertQuiescent();
    if (toKernel.outstanding > 0) throw new Error(`${toKernel.outstanding} calls to the kernel have no answer`);
    if (this.log.length > 0) throw new Error(`the system reported faults:\n${this.log.join('\n')}`);
  }
}

/** A worker_thread for processes, handed to the host when it is there. */
const addWorker = (host: ProcessHost, workers: Map<number, Worker>, file: string, id: number): void => {
  const worker = new Worker(file);
  workers.set(id, worker);
  const endpoint: Endpoint<ToProcess, FromProcess> = {
    post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
    onmessage: null,
  };
  worker.on('message', (message: FromProcess) => endpoint.onmessage?.(message));
  worker.on('error', (error) => endpoint.onmessage?.({ type: 'fault', message: String(error) }));
  host.add(id, endpoint);
};
