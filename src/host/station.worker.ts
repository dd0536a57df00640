// The station's worker: one dedicated worker a tab. Wires the station to the browser: the kernel's port, the volume,
// the base image, the process workers that the page creates, and the page's own calls.

import * as Comlink from 'comlink';
import type { PackageIndex } from '../kernel/fs/imagefs/packages.ts';
import { KernelPort, type KernelTransport } from '../kernel/kernel-port.ts';
import { fetchNotice } from '../kernel/station/fetch-notice.ts';
import { makeTree, type TreeParts } from '../kernel/station/machine-tree.ts';
import { ProgramLoader } from '../kernel/station/program-loader.ts';
import { serveStation } from '../kernel/station/serve.ts';
import { Station } from '../kernel/station/station.ts';
import { RpcPeer } from '../transport/rpc.ts';
import { browserClock, browserCompile, browserRandom, makeBreathe } from './browser-ports.ts';
import type { FromStation, MachineOptions, PageState, ToStation } from './control.ts';
import { portEndpoint, typedEndpoint } from './endpoints.ts';
import type { HostKernelOps, HostStationOps } from './host-link.ts';
import { ImageFetcher, loadManifest, loadPackages } from './image.ts';
import { ProcessHost } from './process-host.ts';
import { makeStationControl } from './station-control.ts';
import { volumeFault } from './volume-fault.ts';
import { VolumeSeat } from './volume-seat.ts';

declare const self: DedicatedWorkerGlobalScope;

const tell = (message: FromStation): void => self.postMessage(message);
const log = (message: string): void => console.error(`TabOS: ${message}`);

/** Of the whole machine, where the browser tells it (a power of two in GB). How much is in use it never tells. */
const MEMORY = ((navigator as { deviceMemory?: number }).deviceMemory ?? 0) * 2 ** 30;

const host = new ProcessHost({
  clock: browserClock,
  log,
  requestWorkers: (count) => tell({ type: 'needWorkers', count }),
  terminateWorker: (id) => tell({ type: 'terminateWorker', id }),
  breathe: makeBreathe(),
});

/** The files of the image and of the packages. A machine without its packages is still one. */
const filesOf = async ({ imageUrl, ephemeral }: MachineOptions): Promise<TreeParts['files']> => {
  const { fetchFile, isLocal, forgetFile } = new ImageFetcher(imageUrl, !ephemeral);
  const reload = (): Promise<PackageIndex | undefined> => loadPackages(imageUrl);
  const index = await reload().catch((error: unknown) => log(String(error)));
  const packages = index ? { index, reload } : undefined;
  return { fetchFile, isLocal, forgetFile, packages, onWait: fetchNotice(browserClock) };
};

class BootError extends Error {
  readonly code: string;

  constructor(code: string, cause: unknown) {
    super('the machine cannot be booted', { cause });
    this.code = code;
  }
}

const boot = async ({ machine, kernel: kernelPort, control }: Extract<ToStation, { type: 'boot' }>): Promise<void> => {
  const image = loadManifest(machine.imageUrl);
  const files = filesOf(machine);
  const seat = new VolumeSeat(machine, () => peer, {
    onFault: (error) => failed(volumeFault(error) ?? 'ERR_VOLUME', error),
    log,
  });
  onPage = (state) => seat.page(state);
  const peer: RpcPeer<HostKernelOps, HostStationOps> = new RpcPeer<HostKernelOps, HostStationOps>(
    portEndpoint(kernelPort),
    {
      ...serveStation(() => station),
      volumeServe: (_c, client, port) => seat.serve(client, port),
      volumeLeave: (_c, client) => seat.leave(client),
      volumeComplete: () => seat.complete(),
      volumeYield: () => seat.yieldTo(),
      volumePort: (_c, port) => seat.reach(port),
    },
  );
  const kernel = new KernelPort(peer as unknown as KernelTransport);
  const volume = await seat.open().catch((error: unknown) => {
    throw new BootError(volumeFault(error) ?? 'ERR_BOOT', error);
  });
  const bootTime = await peer.call('bootTime');
  const vfs = await makeTree({
    ...volume,
    image: await image,
    files: await files,
    kernel,
    station: () => station,
    now: () => browserClock.now(),
    bootTime,
    random: browserRandom,
    memory: () => ({ total: MEMORY, free: MEMORY }),
    volume: () => seat.mounted(),
  });
  seat.announce();
  const station: Station = new Station({
    kernel,
    vfs,
    loader: new ProgramLoader(vfs, browserCompile),
    spawner: host,
    clock: browserClock,
    random: browserRandom,
    log,
  });
  await station.mounter.start();
  Comlink.expose(makeStationControl(station, !machine.ephemeral), control);
  void host.serve(station).catch((error: unknown) => failed('ERR_STATION', error));
  tell({ type: 'ready' });
};

const failed = (code: string, error: unknown): void => {
  log(error instanceof Error ? (error.stack ?? error.message) : String(error));
  tell({ type: 'failed', code, message: error instanceof Error ? error.message : String(error) });
};

let onPage: (state: PageState) => Promise<void> = async () => {};

const onPageState = async ({ state, done }: Extract<ToStation, { type: 'page' }>): Promise<void> => {
  await onPage(state);
  if (done !== undefined) Atomics.store(done, 0, 1);
};

self.onmessage = ({ data }: MessageEvent<ToStation>): void => {
  if (data.type === 'worker') host.add(data.id, typedEndpoint(data.port));
  else if (data.type === 'page') void onPageState(data);
  else {
    boot(data).catch((error: unknown) => {
      if (error instanceof BootError) failed(error.code, error.cause);
      else failed('ERR_BOOT', error);
    });
  }
};
