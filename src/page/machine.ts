/**
 * The machine as this page has it: checks what the browser offers, starts or joins the kernel, starts the tab's station
 * and the workers of its processes, and notices when one of them is gone (host/control.ts is the contract).
 *
 * What takes longest goes first: the scripts of the tab's workers load while the storage is being tried and the
 * terminal's code comes. Nothing is asked of them before every check has passed; when one fails they are ended.
 */

import { type Remote, releaseProxy, wrap } from 'comlink';
import type {
  FromStation,
  KernelControl,
  KernelHello,
  KernelWelcome,
  MachineOptions,
  StationControl,
  ToStation,
} from '../host/control.ts';
import {
  type Capabilities,
  type Capability,
  checkPlatform,
  checkStorage,
  missing,
  type Scope,
} from './capabilities.ts';
import { deferred } from './deferred.ts';
import { Disposables, Emitter } from './emitter.ts';
import { isVolumeFault, TabOSError } from './errors.ts';
import { guarded, Lifeline } from './lifeline.ts';
import { holdLock, watchAnswers, watchLock } from './liveness.ts';
import { followPage } from './page-state.ts';
import { randomId } from './random-id.ts';
import { ProcessWorkers, startKernel, startStation, type WorkerFailure } from './workers.ts';

/** As many as a station keeps warm: they load while it boots. */
const PREWARMED = 3;

export type MachinePart = 'kernel' | 'station';

export class Machine {
  readonly name: string;
  readonly ephemeral: boolean;
  /** Calls wait until the kernel is there, and reject when it is gone. */
  readonly kernel: KernelControl;
  readonly station: StationControl;
  readonly lifeline = new Lifeline();
  readonly capabilities: Promise<Capabilities>;
  /** The system is up: processes can be started. Rejects with a TabOSError. */
  readonly ready: Promise<void>;

  readonly #progress = new Emitter<string>();
  readonly #lost = new Emitter<TabOSError>();
  readonly #silent = new Emitter<{ readonly part: MachinePart; readonly silent: boolean }>();
  /** What the system is doing while it boots, for people. */
  readonly onProgress = this.#progress.on;
  /** The machine was up and is gone. At most once. */
  readonly onLost = this.#lost.on;
  /** A part does not answer, or answers again. */
  readonly onSilent = this.#silent.on;

  readonly #options: MachineOptions;
  readonly #tabLock = `tabos-tab:${randomId()}`;
  readonly #kernelPort: MessagePort;
  readonly #stationPort: MessagePort;
  readonly #owned = new Disposables();
  readonly #foundCapabilities = deferred<Capabilities>();
  readonly #stationReady = deferred<void>();
  #isReady = false;

  constructor(options: MachineOptions) {
    this.#options = options;
    this.name = options.name;
    this.ephemeral = options.ephemeral;
    [this.kernel, this.#kernelPort] = this.#control<KernelControl>();
    [this.station, this.#stationPort] = this.#control<StationControl>();
    this.capabilities = this.#foundCapabilities.promise;
    // A failure is told through `ready` and the lifeline.
    this.capabilities.catch(() => undefined);
    this.#stationReady.promise.catch(() => undefined);
    this.ready = this.#boot();
    this.ready.catch((error: unknown) => {
      this.#end(error instanceof TabOSError ? error : new TabOSError('ERR_BOOT', String(error), { cause: error }));
    });
  }

  /** Ends the processes of this page and leaves the machine. Other pages keep it running. */
  close(): void {
    this.#end(new TabOSError('ERR_CLOSED', 'the machine was closed by this page'));
  }

  async #boot(): Promise<void> {
    performance.mark('tabos:boot');
    const scope = window as unknown as Scope;
    const platform = checkPlatform(scope);
    const storage = checkStorage(scope);
    if (Object.values(platform).some(({ ok }) => !ok)) {
      this.#refuse({ ...platform, storage: await storage });
    }
    const station = this.#startStation();
    const processes = this.#startProcesses();
    const denied: { -readonly [name in 'sharedWorkers' | 'webLocks']?: Capability } = {};
    const lock = holdLock(this.#tabLock).catch((error: unknown) => {
      denied.webLocks = { ok: false, detail: String(error) };
    });
    const [storageFound, held] = await Promise.all([storage, lock]);
    if (held) this.#owned.add(held);
    performance.mark('tabos:checked');
    // The kernel may outlive this page: it is started when nothing can stop the page from needing it.
    let kernel: SharedWorker | undefined;
    if (storageFound.ok || this.ephemeral) {
      kernel = this.#startKernel((detail) => {
        denied.sharedWorkers = { ok: false, detail };
      });
    }
    const found = { ...platform, ...denied, storage: storageFound };
    if (missing(found, this.ephemeral).length > 0 || !kernel) this.#refuse(found);
    this.#foundCapabilities.resolve(found);
    if (this.lifeline.error) throw this.lifeline.error;
    this.#connect(kernel, station, processes);
    await this.#stationReady.promise;
    performance.mark('tabos:station');
    this.#isReady = true;
    this.#watch();
  }

  #refuse(found: Capabilities): never {
    this.#foundCapabilities.resolve(found);
    const names = missing(found, this.ephemeral).join(', ');
    throw new TabOSError('ERR_UNSUPPORTED', `the browser lacks what the machine needs: ${names}`);
  }

  #startKernel(onDenied: (detail: string) => void): SharedWorker | undefined {
    try {
      const kernel = startKernel(this.name, this.ephemeral, this.#onWorkerFailure);
      this.#owned.add({ dispose: () => kernel.port.close() });
      return kernel;
    } catch (error) {
      onDenied(String(error));
      return undefined;
    }
  }

  #startStation(): Worker {
    const station = startStation(this.#onWorkerFailure);
    this.#owned.add({ dispose: () => station.terminate() });
    return station;
  }

  #startProcesses(): ProcessWorkers {
    const processes = new ProcessWorkers(this.#onWorkerFailure);
    this.#owned.add({ dispose: () => processes.close() });
    processes.prewarm(PREWARMED);
    return processes;
  }

  #connect(kernel: SharedWorker, station: Worker, processes: ProcessWorkers): void {
    const { port1: stationToKernel, port2: kernelToStation } = new MessageChannel();
    const hello: KernelHello = {
      type: 'hello',
      tabLock: this.#tabLock,
      control: this.#kernelPort,
      station: kernelToStation,
    };
    kernel.port.onmessage = ({ data }: MessageEvent<KernelWelcome>) => {
      performance.mark('tabos:kernel');
      this.#owned.add(watchLock(data.kernelLock, () => this.#fail('The kernel is gone: its worker has ended.')));
    };
    kernel.port.postMessage(hello, [hello.control, hello.station]);
    const post = (message: ToStation, transfer: Transferable[]) => station.postMessage(message, transfer);
    station.onmessage = ({ data }: MessageEvent<FromStation>) => this.#onStation(data, processes, post);
    const boot = {
      type: 'boot',
      machine: this.#options,
      kernel: stationToKernel,
      control: this.#stationPort,
    } as const;
    post(boot, [boot.kernel, boot.control]);
    this.#owned.add(followPage((state, done) => post({ type: 'page', state, ...(done && { done }) }, [])));
  }

  #onStation(
    message: FromStation,
    processes: ProcessWorkers,
    post: (message: ToStation, transfer: Transferable[]) => void,
  ): void {
    switch (message.type) {
      case 'progress':
        this.#progress.emit(message.text);
        return;
      case 'ready':
        this.#stationReady.resolve();
        return;
      case 'failed':
        if (isVolumeFault(message.code)) this.#end(new TabOSError(message.code, message.message));
        else this.#fail(message.code === '' ? message.message : `${message.message} (${message.code})`);
        return;
      case 'needWorkers':
        for (let i = 0; i < message.count; i++) {
          const { id, port } = processes.supply();
          post({ type: 'worker', id, port }, [port]);
        }
        return;
      case 'terminateWorker':
        processes.terminate(message.id);
    }
  }

  readonly #onWorkerFailure = ({ worker, message }: WorkerFailure): void => {
    if (message === undefined) this.#fail(`The script of the ${worker} could not be loaded.`);
    // An error that a worker did not catch is on the console already; while it boots, nothing will come of it.
    else if (!this.#isReady && worker !== 'process') this.#fail(`The ${worker} failed: ${message}`);
  };

  #fail(reason: string): void {
    this.#end(new TabOSError(this.#isReady ? 'ERR_LOST' : 'ERR_BOOT', reason));
  }

  #end(error: TabOSError): void {
    if (this.lifeline.error) return;
    this.lifeline.fail(error);
    this.#stationReady.reject(error);
    this.#foundCapabilities.reject(error);
    this.#owned.dispose();
    if (this.#isReady && error.code !== 'ERR_CLOSED') this.#lost.emit(error);
  }

  #watch(): void {
    const tell = (part: MachinePart) => (silent: boolean) => this.#silent.emit({ part, silent });
    this.#owned.add(watchAnswers(() => this.kernel.terminals(), tell('kernel')));
    this.#owned.add(watchAnswers(() => this.station.stat('/', true), tell('station')));
  }

  /** A Comlink client, and the port for the worker that answers. */
  #control<T extends object>(): [client: T, port: MessagePort] {
    const { port1, port2 } = new MessageChannel();
    const remote: Remote<T> = wrap<T>(port1);
    this.#owned.add({ dispose: () => remote[releaseProxy]() });
    return [guarded(remote, this.lifeline), port2];
  }
}
