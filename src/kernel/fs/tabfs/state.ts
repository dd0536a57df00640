// The metadata of a volume in memory: the inodes, and what every effect does to them. Replaying a volume's records and
// carrying out an operation go through the same `apply`, so that what a mount finds is what was there.
//
// Nothing here fails once the volume is sound: an effect that names an inode which does not exist is damage (EIO).

import { SysError } from '../../../abi/errno.ts';
import { isSymlink } from '../../../abi/file.ts';
import type { Ino } from '../../vfs/filesystem.ts';
import type { Effect } from './effects.ts';
import { type Geometry, pieceOf, type Run, replaceExtents, runOf, unitsOf } from './extents.ts';
import { attributesOf, type FileContent, Inode, spareOf } from './inode.ts';
import { Replies } from './replies.ts';

/** The first number for ordinary inodes: those below are the roots of the volume's trees. */
const FIRST_INO = 16;

const NOTHING = new Uint8Array();
const BLOCK = 512;
/** Effects in one record of a checkpoint. */
const GROUP = 64;
/** What a directory says its size is. */
const DIRECTORY_SIZE = 4096;

const damage = (what: string): SysError => new SysError('EIO', `the volume is damaged: ${what}`);

export class State {
  readonly inodes = new Map<Ino, Inode>();
  readonly replies = new Replies();
  geometry: Geometry;
  nextIno: Ino = FIRST_INO;
  /** Told of units that hold nothing any more. */
  onFreed: (run: Run) => void = () => {};
  private sec = 0;
  private nsec = 0;

  constructor(geometry: Geometry) {
    this.geometry = geometry;
  }

  private get(ino: Ino): Inode {
    const inode = this.inodes.get(ino);
    if (inode === undefined) throw damage(`no inode ${ino}`);
    return inode;
  }

  private content(inode: Inode): FileContent {
    if (inode.content === undefined) throw damage(`inode ${inode.ino} is no file`);
    return inode.content;
  }

  private make(ino: Ino, mode: number): Inode {
    const inode = new Inode(ino, mode);
    if (inode.directory !== undefined) inode.size = DIRECTORY_SIZE;
    this.inodes.set(ino, inode);
    this.nextIno = Math.max(this.nextIno, ino + 1);
    return inode;
  }

  apply(effect: Effect): void {
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
      case 'inode': {
        const { kind: _, ino, mode, ...attributes } = effect;
        const inode = this.inodes.get(ino) ?? this.make(ino, mode);
        inode.permissions = mode;
        Object.assign(inode, attributes);
        return;
      }
      case 'link': {
        const { dir, name, ino, cookie } = effect;
        this.directory(dir).set(name, ino, cookie);
        const child = this.get(ino).directory;
        if (child !== undefined) {
          child.parent = dir;
          child.name = name;
        }
        return;
      }
      case 'unlink':
        this.directory(effect.dir).remove(effect.name);
        return;
      case 'nlink':
        this.get(effect.ino).nlink = effect.nlink;
        return;
      case 'touch': {
        const inode = this.get(effect.ino);
        inode.ctimeSec = this.sec;
        inode.ctimeNsec = this.nsec;
        if (!effect.modified) return;
        inode.mtimeSec = this.sec;
        inode.mtimeNsec = this.nsec;
        return;
      }
      case 'target': {
        const inode = this.get(effect.ino);
        inode.target = effect.target;
        inode.size = effect.target.length;
        return;
      }
      case 'inline': {
        const inode = this.get(effect.ino);
        const content = this.content(inode);
        this.replace(inode, content, 0, Number.POSITIVE_INFINITY, []);
        content.inline = effect.bytes;
        inode.size = effect.size;
        inode.blocks = Math.ceil(effect.bytes.length / BLOCK);
        return;
      }
      case 'size':
        this.get(effect.ino).size = effect.size;
        return;
      case 'extents': {
        const inode = this.get(effect.ino);
        const content = this.content(inode);
        if (content.inline.length > 0) inode.blocks = 0;
        content.inline = NOTHING;
        this.replace(inode, content, effect.from, effect.to, effect.extents);
        return;
      }
      case 'tail':
        this.applyTail(effect.ino, effect.chunk, effect.length, effect.sum);
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
    }
  }

  private directory(ino: Ino) {
    const { directory } = this.get(ino);
    if (directory === undefined) throw damage(`inode ${ino} is no directory`);
    return directory;
  }

  private applyNew(effect: Extract<Effect, { kind: 'new' }>): void {
    const { sec, nsec } = this;
    const inode = this.make(effect.ino, effect.mode);
    inode.uid = effect.uid;
    inode.gid = effect.gid;
    inode.rdev = effect.rdev;
    inode.nlink = effect.nlink;
    inode.atimeSec = sec;
    inode.mtimeSec = sec;
    inode.ctimeSec = sec;
    inode.birthSec = sec;
    inode.atimeNsec = nsec;
    inode.mtimeNsec = nsec;
    inode.ctimeNsec = nsec;
    inode.birthNsec = nsec;
  }

  private replace(
    inode: Inode,
    { extents }: FileContent,
    from: number,
    to: number,
    replacement: Extract<Effect, { kind: 'extents' }>['extents'],
  ): void {
    const removed = replaceExtents(extents, from, to, replacement, this.geometry);
    for (const extent of replacement) inode.blocks += this.blocksOf(runOf(extent, this.geometry).units);
    for (const extent of removed) {
      const run = runOf(extent, this.geometry);
      inode.blocks -= this.blocksOf(run.units);
      this.onFreed(run);
    }
  }

  private blocksOf(units: number): number {
    return (units * this.geometry.unit) / BLOCK;
  }

  private applyTail(ino: Ino, chunk: number, length: number, sum: number): void {
    const { geometry } = this;
    const inode = this.get(ino);
    const { extents } = this.content(inode);
    const piece = pieceOf(extents, chunk, geometry);
    if (piece === undefined) throw damage(`chunk ${chunk} of inode ${ino} is not stored`);
    const extent = { chunk, at: piece.at, sums: [sum], tail: length };
    replaceExtents(extents, chunk, chunk + 1, [extent], geometry);
    const before = unitsOf(piece.length, geometry);
    const after = unitsOf(length, geometry);
    inode.blocks += this.blocksOf(after - before);
    if (after < before) this.onFreed({ at: piece.at + after, units: before - after });
  }

  private free(ino: Ino): void {
    const inode = this.get(ino);
    if (inode.content !== undefined) {
      const spare = spareOf(inode.content, this.geometry);
      if (spare !== undefined) this.onFreed(spare);
      this.replace(inode, inode.content, 0, Number.POSITIVE_INFINITY, []);
    }
    this.inodes.delete(ino);
  }

  /** Frees what is open as well: the machine has just been booted. */
  private clear(ino: Ino): void {
    const directory = this.directory(ino);
    for (const entry of directory.entries()) {
      const inode = this.get(entry.ino);
      inode.nlink--;
      if (inode.directory !== undefined) this.clear(entry.ino);
      if (inode.directory !== undefined || inode.nlink === 0) this.free(entry.ino);
    }
    directory.clear();
    this.get(ino).nlink = 2;
  }

  /** The whole state as effects, in groups that make one record each. */
  *groups(): Iterable<readonly Effect[]> {
    let group: Effect[] = [];
    for (const effect of this.effects()) {
      group.push(effect);
      if (group.length < GROUP) continue;
      yield group;
      group = [];
    }
    yield group;
  }

  private *effects(): Iterable<Effect> {
    yield { kind: 'volume', ...this.geometry, nextIno: this.nextIno };
    for (const inode of this.inodes.values()) yield* inodeEffects(inode);
    for (const { ino: dir, directory } of this.inodes.values()) {
      for (const { name, ino, cookie } of directory?.list(0, Number.POSITIVE_INFINITY) ?? []) {
        yield { kind: 'link', dir, name, ino, cookie };
      }
    }
    for (const reply of this.replies.all()) yield { kind: 'reply', ...reply };
  }
}

function* inodeEffects(inode: Inode): Iterable<Effect> {
  const { ino, mode, size, content } = inode;
  yield attributesOf(inode);
  if (isSymlink(mode)) yield { kind: 'target', ino, target: inode.target };
  if (content === undefined || size === 0) return;
  if (content.extents.length > 0) {
    yield { kind: 'size', ino, size };
    yield { kind: 'extents', ino, from: 0, to: Number.POSITIVE_INFINITY, extents: content.extents };
  } else {
    yield { kind: 'inline', ino, size, bytes: content.inline };
  }
}
