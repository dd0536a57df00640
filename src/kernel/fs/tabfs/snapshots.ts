// Snapshots of the root's tree, by copy-on-write: to make one takes no time, as nothing is copied. From then on, what an
// inode was is kept in the newest snapshot when it is changed for the first time, and where a name led when it is. What
// a snapshot shows of an inode is what it has kept itself, else what the next newer one shows, else what is there now.
//
// Data is not copied: what was kept is one more owner of the same chunks.

import { SysError } from '../../../abi/errno.ts';
import type { Ino } from '../../vfs/filesystem.ts';
import type { Directory } from './directory.ts';
import type { Effect } from './effects.ts';
import { type Extent, type Geometry, type Run, runOf } from './extents.ts';
import { type Inode, weightOf } from './inode.ts';
import { InodeTable } from './inode-table.ts';

export class Snapshot {
  readonly id: number;
  readonly name: string;
  readonly sec: number;
  readonly nsec: number;
  /** Inodes that have changed since, as they were; */
  readonly inodes = new InodeTable();
  /** those that were not there; */
  readonly absent = new Set<Ino>();
  /** and by directory, where names led that have changed since. 0: nowhere. */
  readonly names = new Map<Ino, Map<string, Ino>>();

  constructor(id: number, name: string, sec: number, nsec: number) {
    this.id = id;
    this.name = name;
    this.sec = sec;
    this.nsec = nsec;
  }

  knows(ino: Ino): boolean {
    return this.inodes.has(ino) || this.absent.has(ino);
  }

  /** Where a name led; keeps what is known already. */
  noteName(dir: Ino, name: string, ino: Ino): void {
    let names = this.names.get(dir);
    if (names === undefined) {
      names = new Map();
      this.names.set(dir, names);
    }
    if (!names.has(name)) names.set(name, ino);
  }

  clear(): void {
    for (const { ino } of this.inodes.values()) this.inodes.delete(ino);
    this.absent.clear();
    this.names.clear();
  }
}

export interface SnapshotsOptions {
  /** What there is now. */
  readonly inodes: InodeTable;
  readonly geometry: () => Geometry;
  /** Told of units that have one owner more, or fewer. */
  readonly onShared: (run: Run) => void;
  readonly onFreed: (run: Run) => void;
  /** Told of an inode that has lost its names by a rollback. */
  readonly onNameless: (ino: Ino) => void;
}

export class Snapshots {
  /** The oldest first. */
  readonly list: Snapshot[] = [];
  private readonly options: SnapshotsOptions;

  constructor(options: SnapshotsOptions) {
    this.options = options;
  }

  /** EIO: records speak only of snapshots that there are. */
  get(id: number): Snapshot {
    const snapshot = this.list.find((each) => each.id === id);
    if (snapshot === undefined) throw new SysError('EIO', `the volume is damaged: no snapshot ${id}`);
    return snapshot;
  }

  private get newest(): Snapshot | undefined {
    return this.list.at(-1);
  }

  private share(extents: readonly Extent[]): void {
    for (const extent of extents) this.options.onShared(runOf(extent, this.options.geometry()));
  }

  private unshare(extents: readonly Extent[]): void {
    for (const extent of extents) this.options.onFreed(runOf(extent, this.options.geometry()));
  }

  // --- what changes ------------------------------------------------------------------------------------------------

  /** An inode is about to change. */
  keep(inode: Inode): void {
    const { newest } = this;
    if (newest === undefined || inode.volatile || newest.knows(inode.ino)) return;
    // What has no name is not in the tree.
    if (inode.nlink === 0) {
      newest.absent.add(inode.ino);
      return;
    }
    newest.inodes.add(inode.ino, inode.mode).assume(inode);
    this.share(inode.extents);
  }

  /** How much longer a checkpoint becomes, at most, by what is kept when these effects are carried out. */
  weigh(effects: readonly Effect[]): number {
    const { newest } = this;
    if (newest === undefined) return 0;
    const weighed = new Set<Ino>();
    let weight = 0;
    const add = (ino: Ino): void => {
      const inode = this.options.inodes.get(ino);
      if (inode === undefined || inode.volatile || newest.knows(ino) || weighed.has(ino)) return;
      weighed.add(ino);
      weight += weightOf(inode);
    };
    for (const effect of effects) {
      if ('name' in effect) weight += effect.name.length + 16;
      if ('ino' in effect) add(effect.ino);
      if (effect.kind !== 'rollback') continue;
      const { versions, absent } = this.differences(this.list.slice(this.list.indexOf(this.get(effect.id))));
      for (const ino of [...versions.keys(), ...absent]) add(ino);
      for (const version of versions.values()) weight += weightOf(version);
    }
    return weight;
  }

  /** An inode has been made. */
  made(ino: Ino): void {
    this.newest?.absent.add(ino);
  }

  /** An inode turns out to belong to a tree that is not kept, or is gone: nobody will ask for it. */
  dismiss(ino: Ino): void {
    if (this.newest?.absent.delete(ino) === true) this.newest.names.delete(ino);
  }

  /**
   * A name in a directory is about to lead elsewhere, or nowhere. Also where the newest snapshot has no such directory:
   * a rollback may have brought it back, and then an older one does.
   */
  keepName(dir: Inode, name: string): void {
    const { newest } = this;
    if (newest === undefined || dir.volatile) return;
    newest.noteName(dir.ino, name, dir.directory?.get(name)?.ino ?? 0);
  }

  /** It has: what leads where it led before needs no note. */
  nameChanged(dir: Inode, name: string): void {
    const names = this.newest?.names.get(dir.ino);
    if (names === undefined || names.get(name) !== (dir.directory?.get(name)?.ino ?? 0)) return;
    names.delete(name);
    if (names.size === 0) this.newest?.names.delete(dir.ino);
  }

  // --- whole snapshots ---------------------------------------------------------------------------------------------

  add(snapshot: Snapshot): void {
    this.list.push(snapshot);
  }

  /** What only this snapshot knew, the one before it needs from now on. */
  forget(id: number): void {
    const snapshot = this.get(id);
    const index = this.list.indexOf(snapshot);
    const older = this.list[index - 1];
    this.list.splice(index, 1);
    for (const version of snapshot.inodes.values()) {
      if (older === undefined || older.knows(version.ino)) this.unshare(version.extents);
      else older.inodes.add(version.ino, version.mode).assume(version);
    }
    if (older === undefined) return;
    for (const ino of snapshot.absent) if (!older.knows(ino)) older.absent.add(ino);
    for (const [dir, names] of snapshot.names) {
      for (const [name, ino] of names) older.noteName(dir, name, ino);
    }
  }

  /** The inodes and names that a snapshot shows otherwise than they are now. */
  private differences(since: readonly Snapshot[]): Snapshot & { readonly versions: Map<Ino, Inode> } {
    const versions = new Map<Ino, Inode>();
    const all = Object.assign(new Snapshot(0, '', 0, 0), { versions });
    for (const snapshot of since) {
      const known = (ino: Ino): boolean => versions.has(ino) || all.absent.has(ino);
      for (const version of snapshot.inodes.values()) if (!known(version.ino)) versions.set(version.ino, version);
      for (const ino of snapshot.absent) if (!known(ino)) all.absent.add(ino);
      for (const [dir, names] of snapshot.names) for (const [name, ino] of names) all.noteName(dir, name, ino);
    }
    return all;
  }

  /** Bring back what a snapshot shows. What is not in it loses its names. */
  rollback(id: number): void {
    const snapshot = this.get(id);
    const { versions, absent, names } = this.differences(this.list.slice(this.list.indexOf(snapshot)));
    for (const ino of absent) this.vanish(ino);
    for (const version of versions.values()) this.restore(version);
    for (const [dir, changed] of names) {
      if (absent.has(dir)) continue;
      for (const [name, ino] of changed) this.restoreName(dir, name, ino);
    }
    if (snapshot !== this.newest) return;
    // There is no difference any more.
    for (const version of snapshot.inodes.values()) this.unshare(version.extents);
    snapshot.clear();
  }

  private vanish(ino: Ino): void {
    const inode = this.options.inodes.get(ino);
    if (inode === undefined) return;
    this.keep(inode);
    const { directory } = inode;
    for (const { name } of directory?.entries() ?? []) this.keepName(inode, name);
    directory?.clear();
    inode.nlink = 0;
    this.options.onNameless(ino);
  }

  private restore(version: Inode): void {
    const { inodes, geometry, onFreed } = this.options;
    const { ino } = version;
    let inode = inodes.get(ino);
    if (inode === undefined) {
      inode = inodes.add(ino, version.mode);
      if (this.newest?.knows(ino) === false) this.newest.absent.add(ino);
    } else {
      this.keep(inode);
      const spare = inode.spare(geometry());
      if (spare !== undefined) onFreed(spare);
      inode.capacity = 0;
    }
    // First one owner more, then one fewer: what both have is never without one.
    this.share(version.extents);
    this.unshare(inode.extents);
    inode.assume(version);
  }

  private restoreName(dir: Ino, name: string, ino: Ino): void {
    const { inodes } = this.options;
    const inode = inodes.get(dir);
    const directory: Directory | undefined = inode?.directory;
    if (inode === undefined || directory === undefined) {
      throw new SysError('EIO', `the volume is damaged: directory ${dir} of a snapshot is missing`);
    }
    this.keepName(inode, name);
    if (ino === 0) {
      directory.remove(name);
      return;
    }
    directory.set(name, ino, directory.freshCookie);
    const child = inodes.get(ino)?.directory;
    if (child === undefined) return;
    child.parent = dir;
    child.name = name;
  }
}
