// For a volume that will not mount: looks what is wrong with it, mends it, and takes out what can be read. A dedicated
// worker of its own, since there is no station then. It holds the volume's Web Lock while it works.

import * as Comlink from 'comlink';
import { SysError } from '../abi/errno.ts';
import { toText } from '../base/bytes.ts';
import { writeTar } from '../kernel/archive/tar-writer.ts';
import { walkTree } from '../kernel/archive/walk-tree.ts';
import { checkVolume, repairVolume } from '../kernel/fs/tabfs/repair.ts';
import { TabFs } from '../kernel/fs/tabfs/tabfs.ts';
import { Volume } from '../kernel/fs/tabfs/volume.ts';
import { Journal } from '../kernel/storage/journal.ts';
import { ScratchStore } from '../kernel/storage/scratch-store.ts';
import type { Ino } from '../kernel/vfs/filesystem.ts';
import { type Context, Vfs } from '../kernel/vfs/vfs.ts';
import { browserClock, makeBreathe } from './browser-ports.ts';
import type { SavedFiles, VolumeDoctor } from './control.ts';
import { openOpfsStores, type VolumeStores } from './opfs-block-store.ts';
import { told } from './told.ts';
import { directoryOf, volumeLock } from './volume-place.ts';

const ROOT: Omit<Context, 'root' | 'cwd'> = { cred: { uid: 0, gid: 0, groups: [0] }, umask: 0 };
/** What cannot be read is left out in pieces of this size. */
const PIECE = 4096;

/** Gives zeros for what cannot be read. */
class ForgivingFs extends TabFs {
  readonly damaged = new Set<Ino>();

  override read(ino: Ino, offset: number, into: Uint8Array): number {
    try {
      return super.read(ino, offset, into);
    } catch (error) {
      if (!(error instanceof SysError) || error.errno !== 'EIO') throw error;
      this.damaged.add(ino);
    }
    const length = Math.max(0, Math.min(into.length, this.getattr(ino).size - offset));
    for (let done = 0; done < length; done += PIECE) {
      const piece = into.subarray(done, Math.min(done + PIECE, length));
      try {
        super.read(ino, offset + done, piece);
      } catch {
        piece.fill(0);
      }
    }
    return length;
  }
}

const withStores = async <T>(machine: string, work: (stores: VolumeStores) => T | Promise<T>): Promise<T> =>
  await navigator.locks.request(volumeLock(machine), { ifAvailable: true }, async (lock) => {
    if (lock === null) throw new SysError('EBUSY', 'another tab has mounted the volume');
    const stores = await openOpfsStores(await directoryOf(machine));
    try {
      return await work(stores);
    } finally {
      for (const store of stores) store.close();
    }
  });

/** A tar archive of the root, of a repaired copy in memory: what is stored stays as it is. */
const save = async ([data, first, second]: VolumeStores): Promise<SavedFiles> => {
  const copy: VolumeStores = [new ScratchStore(data), new ScratchStore(first), new ScratchStore(second)];
  repairVolume(copy, () => browserClock.now());
  const volume = new Volume(copy[0], new Journal([copy[1], copy[2]]), { now: () => browserClock.now() });
  const fs = new ForgivingFs(volume, 'root');
  const vfs = new Vfs(fs);
  const ctx: Context = { ...ROOT, root: vfs.root, cwd: vfs.root };
  const selection = { includes: [], excludes: [] };
  const names = new Map<Ino, string>();
  let archive = new Blob([]);
  const noted = async function* () {
    for await (const entry of walkTree({ vfs, ctx, selection, breathe: makeBreathe() }, '/')) {
      if (entry.type === 'file') {
        const { ino } = await vfs.stat(ctx, vfs.root, `/${entry.path}`, 0);
        names.set(ino, `/${toText(entry.path)}`);
      }
      yield entry;
    }
  };
  for await (const chunk of writeTar(noted())) archive = new Blob([archive, new Uint8Array(chunk)]);
  return { archive, files: names.size, damaged: [...fs.damaged].map((ino) => names.get(ino) ?? `inode ${ino}`) };
};

const doctor: VolumeDoctor = {
  check: (machine) => told(() => withStores(machine, (stores) => checkVolume(stores))),
  repair: (machine) => told(() => withStores(machine, (stores) => repairVolume(stores, () => browserClock.now()))),
  save: (machine) => told(() => withStores(machine, save)),
};

Comlink.expose(doctor);
