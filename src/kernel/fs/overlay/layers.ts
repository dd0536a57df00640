// The two layers of an overlay, and where in each of them an inode of it is. Nothing is changed here.
//
// What the upper layer says is asked anew each time: other stations change it as well. What the lower one says never
// changes. A lower inode is found again in the upper layer by its names from the root.

import { SysError } from '../../../abi/errno.ts';
import { isDirectory } from '../../../abi/file.ts';
import { type Attributes, type Caller, type FileSystem, type Ino, snapshot, type Walk } from '../../vfs/filesystem.ts';
import { type Flow, wait } from '../../vfs/flow.ts';
import {
  isLower,
  isOpaque,
  isWhiteout,
  layerIno,
  lowerAttributes,
  mergedAttributes,
  merges,
  ofLower,
  upperAttributes,
} from './numbers.ts';

/** An inode of the overlay: what there is of it in the layers. */
export interface Parts {
  readonly lower: Ino | undefined;
  readonly upper: Attributes | undefined;
  readonly attributes: Attributes;
}

interface Place {
  readonly dir: Ino;
  readonly name: string;
}

export class Layers {
  readonly lower: FileSystem;
  readonly upper: FileSystem;
  /** Of the upper layer: the directory that lies over the lower root. */
  readonly top: Ino;
  /** Where files of the lower layer have been seen, by their inode. */
  private readonly places = new Map<Ino, Place>();

  constructor(lower: FileSystem, upper: FileSystem, top: Ino) {
    this.lower = lower;
    this.upper = upper;
    this.top = top;
  }

  // --- by inode ----------------------------------------------------------------------------------------------------

  /** The names that lead to a lower inode. */
  *lowerNames(ino: Ino): Flow<readonly string[]> {
    const place = this.places.get(ino);
    if (place === undefined) return yield* wait(this.lower.namesTo(ino));
    return [...(yield* wait(this.lower.namesTo(place.dir))), place.name];
  }

  /** Where a file of the lower layer is: its directory there, and its name. */
  placeOf(ino: Ino): Place {
    const place = this.places.get(ino);
    if (place === undefined) throw new SysError('ESTALE');
    return place;
  }

  remember(ino: Ino, dir: Ino, name: string): void {
    this.places.set(ino, { dir, name });
  }

  /** What the upper layer has in the place of a lower inode: nothing, something, or a directory above it that hides it. */
  private *over(ino: Ino): Flow<Attributes | 'hidden' | undefined> {
    const names = yield* this.lowerNames(ino);
    const { passed } = yield* wait(this.upper.walk(this.top, names, false, undefined));
    // What is on the way must let the lower layer be seen; the last one is for the caller to judge.
    for (const above of passed.slice(1, names.length)) {
      if (!isDirectory(above.mode) || isOpaque(above)) return 'hidden';
    }
    return passed[names.length];
  }

  /** ESTALE when it is not there any more. */
  *parts(ino: Ino): Flow<Parts> {
    const own = layerIno(ino);
    if (!isLower(ino)) {
      const upper = snapshot(yield* wait(this.upper.getattr(own)));
      return { lower: undefined, upper, attributes: upperAttributes(upper) };
    }
    const lower = yield* wait(this.lower.getattr(own));
    const over = yield* this.over(own);
    if (over === undefined) return { lower: own, upper: undefined, attributes: lowerAttributes(lower) };
    if (over === 'hidden' || !merges(over, lower)) throw new SysError('ESTALE');
    const upper = snapshot(over);
    return { lower: own, upper, attributes: mergedAttributes(upper, own) };
  }

  // --- by name -----------------------------------------------------------------------------------------------------

  *walk(dir: Ino, names: readonly string[], caller: Caller): Flow<Walk> {
    const start = yield* this.parts(dir);
    const passed: [Attributes, ...Attributes[]] = [start.attributes];
    const above = yield* passedBy(this.upper, start.upper?.ino, names, undefined);
    let below = yield* passedBy(this.lower, start.lower, names, caller);
    let lowerDir = start.lower;
    for (const [i, name] of names.entries()) {
      const upper = above[i + 1];
      const lower = below[i + 1];
      if (upper !== undefined && isWhiteout(upper)) break;
      if (lower !== undefined && lowerDir !== undefined && !isDirectory(lower.mode)) {
        this.remember(lower.ino, lowerDir, name);
      }
      if (upper === undefined) {
        if (lower === undefined) break;
        passed.push(lowerAttributes(lower));
        // What is above it is not there, whatever its names lead to further down.
        above.length = 0;
      } else if (merges(upper, lower)) passed.push(mergedAttributes(upper, lower.ino));
      else {
        passed.push(upperAttributes(upper));
        below = [];
      }
      lowerDir = lower?.ino;
    }
    return { passed };
  }

  /** The inode of a name, if there is one. ENOTDIR. */
  *child(dir: Ino, name: string): Flow<Attributes | undefined> {
    const { passed } = yield* this.walk(dir, [name], undefined);
    if (!isDirectory(passed[0].mode)) throw new SysError('ENOTDIR');
    return passed[1];
  }

  /** Has the lower layer this name in a directory of it? */
  *isBelow(dir: Ino | undefined, name: string): Flow<boolean> {
    return (yield* passedBy(this.lower, dir, [name], undefined)).length > 1;
  }

  /** What the upper layer has by a name in a directory of it, whiteouts included. */
  *above(dir: Ino | undefined, name: string): Flow<Attributes | undefined> {
    const found = (yield* passedBy(this.upper, dir, [name], undefined))[1];
    return found && snapshot(found);
  }

  // --- back to the root --------------------------------------------------------------------------------------------

  /** ENOTDIR, ENOENT when it was removed. */
  *namesTo(dir: Ino): Flow<readonly string[]> {
    const { lower, attributes } = yield* this.existing(dir);
    if (!isDirectory(attributes.mode)) throw new SysError('ENOTDIR');
    if (lower !== undefined) return yield* wait(this.lower.namesTo(lower));
    const names = yield* wait(this.upper.namesTo(layerIno(dir)));
    const root = yield* wait(this.upper.namesTo(this.top));
    return names.slice(root.length);
  }

  *parentOf(dir: Ino): Flow<Attributes> {
    const names = yield* this.namesTo(dir);
    const { passed } = yield* this.walk(ofLower(this.lower.rootIno), names.slice(0, -1), undefined);
    return passed.at(-1) as Attributes;
  }

  /** `parts` of a directory: one that is gone is ENOENT here. */
  private *existing(dir: Ino): Flow<Parts> {
    try {
      return yield* this.parts(dir);
    } catch (error) {
      if (error instanceof SysError && error.errno === 'ESTALE') throw new SysError('ENOENT');
      throw error;
    }
  }
}

function* passedBy(fs: FileSystem, dir: Ino | undefined, names: readonly string[], caller: Caller): Flow<Attributes[]> {
  if (dir === undefined) return [];
  const { passed } = yield* wait(fs.walk(dir, names, false, caller));
  return [...passed];
}
