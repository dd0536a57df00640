// How things come into the upper layer: copies of what is only in the lower one, and whiteouts.
//
// What takes more than one step is made under a name of its own in the work directory, and then renamed into its place:
// nobody sees half of it, and what a crash leaves in the work directory is removed at the next boot.

import { SysError } from '../../../abi/errno.ts';
import { isDirectory, isRegular, isSymlink, RENAME } from '../../../abi/file.ts';
import { type Attributes, type Ino, type NewInode, snapshot } from '../../vfs/filesystem.ts';
import { type Flow, wait } from '../../vfs/flow.ts';
import type { Layers } from './layers.ts';
import { isLower, isWhiteout, ofLower, WHITEOUT } from './numbers.ts';

const CHUNK = 1 << 20;

export class CopyUp {
  private readonly layers: Layers;
  private readonly work: Ino;
  private readonly uniqueName: () => string;

  /** `work`: a directory of the upper layer's file system. `uniqueName`: no other station gives the same. */
  constructor(layers: Layers, work: Ino, uniqueName: () => string) {
    this.layers = layers;
    this.work = work;
    this.uniqueName = uniqueName;
  }

  // --- directories -------------------------------------------------------------------------------------------------

  /** The upper directory of a directory of the overlay, made if need be. ENOTDIR, ESTALE. */
  *directory(dir: Ino): Flow<Ino> {
    const { upper, lower, attributes } = yield* this.layers.parts(dir);
    if (!isDirectory(attributes.mode)) throw new SysError('ENOTDIR');
    if (upper !== undefined) return upper.ino;
    const { ino: parent } = yield* wait(this.layers.lower.parentOf(lower as Ino));
    const into = yield* this.directory(ofLower(parent));
    const name = (yield* wait(this.layers.lower.namesTo(lower as Ino))).at(-1) as string;
    const { mode, uid, gid } = attributes;
    const { upper: fs } = this.layers;
    const made = yield* wait(fs.create(into, name, { mode, uid, gid }, { exclusive: false, open: false }));
    if (!made.created) return made.attributes.ino;
    const { ino } = made.attributes;
    yield* this.copyTimes(attributes, ino);
    return ino;
  }

  private *copyTimes({ atimeSec, atimeNsec, mtimeSec, mtimeNsec }: Attributes, to: Ino): Flow<void> {
    const atime = { sec: atimeSec, nsec: atimeNsec };
    yield* wait(this.layers.upper.setattr(to, { atime, mtime: { sec: mtimeSec, nsec: mtimeNsec } }));
  }

  // --- files -------------------------------------------------------------------------------------------------------

  /**
   * Copy a file of the lower layer, read through `from` (its inode, or an opening of it). The copy is open; it takes the
   * place of the original unless that has lost its name. ESTALE when somebody else put something there.
   */
  *file(lower: Ino, from: Ino): Flow<Ino> {
    const { layers } = this;
    const original = snapshot(yield* wait(layers.lower.getattr(lower)));
    const { mode, uid, gid, rdev } = original;
    const target = isSymlink(mode) ? yield* wait(layers.lower.readlink(lower, undefined)) : undefined;
    const name = this.uniqueName();
    const what: NewInode = { mode, uid, gid, rdev, ...(target !== undefined && { target }) };
    const made = yield* wait(layers.upper.create(this.work, name, what, { exclusive: true, open: true }));
    const { ino } = made.attributes;
    try {
      if (isRegular(mode)) yield* this.copyContent(from, ino);
      yield* this.copyTimes(original, ino);
      yield* this.putInPlace(lower, name);
    } catch (error) {
      yield* wait(layers.upper.unlink(this.work, name));
      layers.upper.release(ino);
      throw error;
    }
    return ino;
  }

  private *copyContent(from: Ino, to: Ino): Flow<void> {
    const buffer = new Uint8Array(CHUNK);
    for (let at = 0; ; ) {
      const n = yield* wait(this.layers.lower.read(from, at, buffer));
      if (n === 0) return;
      at = yield* wait(this.layers.upper.write(to, at, buffer.subarray(0, n)));
    }
  }

  /** The names are looked at again: copying may have taken long. */
  private *putInPlace(lower: Ino, name: string): Flow<void> {
    const { layers } = this;
    const { dir, name: place } = layers.placeOf(lower);
    const visible = yield* this.isVisible(dir, place);
    if (!visible) return yield* wait(layers.upper.unlink(this.work, name));
    const into = yield* this.directory(ofLower(dir));
    try {
      yield* wait(layers.upper.rename(this.work, name, into, place, RENAME.NOREPLACE));
    } catch (error) {
      throw error instanceof SysError && error.errno === 'EEXIST' ? new SysError('ESTALE') : error;
    }
  }

  private *isVisible(dir: Ino, name: string): Flow<boolean> {
    try {
      const found = yield* this.layers.child(ofLower(dir), name);
      return found !== undefined && isLower(found.ino);
    } catch (error) {
      if (error instanceof SysError && error.errno === 'ESTALE') return false;
      throw error;
    }
  }

  // --- names -------------------------------------------------------------------------------------------------------

  /** Make a whiteout of what the upper directory has by a name, or of nothing: atomic. */
  *whiteOut(dir: Ino, name: string): Flow<void> {
    const { upper } = this.layers;
    const there = yield* this.layers.above(dir, name);
    if (there === undefined) {
      yield* wait(upper.create(dir, name, WHITEOUT, { exclusive: true, open: false }));
      return;
    }
    if (isWhiteout(there)) return;
    const temporary = this.uniqueName();
    yield* wait(upper.create(this.work, temporary, WHITEOUT, { exclusive: true, open: false }));
    if (!isDirectory(there.mode)) return yield* wait(upper.rename(this.work, temporary, dir, name, 0));
    yield* wait(upper.rename(this.work, temporary, dir, name, RENAME.EXCHANGE));
    yield* this.discard(temporary);
  }

  /** Remove a directory from the work directory. What is in it are whiteouts. */
  private *discard(name: string): Flow<void> {
    const { upper } = this.layers;
    const found = yield* this.layers.above(this.work, name);
    if (found === undefined) return;
    for (;;) {
      const entries = yield* wait(upper.readdir(found.ino, 0, 256));
      if (entries.length === 0) break;
      for (const entry of entries) yield* wait(upper.unlink(found.ino, entry.name));
    }
    yield* wait(upper.rmdir(this.work, name));
  }

  /** Put something new where a whiteout is: made by `make` under a name in the work directory. */
  *overWhiteout(dir: Ino, name: string, isDir: boolean, make: (work: Ino, name: string) => Flow<void>): Flow<void> {
    const { upper } = this.layers;
    const temporary = this.uniqueName();
    yield* make(this.work, temporary);
    yield* wait(upper.rename(this.work, temporary, dir, name, isDir ? RENAME.EXCHANGE : 0));
    if (isDir) yield* wait(upper.unlink(this.work, temporary));
  }
}
