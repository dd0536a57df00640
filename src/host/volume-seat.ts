// A station's place at the volume: it serves it, or reaches it where it is served.
//
// The Web Lock of the volume is asked for at once and held to the end: whoever has it serves. A browser gives it to the
// next in line when a tab is gone, so a station that was a client becomes the server without anybody deciding it; what
// it holds open and what it has asked for go along (kernel/fs/remote).

import { RemoteFs } from '../kernel/fs/remote/remote-fs.ts';
import { VolumeClient } from '../kernel/fs/remote/volume-client.ts';
import { VolumeServer, type VolumeSession } from '../kernel/fs/remote/volume-server.ts';
import { Volume, type VolumeOptions } from '../kernel/fs/tabfs/volume.ts';
import type { FileSystem } from '../kernel/vfs/filesystem.ts';
import type { RpcPeer } from '../transport/rpc.ts';
import { browserClock, makeBreathe } from './browser-ports.ts';
import type { MachineOptions } from './control.ts';
import { portEndpoint } from './endpoints.ts';
import type { HostKernelOps, HostStationOps } from './host-link.ts';
import { openOpfsVolume } from './opfs-block-store.ts';

type KernelPeer = RpcPeer<HostKernelOps, HostStationOps>;

export interface Trees {
  readonly root: FileSystem;
  readonly tmp: FileSystem;
  readonly shm: FileSystem;
  /** The volume is new and served here: it has no files yet. */
  readonly fresh: boolean;
}

const randomId = (): number => {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high & 0x1f_ffff) * 2 ** 32 + low;
};

/** The directory of a machine's volume in the origin private file system. */
const directoryOf = async (machine: string): Promise<FileSystemDirectoryHandle> => {
  const origin = await navigator.storage.getDirectory();
  const machines = await origin.getDirectoryHandle('tabos', { create: true });
  return await machines.getDirectoryHandle(machine, { create: true });
};

export class VolumeSeat {
  private readonly machine: MachineOptions;
  private readonly kernel: () => KernelPeer;
  /** Told when the volume cannot be mounted after this station has been up. */
  private readonly onFault: (error: unknown) => void;
  private readonly client = new VolumeClient(randomId());
  private readonly sessions = new Map<number, VolumeSession>();
  private server: VolumeServer | undefined;
  private announced = false;
  private reached: () => void = () => {};
  private failed: (error: unknown) => void;

  constructor(machine: MachineOptions, kernel: () => KernelPeer, onFault: (error: unknown) => void) {
    this.machine = machine;
    this.kernel = kernel;
    this.onFault = onFault;
    this.failed = onFault;
  }

  /** The volume's trees: as soon as it is served, here or elsewhere. Rejects when it cannot be mounted. */
  async open(): Promise<Trees> {
    const reached = new Promise<void>((resolve, reject) => {
      this.reached = resolve;
      this.failed = reject;
    });
    if (this.machine.ephemeral) await this.take(Volume.inMemory(await this.options()));
    else void navigator.locks.request(`tabos-volume:${this.machine.name}`, () => this.holdLock());
    await reached;
    this.failed = this.onFault;
    return {
      root: new RemoteFs(this.client, 'root'),
      tmp: new RemoteFs(this.client, 'tmp'),
      shm: new RemoteFs(this.client, 'shm'),
      fresh: this.server?.volume.fresh === true,
    };
  }

  private async options(): Promise<VolumeOptions> {
    const { quota = 0, usage = 0 } = (await navigator.storage?.estimate?.().catch(() => undefined)) ?? {};
    // What others of the origin use is not ours to give away.
    const capacity = Math.max(0, quota - usage);
    const breathe = makeBreathe();
    return {
      now: () => browserClock.now(),
      later: (act) => void breathe().then(act),
      ...(capacity > 0 && { capacity: () => capacity }),
    };
  }

  /** The lock is ours: mount, serve, and never let go. */
  private async holdLock(): Promise<void> {
    try {
      await this.take(await openOpfsVolume(await directoryOf(this.machine.name), await this.options()));
    } catch (error) {
      // The lock goes to the next station, which may have more luck.
      this.failed(error);
      return;
    }
    await new Promise<never>(() => {});
  }

  private async take(volume: Volume): Promise<void> {
    if (await this.kernel().call('firstMount')) {
      volume.resetSubtree('tmp');
      volume.resetSubtree('shm');
    }
    this.server = new VolumeServer(volume);
    this.client.connectLocal(volume);
    this.reached();
    // A client that takes over is ready for others at once; a new one has its tree to make first.
    if (this.announced) this.announce();
  }

  /** The tree stands: let others in, now or when this station comes to serve. */
  announce(): void {
    this.announced = true;
    if (this.server !== undefined) this.kernel().notify('volumeServing');
  }

  // --- from the kernel ---------------------------------------------------------------------------------------------

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
