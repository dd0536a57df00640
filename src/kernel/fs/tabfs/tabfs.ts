// tabfs: a tree of a volume as a file system. Every operation is synchronous, and a single commit.
//
// Times: atime is as with Linux's relatime and lazytime: a read sets it when it is not later than mtime and ctime, or a
// day old, and it reaches the disk with the next change of the inode or the next checkpoint.

import { SysError } from '../../../abi/errno.ts';
import { FALLOCATE, isDirectory, isSymlink, LIMITS, RENAME } from '../../../abi/file.ts';
import type {
  AttributeChange,
  Attributes,
  CheckStep,
  Created,
  Entry,
  FileSystem,
  FileSystemStatus,
  Ino,
  NewInode,
  SnapshotChange,
  SnapshotInfo,
  Time,
  Walk,
} from '../../vfs/filesystem.ts';
import { withoutSetId } from '../../vfs/permission.ts';
import { checkStep } from './check-mounted.ts';
import type { File } from './content.ts';
import type { Directory } from './directory.ts';
import type { Effect } from './effects.ts';
import { attributesOf, type Inode } from './inode.ts';
import { renameEffects } from './rename.ts';
import { createSnapshot, deleteSnapshot, rollBack } from './snapshot-changes.ts';
import { SUBTREES, type Subtree, type Volume } from './volume.ts';

/** "TAB1": the type that statfs tells. */
const MAGIC = 0x5441_4231;
const BLOCK = 4096;
const MAX_FILE = 2 ** 44;
const MAX_INODES = 2 ** 32;
const DAY = 86_400;

const directoryOf = (inode: Inode): Directory => {
  if (inode.directory === undefined) throw new SysError('ENOTDIR');
  return inode.directory;
};

/** EISDIR, EINVAL. */
const fileOf = (inode: Inode): File => {
  if (inode.directory !== undefined) throw new SysError('EISDIR');
  if (!inode.regular) throw new SysError('EINVAL');
  return inode as File;
};

export class TabFs implements FileSystem {
  readonly type: string;
  readonly readOnly = false;
  readonly rootIno: Ino;
  private readonly volume: Volume;

  constructor(volume: Volume, subtree: Subtree) {
    this.volume = volume;
    this.type = subtree === 'root' ? 'tabfs' : 'tmpfs';
    this.rootIno = SUBTREES[subtree].ino;
  }

  // --- finding -----------------------------------------------------------------------------------------------------

  walk(dir: Ino, names: readonly string[], open: boolean): Walk {
    const passed: [Inode, ...Inode[]] = [this.volume.inode(dir)];
    let here = passed[0];
    for (const name of names) {
      const entry = here.directory?.get(name);
      if (entry === undefined) break;
      here = this.volume.inode(entry.ino);
      passed.push(here);
    }
    if (!open || passed.length <= names.length || isSymlink(here.mode)) return { passed };
    here.opens++;
    return { passed, opened: here.ino };
  }

  getattr(ino: Ino): Attributes {
    return this.volume.inode(ino);
  }

  parentOf(dir: Ino): Attributes {
    if (dir === this.rootIno) return this.volume.inode(dir);
    return this.volume.inode(this.placed(dir).parent);
  }

  namesTo(dir: Ino): readonly string[] {
    const names: string[] = [];
    for (let ino = dir; ino !== this.rootIno; ) {
      const { name, parent } = this.placed(ino);
      names.unshift(name);
      ino = parent;
    }
    return names;
  }

  /** A directory that has a place. ENOTDIR, ENOENT. */
  private placed(ino: Ino): Directory {
    const inode = this.volume.inode(ino);
    const directory = directoryOf(inode);
    if (inode.nlink === 0) throw new SysError('ENOENT');
    return directory;
  }

  readdir(dir: Ino, cookie: number, max: number): readonly Entry[] {
    const inode = this.volume.inode(dir);
    const listed = directoryOf(inode).list(cookie, max);
    this.accessed(inode);
    return listed.map((entry) => ({ ...entry, mode: this.volume.inode(entry.ino).mode }));
  }

  readlink(ino: Ino): string {
    const inode = this.volume.inode(ino);
    if (!isSymlink(inode.mode)) throw new SysError('EINVAL');
    this.accessed(inode);
    return inode.target;
  }

  private accessed(inode: Inode): void {
    const { atimeSec, atimeNsec, mtimeSec, mtimeNsec, ctimeSec, ctimeNsec } = inode;
    const behind = (sec: number, nsec: number): boolean => atimeSec < sec || (atimeSec === sec && atimeNsec <= nsec);
    const { sec, nsec } = this.volume.time();
    if (!behind(mtimeSec, mtimeNsec) && !behind(ctimeSec, ctimeNsec) && sec - atimeSec < DAY) return;
    inode.setTime('atime', sec, nsec);
  }

  // --- names -------------------------------------------------------------------------------------------------------

  create(
    dir: Ino,
    name: string,
    what: NewInode,
    { exclusive, open }: { readonly exclusive: boolean; readonly open: boolean },
  ): Created {
    const { volume } = this;
    const parent = volume.inode(dir);
    const existing = directoryOf(parent).get(name);
    if (existing !== undefined && exclusive) throw new SysError('EEXIST');
    if (existing === undefined) this.make(parent, name, what);
    const inode = volume.inode((existing ?? directoryOf(parent).get(name))?.ino ?? 0);
    if (open) inode.opens++;
    return { attributes: inode, created: existing === undefined };
  }

  private make(parent: Inode, name: string, what: NewInode): void {
    const { ino: dir, nlink } = parent;
    const ino = this.volume.state.nextIno;
    const { mode, uid, gid, rdev = 0, target } = what;
    const isDir = isDirectory(mode);
    const effects: Effect[] = [
      { kind: 'new', ino, mode, uid, gid, rdev, nlink: isDir ? 2 : 1 },
      this.naming(parent, name, ino),
      { kind: 'touch', ino: dir, modified: true },
    ];
    if (target !== undefined) effects.push({ kind: 'target', ino, target });
    if (isDir) effects.push({ kind: 'nlink', ino: dir, nlink: nlink + 1 });
    this.volume.commit(effects, { value: ino });
  }

  /** A new name in a directory. ENOENT when it was removed. */
  private naming(parent: Inode, name: string, ino: Ino): Effect {
    if (parent.nlink === 0) throw new SysError('ENOENT');
    return { kind: 'link', dir: parent.ino, name, ino, cookie: directoryOf(parent).freshCookie };
  }

  link(ino: Ino, dir: Ino, name: string): void {
    const { volume } = this;
    const parent = volume.inode(dir);
    if (directoryOf(parent).get(name) !== undefined) throw new SysError('EEXIST');
    const inode = volume.inode(ino);
    const { nlink } = inode;
    const naming = this.naming(parent, name, ino);
    if (nlink === 0) throw new SysError('ENOENT');
    if (inode.directory !== undefined) throw new SysError('EPERM');
    if (nlink >= LIMITS.LINK_MAX) throw new SysError('EMLINK');
    volume.commit([
      naming,
      { kind: 'nlink', ino, nlink: nlink + 1 },
      { kind: 'touch', ino, modified: false },
      { kind: 'touch', ino: dir, modified: true },
    ]);
  }

  /** ENOTDIR, ENOENT. */
  private named(dir: Ino, name: string): Inode {
    const entry = directoryOf(this.volume.inode(dir)).get(name);
    if (entry === undefined) throw new SysError('ENOENT');
    return this.volume.inode(entry.ino);
  }

  unlink(dir: Ino, name: string): void {
    const { volume } = this;
    const inode = this.named(dir, name);
    const { ino, nlink } = inode;
    if (inode.directory !== undefined) throw new SysError('EISDIR');
    const left: Effect = nlink > 1 ? { kind: 'nlink', ino, nlink: nlink - 1 } : volume.loseName(inode);
    volume.commit(
      [
        { kind: 'unlink', dir, name },
        { kind: 'touch', ino, modified: false },
        { kind: 'touch', ino: dir, modified: true },
        left,
      ],
      { frees: true },
    );
  }

  rmdir(dir: Ino, name: string): void {
    const { volume } = this;
    const inode = this.named(dir, name);
    if (directoryOf(inode).size > 0) throw new SysError('ENOTEMPTY');
    volume.commit(
      [
        { kind: 'unlink', dir, name },
        { kind: 'touch', ino: inode.ino, modified: false },
        { kind: 'touch', ino: dir, modified: true },
        { kind: 'nlink', ino: dir, nlink: volume.inode(dir).nlink - 1 },
        volume.loseName(inode),
      ],
      { frees: true },
    );
  }

  rename(oldDir: Ino, oldName: string, newDir: Ino, newName: string, flags: number): void {
    const { volume } = this;
    const source = this.named(oldDir, oldName);
    const to = volume.inode(newDir);
    const entry = directoryOf(to).get(newName);
    const target = entry && volume.inode(entry.ino);
    const exchange = (flags & RENAME.EXCHANGE) !== 0;
    if (target !== undefined && (flags & RENAME.NOREPLACE) !== 0) throw new SysError('EEXIST');
    if ((target === undefined && exchange) || to.nlink === 0) throw new SysError('ENOENT');
    if (this.isWithin(newDir, source.ino)) throw new SysError('EINVAL');
    if (target !== undefined && this.isWithin(oldDir, target.ino))
      throw new SysError(exchange ? 'EINVAL' : 'ENOTEMPTY');
    if (source.ino === target?.ino) return;
    const move = { from: volume.inode(oldDir), oldName, to, newName, source, target, exchange };
    volume.commit(renameEffects(move, volume), { frees: target !== undefined && !exchange });
  }

  /** Is a directory another one, or somewhere below it? */
  private isWithin(dir: Ino, ancestor: Ino): boolean {
    for (let ino = dir; ino !== ancestor; ino = directoryOf(this.volume.inode(ino)).parent) {
      if (ino === this.rootIno) return false;
    }
    return true;
  }

  // --- attributes --------------------------------------------------------------------------------------------------

  setattr(ino: Ino, change: AttributeChange): Attributes {
    const { volume } = this;
    const inode = volume.inode(ino);
    const time = volume.time();
    const { size } = change;
    const atime = resolveTime(change.atime, time);
    const mtime = resolveTime(change.mtime ?? (size === undefined ? undefined : 'now'), time);
    const mode = change.mode === undefined ? inode.mode : change.mode;
    const attributes: Effect = {
      ...attributesOf(inode),
      mode: size === undefined ? mode : withoutSetId(mode),
      ...(change.uid !== undefined && { uid: change.uid }),
      ...(change.gid !== undefined && { gid: change.gid }),
      ...(atime && { atimeSec: atime.sec, atimeNsec: atime.nsec }),
      ...(mtime && { mtimeSec: mtime.sec, mtimeNsec: mtime.nsec }),
      ctimeSec: time.sec,
      ctimeNsec: time.nsec,
    };
    if (size === undefined) {
      volume.commit([attributes], { time });
      return inode;
    }
    const file = fileOf(inode);
    if (size > MAX_FILE) throw new SysError('EFBIG');
    const frees = size < file.size;
    const plan = this.onContent(file, () => volume.contents.truncate(file, size));
    volume.commitPlan(file, plan, [attributes], { time, frees });
    return inode;
  }

  // --- content -----------------------------------------------------------------------------------------------------

  read(ino: Ino, offset: number, into: Uint8Array): number {
    const file = fileOf(this.volume.inode(ino));
    const count = this.onContent(file, () => this.volume.contents.read(file, offset, into));
    if (count > 0) this.accessed(file);
    return count;
  }

  write(ino: Ino, at: number | 'append', bytes: Uint8Array): number {
    const { volume } = this;
    const file = fileOf(volume.inode(ino));
    const offset = at === 'append' ? file.size : at;
    const end = offset + bytes.length;
    if (bytes.length === 0) return offset;
    if (end > MAX_FILE) throw new SysError('EFBIG');
    const plan = this.onContent(file, () => volume.contents.write(file, offset, bytes));
    volume.commitPlan(file, plan, this.modified(file), { value: end });
    return end;
  }

  allocate(ino: Ino, offset: number, length: number, mode: number): void {
    const { volume } = this;
    const file = fileOf(volume.inode(ino));
    if (offset < 0 || length <= 0) throw new SysError('EINVAL');
    if (offset + length > MAX_FILE) throw new SysError('EFBIG');
    const { contents } = volume;
    if ((mode & FALLOCATE.PUNCH_HOLE) !== 0) {
      const plan = this.onContent(file, () => contents.punch(file, offset, length));
      volume.commitPlan(file, plan, this.modified(file), {});
      return;
    }
    if (length > volume.capacity()) throw new SysError('ENOSPC');
    const plan = contents.allocate(file, offset, length, (mode & FALLOCATE.KEEP_SIZE) !== 0);
    volume.commitPlan(file, plan, this.modified(file), {});
  }

  /** EIO says which file is damaged, and so does the log. */
  private onContent<T>(file: Inode, act: () => T): T {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof SysError) || error.errno !== 'EIO') throw error;
      const what = `${this.volume.nameOf(file.ino)}: ${error.detail ?? 'cannot be read'}`;
      this.volume.log(what);
      throw new SysError('EIO', what);
    }
  }

  /** What every change of the content does besides. */
  private modified(file: File): Effect[] {
    const { ino } = file;
    const mode = withoutSetId(file.mode);
    const touch: Effect = { kind: 'touch', ino, modified: true };
    return mode === file.mode ? [touch] : [{ ...attributesOf(file), mode }, touch];
  }

  share(source: Ino, from: number, ino: Ino, to: number, length: number): number {
    const { volume } = this;
    const { chunkSize } = volume.state.geometry;
    const other = fileOf(volume.inode(source));
    const file = fileOf(volume.inode(ino));
    const bytes = Math.min(length, other.size - from);
    if (other.extents.length === 0 || from % chunkSize !== 0 || to % chunkSize !== 0 || bytes <= 0) return 0;
    // A chunk that ends with the source is whole, if nothing of the file comes behind it.
    const ends = from + bytes === other.size && to + bytes >= file.size;
    const count = ends ? Math.ceil(bytes / chunkSize) : Math.floor(bytes / chunkSize);
    if (count === 0) return 0;
    if (to + bytes > MAX_FILE) throw new SysError('EFBIG');
    const value = Math.min(bytes, count * chunkSize);
    const plan = volume.contents.share(other, from / chunkSize, file, to / chunkSize, count);
    volume.commitPlan(file, plan, this.modified(file), { value });
    return value;
  }

  clone(source: Ino, ino: Ino): void {
    const { volume } = this;
    const other = fileOf(volume.inode(source));
    const file = fileOf(volume.inode(ino));
    const { size } = other;
    if (source === ino || size === 0) return;
    if (file.size > size) throw new SysError('EINVAL');
    if (other.extents.length > 0) {
      this.share(source, 0, ino, 0, size);
      return;
    }
    const inline: Effect = { kind: 'inline', ino, size, bytes: other.inline };
    volume.contents.settle(file);
    volume.commit([inline, ...this.modified(file)]);
  }

  seek(ino: Ino, offset: number, whence: number): number {
    return this.volume.contents.seek(fileOf(this.volume.inode(ino)), offset, whence);
  }

  // --- snapshots ---------------------------------------------------------------------------------------------------

  /** EOPNOTSUPP in a tree that is not kept. */
  private get kept(): Volume {
    if (this.rootIno !== SUBTREES.root.ino) throw new SysError('EOPNOTSUPP');
    return this.volume;
  }

  snapshots(): readonly SnapshotInfo[] {
    return this.kept.state.snapshots.list.map(({ name, sec, nsec }) => ({ name, sec, nsec }));
  }

  check(step: number): CheckStep {
    return checkStep(this.kept, step);
  }

  changeSnapshots(change: SnapshotChange, name: string): void {
    const { kept } = this;
    if (change === 'create') createSnapshot(kept, name);
    else if (change === 'delete') deleteSnapshot(kept, name);
    else rollBack(kept, name);
  }

  // --- the whole ---------------------------------------------------------------------------------------------------

  open(ino: Ino): Ino {
    this.volume.open(ino);
    return ino;
  }

  release(ino: Ino): void {
    this.volume.release(ino);
  }

  sync(): void {
    this.volume.sync();
  }

  statfs(): FileSystemStatus {
    const blocks = Math.floor(this.volume.capacity() / BLOCK);
    const free = Math.max(0, blocks - Math.ceil(this.volume.used / BLOCK));
    const files = this.volume.state.inodes.size;
    return {
      type: MAGIC,
      bsize: BLOCK,
      blocks,
      bfree: free,
      bavail: free,
      files: MAX_INODES,
      ffree: MAX_INODES - files,
    };
  }
}

const resolveTime = (time: Time | 'now' | undefined, now: Time): Time | undefined => (time === 'now' ? now : time);
