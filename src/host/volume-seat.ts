// A station's place at the volume: it serves it, or reaches it where it is served.
//
// Whoever has the Web Lock of the volume serves it. A browser gives it to the next in line when a tab is gone, so a
// station that was a client becomes the server without anybody deciding it; what it holds open and what it has asked for
// go along (kernel/fs/remote). A station stands in line whenever it does not serve, except while its page is frozen or
// being left. One that lives gives the volume up when the kernel asks it to, or when its page goes.

import { RemoteFs } from '../kernel/fs/remote/remote-fs.ts';
import { VolumeClient } from '../kernel/fs/remote/volume-client.ts';
import { VolumeServer, type VolumeSession } from '../kernel/fs/remote/volume-server.ts';
import { Volume, type VolumeOptions } from '../kernel/fs/tabfs/volume.ts';
import type { VolumeMount } from '../kernel/station/machine-tree.ts';
import type { FileSystem } from '../kernel/vfs/filesystem.ts';
import type { RpcPeer } from '../transport/rpc.ts';
import { browserClock, makeBreathe } from './browser-ports.ts';
import type { MachineOptions, PageState } from './control.ts';
import { portEndpoint } from './endpoints.ts';
import type { HostKernelOps, HostStationOps } from './host-link.ts';
import { openOpfsVolume } from './opfs-block-store.ts';
import { StorageSpace } from './storage-space.ts';
import { directoryOf, volumeLock } from './volume-place.ts';
import { keepUp, trySync } from './volume-upkeep.ts';

type KernelPeer = RpcPeer<HostKernelOps, HostStationOps>;

export interface Trees {
  readonly root: FileSystem;
  readonly tmp: FileSystem;
  readonly shm: FileSystem;
  readonly scratch: FileSystem;
  /** The volume is new and served here: it has no files yet. */
  readonly fresh: boolean;
}

const randomId = (): number => {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high & 0x1f_ffff) * 2 ** 32 + low;
};

/** How long a station that must not serve yet stays out of the line, for the one that should to get in. */
const PAUSE_MS = 20;

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

export class VolumeSeat {
  private readonly machine: MachineOptions;
  private readonly kernel: () => KernelPeer;
  private readonly log: (message: string) => void;
  /** Told when the volume cannot be mounted after this station has been up. */
  private readonly onFault: (error: unknown) => void;
  private readonly client = new VolumeClient(randomId());
  private readonly sessions = new Map<number, VolumeSession>();
  private readonly space = new StorageSpace();
  private server: VolumeServer | undefined;
  private announced = false;
  private reached: () => void = () => {};
  private failed: (error: unknown) => void;
  /** While this is undefined the page is there, and the station stands in line or serves. */
  private back: Promise<void> | undefined;
  private comeBack: () => void = () => {};
  /** The place in line and then at the volume: settled when it has been left. */
  private place: Promise<void> = Promise.resolve();
  private leaveLine = new AbortController();
  private letGo: () => void = () => {};
  private endUpkeep: () => void = () => {};

  constructor(
    machine: MachineOptions,
    kernel: () => KernelPeer,
    { onFault, log }: { readonly onFault: (error: unknown) => void; readonly log: (message: string) => void },
  ) {
    this.machine = machine;
    this.kernel = kernel;
    this.onFault = onFault;
    this.log = log;
    this.failed = onFault;
  }

  /** The volume's trees: as soon as it is served, here or elsewhere. Rejects when it cannot be mounted. */
  async open(): Promise<Trees> {
    const reached = new Promise<void>((resolve, reject) => {
      this.reached = resolve;
      this.failed = reject;
    });
    if (this.machine.ephemeral) await this.take(Volume.inMemory(await this.options()));
    else void this.standInLine().catch((error: unknown) => this.failed(error));
    await Promise.all([reached, this.space.measure(this.used)]);
    this.failed = this.onFault;
    return {
      root: new RemoteFs(this.client, 'root'),
      tmp: new RemoteFs(this.client, 'tmp'),
      shm: new RemoteFs(this.client, 'shm'),
      scratch: new RemoteFs(this.client, 'mounts'),
      fresh: this.server?.volume.fresh === true,
    };
  }

  /** For /proc/mounts. What the browser has promised meanwhile is shown the next time. */
  mounted(): VolumeMount {
    if (this.machine.ephemeral) return { source: 'memory', options: [] };
    const kept = this.space.persistent ? 'persistent' : 'best-effort';
    void this.space.measure(this.used);
    return { source: `opfs:${kept}`, options: [kept, this.server === undefined ? 'remote' : 'local'] };
  }

  /** Bytes of the volume, while it is served here. */
  private get used(): number {
    return this.server?.volume.used ?? 0;
  }

  private async options(): Promise<VolumeOptions> {
    await this.space.measure();
    const breathe = makeBreathe();
    return {
      now: () => browserClock.now(),
      log: this.log,
      later: (act) => void breathe().then(act),
      capacity: () => this.space.capacity(this.used),
    };
  }

  // --- the line ----------------------------------------------------------------------------------------------------

  /** Ends when the volume cannot be mounted here: the lock goes to the next station, which may have more luck. */
  private async standInLine(): Promise<void> {
    for (let mountable = true; mountable; ) {
      while (this.back !== undefined) await this.back;
      this.leaveLine = new AbortController();
      const { signal } = this.leaveLine;
      this.place = navigator.locks
        .request(volumeLock(this.machine.name), { signal }, async () => {
          mountable = await this.holdLock();
        })
        .catch((error: unknown) => {
          if (!signal.aborted) throw error;
        });
      await this.place;
      await pause();
    }
  }

  /** The lock is ours: mount, serve, and return when somebody else is to. False when the volume cannot be mounted. */
  private async holdLock(): Promise<boolean> {
    if (this.back !== undefined || !(await this.kernel().call('volumeMayServe'))) return true;
    const left = new Promise<void>((resolve) => {
      this.letGo = resolve;
    });
    try {
      const directory = await directoryOf(this.machine.name);
      const onFull = (): void => this.space.full(this.used);
      await this.take(await openOpfsVolume(directory, await this.options(), { onFull }));
    } catch (error) {
      this.failed(error);
      return false;
    }
    // The page may have gone while the volume was being mounted.
    if (this.back !== undefined) this.yield();
    await left;
    return true;
  }

  private async take(volume: Volume): Promise<void> {
    if (await this.kernel().call('firstMount')) {
      volume.resetSubtree('tmp');
      volume.resetSubtree('shm');
      volume.resetSubtree('mounts');
    }
    void this.space.measure(volume.used);
    this.server = new VolumeServer(volume);
    this.client.connectLocal(volume);
    this.endUpkeep = keepUp({ volume, space: this.space, report: () => this.report(), log: this.log });
    this.reached();
    // A client that takes over is ready for others at once; a new one has its tree to make first.
    if (this.announced) this.announce();
  }

  /** Serve no more. Whoever serves next is asked for what has no answer yet. */
  private yield(): void {
    const { server } = this;
    if (server === undefined || this.machine.ephemeral) return;
    this.server = undefined;
    this.endUpkeep();
    this.client.disconnect();
    server.close();
    this.sessions.clear();
    try {
      server.volume.close();
    } catch (error) {
      this.log(`the volume could not be flushed: ${String(error)}`);
    }
    this.kernel().notify('volumeLeft');
    this.letGo();
  }

  private report(): void {
    const others = [...this.sessions].map(([station, session]) => [station, session.takeCalls()] as const);
    const own = this.client.takeLocalCalls();
    if (others.length > 0) this.kernel().notify('volumeCalls', own, others);
  }

  /** The tree stands: let others in, now or when this station comes to serve. */
  announce(): void {
    this.announced = true;
    if (this.server !== undefined) this.kernel().notify('volumeServing');
  }

  // --- from the page -----------------------------------------------------------------------------------------------

  /** Settles when nothing of the volume is held by a station whose page is away. */
  async page(state: PageState): Promise<void> {
    this.kernel().notify('pageState', state);
    if (state === 'away') {
      this.back ??= new Promise((resolve) => {
        this.comeBack = resolve;
      });
      this.leaveLine.abort();
      this.yield();
      await this.place;
      return;
    }
    this.back = undefined;
    this.comeBack();
    if (state === 'hidden' && this.server !== undefined) trySync(this.server.volume);
  }

  // --- from the kernel ---------------------------------------------------------------------------------------------

  /** Another station should serve. */
  yieldTo(): void {
    if (this.announced) this.yield();
  }

  /** A client's port. */
  serve(station: number, port: MessagePort): void {
    const session = this.server?.attach(portEndpoint(port));
    if (session !== undefined) this.sessions.set(station, session);
  }

  /** A client's tab is gone. */
  leave(station: number): void {
    this.sessions.get(station)?.close();
    this.sessions.delete(station);
  }

  /** Every client there is has been sent its port. */
  complete(): void {
    this.server?.reclaimOrphans();
  }

  /** The volume is served at the other end of this port. */
  reach(port: MessagePort): void {
    // What was on its way when this station came to serve itself means nothing any more.
    if (this.server !== undefined) return;
    this.client.connect(portEndpoint(port));
    this.reached();
  }
}
