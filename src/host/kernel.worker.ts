// The kernel's worker: a SharedWorker, one a machine (its name is the machine's). It outlives any single tab.
//
// A page connects with one `hello` (control.ts). From then on the page speaks by Comlink, its station by the calls of
// host-link.ts. A Web Lock that the page holds for as long as it lives tells when the tab is gone.

import * as Comlink from 'comlink';
import { Kernel, type StationPort } from '../kernel/proc/kernel.ts';
import type { Viewer } from '../kernel/tty/viewer.ts';
import { RpcPeer } from '../transport/rpc.ts';
import { browserClock } from './browser-ports.ts';
import type { KernelHello, KernelWelcome } from './control.ts';
import { portEndpoint } from './endpoints.ts';
import type { HostKernelOps, HostStationOps } from './host-link.ts';
import { makeKernelControl } from './kernel-control.ts';
import { VolumeDirectory } from './volume-directory.ts';

declare const self: SharedWorkerGlobalScope;

const bootTime = browserClock.now();
const kernel = new Kernel({ clock: browserClock });
const volume = new VolumeDirectory(browserClock);

// Held for ever: whoever is granted it knows that this worker is gone.
const kernelLock = `tabos-kernel:${crypto.randomUUID()}`;
const lockHeld = new Promise<void>((granted) => {
  void navigator.locks.request(kernelLock, () => {
    granted();
    return new Promise<never>(() => {});
  });
});

const admit = async (port: MessagePort, hello: KernelHello): Promise<void> => {
  const { station, served } = kernel.connect(() => peer as unknown as StationPort);
  const peer = new RpcPeer<HostStationOps, HostKernelOps>(portEndpoint(hello.station), {
    ...served,
    volumeMayServe: () => volume.mayServe(station),
    volumeServing: () => volume.serving(station),
    volumeLeft: () => volume.left(station),
    volumeCalls: (_c, own, others) => volume.calls(station, own, others),
    pageState: (_c, state) => volume.page(station, state),
    bootTime: () => bootTime,
    firstMount: () => volume.firstMount(),
  });
  volume.add(station, peer);
  const viewers = new Set<Viewer>();
  Comlink.expose(makeKernelControl(kernel, viewers), hello.control);
  void navigator.locks.request(hello.tabLock, () => {
    volume.remove(station);
    for (const viewer of viewers) viewer.detach();
    kernel.disconnect(station);
    peer.close();
  });
  await lockHeld;
  port.postMessage({ type: 'welcome', kernelLock } satisfies KernelWelcome);
};

self.onconnect = ({ ports }: MessageEvent): void => {
  const [port] = ports;
  if (port === undefined) return;
  port.onmessage = ({ data }: MessageEvent<KernelHello>) => void admit(port, data);
};
