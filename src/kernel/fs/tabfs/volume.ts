// A mounted volume: its metadata in memory, its data area, and the one way of changing it (`commit`).
//
// A change is planned, its data is written to free places, its effects are appended as one record, and only when that
// has succeeded are they applied in memory. So a failure leaves everything as it was, and what a crash leaves is what a
// number of whole operations made. Returning from `commit` is the acknowledgement. With `later`, the records of one turn
// are written in one go: a crash may take the last moment's, as it may take what has not been synced from a disk.
//
// A volume holds several trees (SUBTREES), each a file system of its own: see tabfs.ts.

import { SysError } from '../../../abi/errno.ts';
import { S } from '../../../abi/file.ts';
import { toText } from '../../../base/bytes.ts';
import { type BlockStore, MemoryBlockStore } from '../../storage/block-store.ts';
import { ByteReader, ByteWriter } from '../../storage/codec.ts';
import { type MetadataStore, VolatileMetadataStore } from '../../storage/metadata-store.ts';
import type { Ino, Time } from '../../vfs/filesystem.ts';
import { compact } from './compact.ts';
import { Contents, type File, type Plan } from './content.ts';
import { DataArea } from './data-area.ts';
import { readEffects, writeEffect } from './effect-codec.ts';
import type { Effect } from './effects.ts';
import type { Geometry } from './extents.ts';
import { FreeSpace } from './free-space.ts';
import { attributesOf, type Inode } from './inode.ts';
import { isIntact } from './intact.ts';
import { occupancy, type SharedUnits } from './shared-units.ts';
import { FIRST_INO, State } from './state.ts';

/** The trees of a volume: the number of the root, and the mode it is made with. */
export const SUBTREES = {
  root: { ino: 2, mode: S.IFDIR | 0o755 },
  tmp: { ino: 3, mode: S.IFDIR | 0o1777 },
  shm: { ino: 4, mode: S.IFDIR | 0o1777 },
  /** A directory for each tmpfs that was mounted. */
  mounts: { ino: 5, mode: S.IFDIR | 0o755 },
} as const;
export type Subtree = keyof typeof SUBTREES;

export interface VolumeOptions {
  /** Milliseconds since the epoch, with fractions. */
  readonly now: () => number;
  /** Of a new volume; an existing one has its own. */
  readonly geometry?: Geometry;
  readonly inlineMax?: number;
  /** Bytes of the data store that may lie unused before it is made smaller. */
  readonly slack?: number;
  /** Bound of the cache of data, in bytes. */
  readonly cache?: number;
  /** Told of damage. */
  readonly log?: (message: string) => void;
  /** How many bytes the volume may take in all, as far as that is known: for statfs. */
  readonly capacity?: () => number;
  /** Calls back soon, in a later task: until then records are only collected. Default: each is written at once. */
  readonly later?: (act: () => void) => void;
}

export interface CommitOptions {
  /** The change gives space back: it must succeed on a full disk. */
  readonly frees?: boolean;
  /** What a client that asks again is told. */
  readonly value?: number;
  /** When the change happens: now, by default. */
  readonly time?: Time;
}

/** A request of a client, to be remembered with what it does. */
export interface Request {
  readonly client: number;
  readonly seq: number;
  readonly ack: number;
}

const GEOMETRY: Geometry = { chunkSize: 1 << 16, unit: 512 };
const INLINE_MAX = 256;
const CACHE = 64 << 20;
const CAPACITY = 2 ** 40;
/** Effects in one record when many inodes are freed. */
const BATCH = 512;

/** Effects that leave what is in every file, and its size, as it is. */
const KEEPS_CONTENT: ReadonlySet<Effect['kind']> = new Set<Effect['kind']>([
  'volume',
  'time',
  'new',
  'inode',
  'link',
  'unlink',
  'nlink',
  'touch',
  'target',
  'reply',
  'snapshot',
  'forget',
  'move',
]);

export class Volume {
  readonly state: State;
  readonly contents: Contents;
  readonly capacity: () => number;
  readonly log: (message: string) => void;
  /** Told before anybody can know that a file changes: its number, or nothing when it may be any. */
  onContent: (ino?: Ino) => void = () => {};
  readonly store: BlockStore;
  private readonly metadata: MetadataStore;
  private readonly data: DataArea;
  private readonly now: () => number;
  private readonly writer = new ByteWriter();
  /** Inodes without a name that are open, or may be open at a client that has not told yet. */
  private readonly orphans = new Set<Ino>();
  private readonly later: ((act: () => void) => void) | undefined;
  private request: Request | undefined;
  private dirty = false;
  /** Bytes in use when compaction had nothing to move: it is not tried again before that has changed. */
  private stuckAt = -1;
  /** Records wait for `writeOut`. */
  private collecting = false;
  private closed = false;

  /** Mounts the volume; a new one is made in empty stores. EIO when it is damaged, EINVAL when its format is newer. */
  constructor(store: BlockStore, metadata: MetadataStore, options: VolumeOptions) {
    this.store = store;
    this.metadata = metadata;
    this.now = options.now;
    this.later = options.later;
    this.log = options.log ?? (() => {});
    this.capacity = options.capacity ?? (() => CAPACITY);
    this.state = new State(options.geometry ?? GEOMETRY);
    metadata.load((record, proven) => this.replay(record, proven));
    const { geometry } = this.state;
    this.data = new DataArea(store, geometry, {
      ...this.occupied(),
      cache: options.cache ?? CACHE,
      ...(options.slack !== undefined && { slack: options.slack }),
      flush: () => this.sync(),
    });
    this.contents = new Contents(this.data, { geometry, inlineMax: options.inlineMax ?? INLINE_MAX });
    this.state.onFreed = (run) => this.data.release(run);
    this.state.onShared = (run) => this.data.share(run);
    this.state.onNameless = (ino) => void this.orphans.add(ino);
    for (const inode of this.state.inodes.values()) if (inode.nlink === 0) this.orphans.add(inode.ino);
    // What these records have freed is taken for free from now on: they must not come to be doubted again.
    if (metadata.outdated) this.convert();
    else this.sync();
    this.makeRoots();
  }

  /** A volume that lives and ends with this object. */
  static inMemory(options: VolumeOptions): Volume {
    return new Volume(new MemoryBlockStore(), new VolatileMetadataStore(), options);
  }

  /** Its root still belongs to the superuser: not all of its first files have been put into it. */
  get fresh(): boolean {
    return this.inode(SUBTREES.root.ino).uid === 0;
  }

  // --- mounting ----------------------------------------------------------------------------------------------------

  private replay(record: Uint8Array, proven: boolean): boolean {
    const effects = readEffects(new ByteReader(record));
    if (!proven && !effects.every((effect) => isIntact(effect, this.state, this.store))) return false;
    this.dirty ||= !proven;
    this.state.applyAll(effects);
    return true;
  }

  private occupied(): { readonly space: FreeSpace; readonly shared: SharedUnits } {
    const { used, shared } = occupancy(this.state.runs());
    return { space: FreeSpace.around(used) as FreeSpace, shared };
  }

  /** From an earlier version of the format: what it did not know is found out, and all is written in the present one. */
  private convert(): void {
    this.state.inheritVolatility();
    this.checkpoint();
  }

  private makeRoots(): void {
    const { inodes, geometry, nextIno } = this.state;
    const missing = Object.values(SUBTREES).filter(({ ino }) => !inodes.has(ino));
    if (missing.length === 0) return;
    this.commit([
      { kind: 'volume', ...geometry, nextIno },
      ...missing.map(({ ino, mode }) => ({ kind: 'new', ino, mode, uid: 0, gid: 0, rdev: 0, nlink: 2 }) as const),
    ]);
  }

  // --- changing ----------------------------------------------------------------------------------------------------

  time(): Time {
    const ms = this.now();
    const sec = Math.floor(ms / 1000);
    return { sec, nsec: Math.floor((ms - sec * 1000) * 1e6) };
  }

  /** Write the effects as one record, then apply them. ENOSPC, EIO; then nothing has changed. */
  commit(effects: readonly Effect[], options: CommitOptions = {}): void {
    if (this.closed) throw new SysError('EIO', 'the volume is closed');
    const all: Effect[] = [{ kind: 'time', ...(options.time ?? this.time()) }, ...effects];
    if (this.request !== undefined) all.push({ kind: 'reply', ...this.request, value: options.value ?? 0 });
    this.writer.clear();
    for (const effect of all) writeEffect(this.writer, effect);
    this.append(this.writer.bytes, options.frees === true, this.state.snapshots.weigh(effects));
    this.dirty = true;
    this.request = undefined;
    for (const effect of all) this.tellContent(effect);
    this.state.applyAll(all);
    this.tidy();
    this.writeOutLater();
  }

  private tellContent(effect: Effect): void {
    if (KEEPS_CONTENT.has(effect.kind)) return;
    if ('ino' in effect) this.onContent(effect.ino);
    else this.onContent();
  }

  private writeOutLater(): void {
    if (this.later === undefined || this.collecting) return;
    this.collecting = true;
    this.later(() => {
      try {
        if (!this.closed) this.writeOut();
      } catch (error) {
        // Whoever commits next is told.
        if (!(error instanceof SysError)) throw error;
      }
    });
  }

  /** What was acknowledged outlives this thread: before anybody elsewhere is told of it. EIO. */
  writeOut(): void {
    this.collecting = false;
    this.metadata.writeOut();
  }

  /** The commit is done whatever comes of this: on a full disk the journal goes on growing as long as it can. */
  private tidy(): void {
    try {
      if (this.metadata.checkpointDue) this.checkpoint();
      else if (this.data.settleDue) this.sync();
    } catch (error) {
      if (!isFull(error)) throw error;
    }
  }

  private append(record: Uint8Array, frees: boolean, weight: number): void {
    const options = { frees, collect: this.later !== undefined, weight };
    try {
      this.metadata.append(record, options);
    } catch (error) {
      if (!frees || !isFull(error)) throw error;
      // What has been freed lately makes the checkpoint smaller than the journal it replaces.
      this.checkpoint();
      this.metadata.append(record, options);
    }
  }

  /** Carry a plan for a file's content out. */
  commitPlan(file: File, plan: Plan, effects: readonly Effect[], options: CommitOptions): void {
    try {
      this.commit([...plan.effects, ...effects], options);
    } catch (error) {
      file.capacity = plan.fallback;
      this.contents.abandon(plan.placed);
      throw error;
    }
    file.capacity = plan.capacity;
  }

  /** Do what a client asked for, or give the result it had when it was done before. */
  answering(request: Request, act: () => void): number | undefined {
    const known = this.state.replies.find(request.client, request.seq);
    if (known !== undefined) return known;
    this.request = request;
    try {
      act();
    } finally {
      this.request = undefined;
    }
    return undefined;
  }

  // --- open inodes -------------------------------------------------------------------------------------------------

  /** ESTALE. */
  inode(ino: Ino): Inode {
    const inode = this.state.inodes.get(ino);
    if (inode === undefined) throw new SysError('ESTALE');
    return inode;
  }

  /** A path that leads to an inode, from the root of its tree: for messages, as all names have to be looked at. */
  nameOf(ino: Ino): string {
    for (const inode of this.state.inodes.values()) {
      for (const entry of inode.directory?.entries() ?? []) {
        if (entry.ino === ino) return `${inode.ino < FIRST_INO ? '' : this.nameOf(inode.ino)}/${toText(entry.name)}`;
      }
    }
    return `inode ${ino}`;
  }

  open(ino: Ino): void {
    this.inode(ino).opens++;
  }

  release(ino: Ino): void {
    const inode = this.state.inodes.get(ino);
    if (inode === undefined || inode.opens === 0) return;
    inode.opens--;
    if (inode.opens > 0) return;
    this.contents.settle(inode);
    if (inode.nlink === 0) this.freeOrphans([ino]);
  }

  /** What happens to an inode that loses its last name: it goes, or waits for its last `release`. */
  loseName(inode: Inode): Effect {
    if (inode.opens === 0) return { kind: 'free', ino: inode.ino };
    this.orphans.add(inode.ino);
    return { kind: 'nlink', ino: inode.ino, nlink: 0 };
  }

  /** Free what has no name and that nobody has open: all clients have told what they hold. */
  reclaimOrphans(): void {
    const dead = [...this.orphans].filter((ino) => (this.state.inodes.get(ino)?.opens ?? 0) === 0);
    this.freeOrphans(dead);
  }

  /** One that cannot be freed now, on a full disk, stays an orphan for later. */
  private freeOrphans(inos: readonly Ino[]): void {
    const alive = inos.filter((ino) => this.state.inodes.get(ino)?.nlink === 0);
    for (let i = 0; i < alive.length; i += BATCH) {
      const batch = alive.slice(i, i + BATCH);
      try {
        this.commit(
          batch.map((ino) => ({ kind: 'free', ino })),
          { frees: true },
        );
      } catch (error) {
        if (!(error instanceof SysError)) throw error;
        return;
      }
    }
    for (const ino of inos) this.orphans.delete(ino);
  }

  // --- the whole ---------------------------------------------------------------------------------------------------

  /** Remove everything from a tree, as at the boot of a machine: whoever has something open there loses it. */
  resetSubtree(name: Subtree): void {
    const { ino, mode } = SUBTREES[name];
    const root = this.inode(ino);
    if (root.directory?.size === 0 && root.mode === mode) return;
    const attributes: Effect = { ...attributesOf(root), mode, nlink: 2 };
    this.commit([{ kind: 'clear', dir: ino }, attributes, { kind: 'touch', ino, modified: true }], { frees: true });
  }

  /** Return when everything that was acknowledged is on durable storage. */
  sync(): void {
    if (!this.dirty) {
      // What was freed behind the last record, as by compaction, when that has been flushed already.
      this.data.settled();
      return;
    }
    this.data.flushStore();
    try {
      this.metadata.flush();
    } catch (error) {
      if (!isFull(error)) throw error;
      this.checkpoint();
    }
    this.data.settled();
    this.dirty = false;
  }

  /** To be called now and then: flush, and give space back that nothing uses. True when there is more to give. */
  maintain(): boolean {
    this.sync();
    const moved = this.data.fragmented && this.data.used !== this.stuckAt && compact(this, this.data) > 0;
    // The old places are free only when that is done, even if a checkpoint has been written meanwhile.
    this.dirty ||= moved;
    if (moved) this.sync();
    else this.stuckAt = this.data.used;
    this.data.trim();
    return moved && this.data.fragmented;
  }

  private checkpoint(): void {
    this.data.flushStore();
    this.metadata.checkpoint(this.records());
    this.data.settled();
    this.data.trim();
    this.dirty = false;
  }

  private *records(): Iterable<Uint8Array> {
    // Not the writer of `commit`: its record may be waiting for this checkpoint to make room.
    const writer = new ByteWriter();
    for (const effects of this.state.groups()) {
      writer.clear();
      for (const effect of effects) writeEffect(writer, effect);
      yield writer.bytes;
    }
  }

  /** Give the memory of cached data back that nobody has used since the last time. */
  age(): void {
    this.data.age();
  }

  /** Does what is taken for free agree with what is in use? What is not, as text. */
  checkSpace(): string[] {
    const { inodes, geometry } = this.state;
    let units = this.data.waiting;
    for (const { units: each } of occupancy(this.state.runs()).used) units += each;
    for (const ino of inodes.capacities.keys()) units += inodes.get(ino)?.spare(geometry)?.units ?? 0;
    const used = this.used / geometry.unit;
    return used === units ? [] : [`${used} units are taken for used, and ${units} are`];
  }

  /** Bytes of data in use. */
  get used(): number {
    return this.data.used;
  }

  /** Sync, and let the stores go. Every operation fails from now on. */
  close(): void {
    if (this.closed) return;
    try {
      this.sync();
    } finally {
      this.closed = true;
      this.data.close();
      this.metadata.close();
    }
  }
}

const isFull = (error: unknown): boolean => error instanceof SysError && error.errno === 'ENOSPC';
