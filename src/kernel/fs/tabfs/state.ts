// The metadata of a volume in memory: the inodes, and what every effect does to them. Replaying a volume's records and
// carrying out an operation go through the same `apply`, so that what a mount finds is what was there.
//
// Nothing here fails once the volume is sound: an effect that names an inode which does not exist is damage (EIO).

import { SysError } from '../../../abi/errno.ts';
import { isSymlink } from '../../../abi/file.ts';
import type { Ino } from '../../vfs/filesystem.ts';
import type { Directory } from './directory.ts';
import type { Effect } from './effects.ts';
import { type Extent, type Geometry, pieceOf, type Run, relocate, replaceExtents, runOf, unitsOf } from './extents.ts';
import { attributesOf, type Inode } from './inode.ts';
import { InodeTable } from './inode-table.ts';
import { Replies } from './replies.ts';
import { Snapshot, Snapshots } from './snapshots.ts';

/** The first number for ordinary inodes: those below are the roots of the volume's trees. */
export const FIRST_INO = 16;

const NOTHING = new Uint8Array();
/** The roots of trees that snapshots do not hold: see SUBTREES. */
const VOLATILE_ROOTS: readonly Ino[] = [3, 4, 5];
const BLOCK = 512;
/** Effects in one record of a checkpoint. */
const GROUP = 32;
/** What a directory says its size is. */
const DIRECTORY_SIZE = 4096;
const TIMES = ['atime', 'mtime', 'ctime', 'birth'] as const;

const damage = (what: string): SysError => new SysError('EIO', `the volume is damaged: ${what}`);

export class State {
  readonly inodes = new InodeTable();
  readonly replies = new Replies();
  readonly snapshots: Snapshots;
  geometry: Geometry;
  nextIno: Ino = FIRST_INO;
  /** Told of units that have one owner fewer, or one more. */
  onFreed: (run: Run) => void = () => {};
  onShared: (run: Run) => void = () => {};
  /** Told of inodes that have lost their names by a rollback. */
  onNameless: (ino: Ino) => void = () => {};
  /** Where inodes are looked up and made: as they are now, or `within` a snapshot. */
  private into = this.inodes;
  private within: Snapshot | undefined;
  private sec = 0;
  private nsec = 0;

  constructor(geometry: Geometry) {
    this.geometry = geometry;
    this.snapshots = new Snapshots({
      inodes: this.inodes,
      geometry: () => this.geometry,
      onShared: (run) => this.onShared(run),
      onFreed: (run) => this.onFreed(run),
      onNameless: (ino) => this.onNameless(ino),
    });
  }

  private get(ino: Ino): Inode {
    const inode = this.into.get(ino);
    if (inode === undefined) throw damage(`no inode ${ino}`);
    return inode;
  }

  /** An inode that is about to change. */
  private changing(ino: Ino): Inode {
    const inode = this.get(ino);
    if (this.within === undefined) this.snapshots.keep(inode);
    return inode;
  }

  private changingFile(ino: Ino): Inode {
    const inode = this.changing(ino);
    if (!inode.regular) throw damage(`inode ${ino} is no file`);
    return inode;
  }

  private make(ino: Ino, mode: number): Inode {
    const inode = this.into.add(ino, mode);
    inode.volatile = VOLATILE_ROOTS.includes(ino);
    if (inode.directory !== undefined) inode.size = DIRECTORY_SIZE;
    this.nextIno = Math.max(this.nextIno, ino + 1);
    return inode;
  }

  /** The effects of one record. With `onDamage` those that cannot be are left out, and told. */
  applyAll(effects: readonly Effect[], onDamage?: (error: SysError) => void): void {
    this.into = this.inodes;
    this.within = undefined;
    for (const effect of effects) {
      try {
        this.apply(effect);
      } catch (error) {
        if (onDamage === undefined || !(error instanceof SysError)) throw error;
        onDamage(error);
      }
    }
  }

  private apply(effect: Effect): void {
    switch (effect.kind) {
      case 'volume':
        this.geometry = { chunkSize: effect.chunkSize, unit: effect.unit };
        this.nextIno = effect.nextIno;
        return;
      case 'time':
        this.sec = effect.sec;
        this.nsec = effect.nsec;
        return;
      case 'new':
        this.applyNew(effect);
        return;
      case 'inode':
        this.applyInode(effect);
        return;
      case 'link':
        this.link(effect.dir, effect.name, effect.ino, effect.cookie);
        return;
      case 'unlink': {
        const dir = this.get(effect.dir);
        this.snapshots.keepName(dir, effect.name);
        this.namesIn(dir).remove(effect.name);
        this.snapshots.nameChanged(dir, effect.name);
        return;
      }
      case 'nlink':
        this.changing(effect.ino).nlink = effect.nlink;
        return;
      case 'touch': {
        const inode = this.changing(effect.ino);
        inode.setTime('ctime', this.sec, this.nsec);
        if (effect.modified) inode.setTime('mtime', this.sec, this.nsec);
        return;
      }
      case 'target': {
        const inode = this.changing(effect.ino);
        inode.target = effect.target;
        inode.size = effect.target.length;
        return;
      }
      case 'inline': {
        const inode = this.changingFile(effect.ino);
        this.replace(inode, 0, Number.POSITIVE_INFINITY, []);
        inode.inline = effect.bytes;
        inode.size = effect.size;
        inode.blocks = Math.ceil(effect.bytes.length / BLOCK);
        return;
      }
      case 'size':
        this.changing(effect.ino).size = effect.size;
        return;
      case 'extents': {
        const inode = this.changingFile(effect.ino);
        if (inode.inline.length > 0) {
          inode.blocks = 0;
          inode.inline = NOTHING;
        }
        this.replace(inode, effect.from, effect.to, effect.extents);
        return;
      }
      case 'tail':
        this.applyTail(this.changingFile(effect.ino), effect.chunk, effect.length, effect.sum);
        return;
      case 'free':
        this.free(effect.ino);
        return;
      case 'clear':
        this.clear(effect.dir);
        return;
      case 'reply':
        this.replies.add(effect);
        return;
      default:
        this.applyToSnapshots(effect);
    }
  }

  private applyToSnapshots(
    effect: Extract<Effect, { kind: 'snapshot' | 'forget' | 'rollback' | 'within' | 'absent' | 'was' | 'move' }>,
  ): void {
    switch (effect.kind) {
      case 'snapshot':
        this.snapshots.add(new Snapshot(effect.id, effect.name, effect.sec, effect.nsec));
        return;
      case 'forget':
        this.snapshots.forget(effect.id);
        return;
      case 'rollback':
        this.snapshots.rollback(effect.id);
        return;
      case 'within':
        this.within = this.snapshots.get(effect.id);
        this.into = this.within.inodes;
        return;
      case 'absent':
        this.within?.absent.add(effect.ino);
        return;
      case 'was':
        this.within?.noteName(effect.dir, effect.name, effect.ino);
        return;
      case 'move':
        this.move(effect.moves.toSorted((a, b) => a.from - b.from));
        return;
    }
  }

  /** Everything that files and snapshots speak of, in the tables where it stands. */
  *tables(): Iterable<InodeTable> {
    yield this.inodes;
    for (const { inodes } of this.snapshots.list) yield inodes;
  }

  /** Units of all chunk maps, with repetition. */
  runs(): Run[] {
    const runs: Run[] = [];
    for (const table of this.tables()) {
      for (const { extents } of table.values()) for (const each of extents) runs.push(runOf(each, this.geometry));
    }
    return runs;
  }

  private move(moves: Extract<Effect, { kind: 'move' }>['moves']): void {
    for (const table of this.tables()) {
      for (const inode of table.values()) {
        const moved = relocate(inode.extents, moves, this.geometry);
        if (moved !== undefined) inode.extents = moved;
      }
    }
  }

  private namesIn(inode: Inode): Directory {
    const { directory } = inode;
    if (directory === undefined) throw damage(`inode ${inode.ino} is no directory`);
    return directory;
  }

  private applyNew(effect: Extract<Effect, { kind: 'new' }>): void {
    const { sec, nsec } = this;
    const inode = this.make(effect.ino, effect.mode);
    inode.uid = effect.uid;
    inode.gid = effect.gid;
    inode.rdev = effect.rdev;
    inode.nlink = effect.nlink;
    for (const time of TIMES) inode.setTime(time, sec, nsec);
    this.snapshots.made(effect.ino);
  }

  private applyInode(effect: Extract<Effect, { kind: 'inode' }>): void {
    const { ino, mode } = effect;
    const inode = this.into.has(ino) ? this.changing(ino) : this.make(ino, mode);
    inode.permissions = mode;
    inode.uid = effect.uid;
    inode.gid = effect.gid;
    inode.rdev = effect.rdev;
    inode.nlink = effect.nlink;
    inode.setTime('atime', effect.atimeSec, effect.atimeNsec);
    inode.setTime('mtime', effect.mtimeSec, effect.mtimeNsec);
    inode.setTime('ctime', effect.ctimeSec, effect.ctimeNsec);
    inode.setTime('birth', effect.birthSec, effect.birthNsec);
  }

  private link(dir: Ino, name: string, ino: Ino, cookie: number): void {
    const parent = this.get(dir);
    const child = this.get(ino);
    child.volatile = parent.volatile;
    if (parent.volatile) this.snapshots.dismiss(ino);
    this.snapshots.keepName(parent, name);
    this.namesIn(parent).set(name, ino, cookie);
    this.snapshots.nameChanged(parent, name);
    const { directory } = child;
    if (directory === undefined) return;
    directory.parent = dir;
    directory.name = name;
  }

  private replace(inode: Inode, from: number, to: number, replacement: readonly Extent[]): void {
    const { extents } = inode;
    if (extents.length === 0 && replacement.length === 0) return;
    if (extents.length === 0) {
      // As in most of a checkpoint.
      inode.extents = replacement.slice();
      for (const extent of replacement) inode.blocks += this.blocksOf(runOf(extent, this.geometry).units);
      return;
    }
    const replaced = extents.slice();
    const removed = replaceExtents(replaced, from, to, replacement, this.geometry);
    inode.extents = replaced;
    let units = 0;
    for (const extent of replacement) units += runOf(extent, this.geometry).units;
    for (const extent of removed) {
      const run = runOf(extent, this.geometry);
      units -= run.units;
      this.onFreed(run);
    }
    inode.blocks += this.blocksOf(units);
  }

  private blocksOf(units: number): number {
    return (units * this.geometry.unit) / BLOCK;
  }

  private applyTail(inode: Inode, chunk: number, length: number, sum: number): void {
    const { geometry } = this;
    const extents = inode.extents.slice();
    const piece = pieceOf(extents, chunk, geometry);
    if (piece === undefined) throw damage(`chunk ${chunk} of inode ${inode.ino} is not stored`);
    replaceExtents(extents, chunk, chunk + 1, [{ chunk, at: piece.at, sums: [sum], tail: length }], geometry);
    inode.extents = extents;
    const before = unitsOf(piece.length, geometry);
    const after = unitsOf(length, geometry);
    inode.blocks += this.blocksOf(after - before);
    if (after < before) this.onFreed({ at: piece.at + after, units: before - after });
  }

  private free(ino: Ino): void {
    const inode = this.changing(ino);
    const spare = inode.spare(this.geometry);
    if (spare !== undefined) this.onFreed(spare);
    this.replace(inode, 0, Number.POSITIVE_INFINITY, []);
    this.inodes.delete(ino);
    this.snapshots.dismiss(ino);
  }

  /** Frees what is open as well: the machine has just been booted. */
  private clear(ino: Ino): void {
    const directory = this.namesIn(this.get(ino));
    for (const entry of directory.entries()) {
      const inode = this.get(entry.ino);
      inode.nlink--;
      if (inode.directory !== undefined) this.clear(entry.ino);
      if (inode.directory !== undefined || inode.nlink === 0) this.free(entry.ino);
    }
    directory.clear();
    this.get(ino).nlink = 2;
  }

  /** After the checkpoint of a volume that knew no snapshots: which inodes belong to trees that are not kept. */
  inheritVolatility(): void {
    const visit = (ino: Ino): void => {
      for (const entry of this.inodes.get(ino)?.directory?.entries() ?? []) {
        const child = this.get(entry.ino);
        if (child.volatile) continue;
        child.volatile = true;
        visit(entry.ino);
      }
    };
    for (const root of VOLATILE_ROOTS) visit(root);
  }

  // --- as a checkpoint ---------------------------------------------------------------------------------------------

  /** The whole state as effects, in groups that make one record each. */
  *groups(): Iterable<readonly Effect[]> {
    // Twice, as nothing can be read without it.
    const parameters: Effect = { kind: 'volume', ...this.geometry, nextIno: this.nextIno };
    yield [parameters];
    yield [parameters];
    yield* grouped(this.effects(), []);
    for (const snapshot of this.snapshots.list) {
      const { id, name, sec, nsec } = snapshot;
      yield [{ kind: 'snapshot', id, name, sec, nsec }];
      yield* grouped(keptEffects(snapshot), [{ kind: 'within', id }]);
    }
  }

  private *effects(): Iterable<Effect> {
    for (const inode of this.inodes.values()) yield* inodeEffects(inode);
    yield* this.linkEffects();
    for (const reply of this.replies.all()) yield { kind: 'reply', ...reply };
  }

  /** From the roots downwards: what a name leads to belongs to the tree of its directory. */
  private *linkEffects(): Iterable<Effect> {
    const directories: Ino[] = [];
    for (let ino = 0; ino < FIRST_INO; ino++) if (this.inodes.has(ino)) directories.push(ino);
    for (const dir of directories) {
      for (const { name, ino, cookie } of this.inodes.get(dir)?.directory?.entries() ?? []) {
        yield { kind: 'link', dir, name, ino, cookie };
        if (this.inodes.get(ino)?.directory !== undefined) directories.push(ino);
      }
    }
  }
}

/** Each group begins with the same effects. */
function* grouped(effects: Iterable<Effect>, first: readonly Effect[]): Iterable<readonly Effect[]> {
  let group = [...first];
  for (const effect of effects) {
    group.push(effect);
    if (group.length < GROUP) continue;
    yield group;
    group = [...first];
  }
  if (group.length > first.length) yield group;
}

function* keptEffects({ inodes, absent, names }: Snapshot): Iterable<Effect> {
  for (const inode of inodes.values()) yield* inodeEffects(inode);
  for (const ino of absent) yield { kind: 'absent', ino };
  for (const [dir, undo] of names) for (const [name, ino] of undo) yield { kind: 'was', dir, name, ino };
}

function* inodeEffects(inode: Inode): Iterable<Effect> {
  const { ino, mode, size } = inode;
  yield attributesOf(inode);
  if (isSymlink(mode)) yield { kind: 'target', ino, target: inode.target };
  if (!inode.regular || size === 0) return;
  const { extents } = inode;
  if (extents.length > 0) {
    yield { kind: 'size', ino, size };
    yield { kind: 'extents', ino, from: 0, to: Number.POSITIVE_INFINITY, extents };
  } else {
    yield { kind: 'inline', ino, size, bytes: inode.inline };
  }
}
