// A tree of the machine's volume as a file system, wherever the volume is served: a direct call when that is here, a
// request to the serving station otherwise.

import type {
  AttributeChange,
  Attributes,
  CheckStep,
  Coherence,
  Created,
  Entry,
  FileSystem,
  FileSystemStatus,
  Ino,
  NewInode,
  SnapshotChange,
  SnapshotInfo,
  Walk,
} from '../../vfs/filesystem.ts';
import type { Awaitable } from '../../vfs/flow.ts';
import type { TabFs } from '../tabfs/tabfs.ts';
import { SUBTREES, type Subtree } from '../tabfs/volume.ts';
import { type Args, type Call, type Packed, type Result, unpackAttributes } from './protocol.ts';
import type { VolumeClient } from './volume-client.ts';

const one = (packed: Packed): Attributes => unpackAttributes(packed)[0] as Attributes;

export class RemoteFs implements FileSystem {
  readonly type: string;
  readonly readOnly = false;
  readonly rootIno: Ino;
  /** The trees of a volume number their inodes together. */
  readonly shared = 'volume';
  private readonly client: VolumeClient;
  private readonly subtree: Subtree;

  constructor(client: VolumeClient, subtree: Subtree) {
    this.client = client;
    this.subtree = subtree;
    this.type = subtree === 'root' ? 'tabfs' : 'tmpfs';
    this.rootIno = SUBTREES[subtree].ino;
  }

  get coherence(): Coherence {
    return this.client;
  }

  private get local(): TabFs | undefined {
    return this.client.local(this.subtree);
  }

  private call<C extends Call>(call: C, ...args: Args<C>): Promise<Result<C>> {
    return this.client.call(this.subtree, call, ...args);
  }

  walk(dir: Ino, names: readonly string[], open: boolean): Awaitable<Walk> {
    const { local } = this;
    if (local === undefined) return this.walkRemote(dir, names, open);
    const walk = local.walk(dir, names, open);
    if (walk.opened !== undefined) this.client.opened(walk.opened);
    return walk;
  }

  private async walkRemote(dir: Ino, names: readonly string[], open: boolean): Promise<Walk> {
    const [packed, opened] = await this.call('walk', dir, names, open);
    const passed = unpackAttributes(packed) as [Attributes, ...Attributes[]];
    return opened === undefined ? { passed } : { passed, opened };
  }

  getattr(ino: Ino): Awaitable<Attributes> {
    return this.local?.getattr(ino) ?? this.call('getattr', ino).then(one);
  }

  setattr(ino: Ino, change: AttributeChange): Awaitable<Attributes> {
    return this.local?.setattr(ino, change) ?? this.call('setattr', ino, change).then(one);
  }

  parentOf(dir: Ino): Awaitable<Attributes> {
    return this.local?.parentOf(dir) ?? this.call('parentOf', dir).then(one);
  }

  namesTo(dir: Ino): Awaitable<readonly string[]> {
    return this.local?.namesTo(dir) ?? this.call('namesTo', dir);
  }

  create(
    dir: Ino,
    name: string,
    what: NewInode,
    options: { readonly exclusive: boolean; readonly open: boolean },
  ): Awaitable<Created> {
    const { local } = this;
    if (local === undefined) {
      return this.call('create', dir, name, what, options).then(([packed, created]) => ({
        attributes: one(packed),
        created,
      }));
    }
    const made = local.create(dir, name, what, options);
    if (options.open) this.client.opened(made.attributes.ino);
    return made;
  }

  link(ino: Ino, dir: Ino, name: string): Awaitable<void> {
    return this.local ? this.local.link(ino, dir, name) : this.call('link', ino, dir, name);
  }

  unlink(dir: Ino, name: string): Awaitable<void> {
    return this.local ? this.local.unlink(dir, name) : this.call('unlink', dir, name);
  }

  rmdir(dir: Ino, name: string): Awaitable<void> {
    return this.local ? this.local.rmdir(dir, name) : this.call('rmdir', dir, name);
  }

  rename(oldDir: Ino, oldName: string, newDir: Ino, newName: string, flags: number): Awaitable<void> {
    const { local } = this;
    if (local !== undefined) return local.rename(oldDir, oldName, newDir, newName, flags);
    return this.call('rename', oldDir, oldName, newDir, newName, flags);
  }

  readlink(ino: Ino): Awaitable<string> {
    return this.local?.readlink(ino) ?? this.call('readlink', ino);
  }

  read(ino: Ino, offset: number, into: Uint8Array): Awaitable<number> {
    const { local } = this;
    if (local !== undefined) return local.read(ino, offset, into);
    return this.call('read', ino, offset, into.length).then((bytes) => {
      into.set(bytes);
      return bytes.length;
    });
  }

  write(ino: Ino, offset: number | 'append', bytes: Uint8Array): Awaitable<number> {
    const { local } = this;
    if (local !== undefined) return local.write(ino, offset, bytes);
    // The request may have to be sent again when the caller's buffer is used for something else already.
    return this.call('write', ino, offset, new Uint8Array(bytes));
  }

  allocate(ino: Ino, offset: number, length: number, mode: number): Awaitable<void> {
    const { local } = this;
    return local ? local.allocate(ino, offset, length, mode) : this.call('allocate', ino, offset, length, mode);
  }

  share(source: Ino, from: number, ino: Ino, to: number, length: number): Awaitable<number> {
    return this.local?.share(source, from, ino, to, length) ?? this.call('share', source, from, ino, to, length);
  }

  clone(source: Ino, ino: Ino): Awaitable<void> {
    return this.local ? this.local.clone(source, ino) : this.call('clone', source, ino);
  }

  seek(ino: Ino, offset: number, whence: number): Awaitable<number> {
    return this.local?.seek(ino, offset, whence) ?? this.call('seek', ino, offset, whence);
  }

  readdir(dir: Ino, cookie: number, max: number): Awaitable<readonly Entry[]> {
    return this.local?.readdir(dir, cookie, max) ?? this.call('readdir', dir, cookie, max);
  }

  open(ino: Ino): Awaitable<Ino> {
    const { local } = this;
    if (local === undefined) return this.call('open', ino).then(() => ino);
    local.open(ino);
    this.client.opened(ino);
    return ino;
  }

  release(ino: Ino): void {
    this.client.release(ino);
  }

  sync(): Awaitable<void> {
    return this.local ? this.local.sync() : this.call('sync');
  }

  statfs(): Awaitable<FileSystemStatus> {
    return this.local?.statfs() ?? this.call('statfs');
  }

  snapshots(): Awaitable<readonly SnapshotInfo[]> {
    return this.local?.snapshots() ?? this.call('snapshots');
  }

  check(step: number): Awaitable<CheckStep> {
    return this.local?.check(step) ?? this.call('check', step);
  }

  changeSnapshots(change: SnapshotChange, name: string): Awaitable<void> {
    return this.local ? this.local.changeSnapshots(change, name) : this.call('changeSnapshots', change, name);
  }
}
