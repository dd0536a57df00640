// What the VFS tells of what it does to files, for watches: inotify(7) lists it. Nothing is done, and nothing asked of
// a file system, while nobody listens.
//
// A change of an inode is told to those who watch the inode and, with its name, to those who watch its directory. The
// directory of a file is the one that it was opened by. Masks are IN of the ABI.

import { SysError } from '../../abi/errno.ts';
import { isDirectory } from '../../abi/file.ts';
import { IN } from '../../abi/inotify.ts';
import type { Attributes, FileSystem, Ino } from './filesystem.ts';
import { type Awaitable, chain, type Flow, run, wait } from './flow.ts';

export interface Change {
  readonly fs: FileSystem;
  /** Told with the name to those who watch this directory. */
  readonly dir: Ino | undefined;
  readonly name: string;
  /** Told to those who watch this inode. */
  readonly ino: Ino | undefined;
  readonly mask: number;
  /** Joins the two halves of a rename. */
  readonly cookie: number;
}

export interface ChangeListener {
  /** Does anybody watch anything? */
  readonly active: boolean;
  watches(fs: FileSystem, ino: Ino): boolean;
  /** Does a watch of this directory not want to hear of files that have no name any more? */
  excludesUnlinked(fs: FileSystem, dir: Ino): boolean;
  /** A number that no other rename has. */
  nextCookie(): number;
  tell(change: Change): void;
}

/** An inode with what is known of how it was found. */
export interface Placed {
  readonly fs: FileSystem;
  readonly ino: Ino;
  readonly parent: Ino | undefined;
  /** Ends with its name, when the parent is known. */
  readonly path: string;
}

const nameIn = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const isDirMask = (mode: number): number => (isDirectory(mode) ? IN.ISDIR : 0);

export class Changes {
  listener: ChangeListener | undefined;

  get active(): boolean {
    return this.listener?.active === true;
  }

  /** Names came and went in a directory: nobody is told but those who watch it. */
  named(fs: FileSystem, dir: Ino, name: string, mode: number, mask: number): void {
    this.listener?.tell({ fs, dir, name, ino: undefined, mask: mask | isDirMask(mode), cookie: 0 });
  }

  /** Only those who watch the inode itself are told. */
  self(fs: FileSystem, ino: Ino, mask: number): void {
    this.listener?.tell({ fs, dir: undefined, name: '', ino, mask, cookie: 0 });
  }

  /** Something was done to an inode. */
  inode(placed: Placed, mode: number, mask: number): void {
    const { listener } = this;
    if (listener?.active !== true) return;
    const { fs, ino, parent, path } = placed;
    const told = mask | isDirMask(mode);
    if (parent !== undefined && !listener.excludesUnlinked(fs, parent)) {
      listener.tell({ fs, dir: parent, name: nameIn(path), ino, mask: told, cookie: 0 });
      return;
    }
    const place = run(parent === undefined ? placeOf(fs, ino, mode) : stillNamed(placed, parent));
    void chain(place, (known) => {
      listener.tell({ fs, dir: known?.dir, name: known?.name ?? '', ino, mask: told, cookie: 0 });
    });
  }

  /** Afterwards: a name was taken from an inode. */
  *unnamed(fs: FileSystem, { ino, mode }: Pick<Attributes, 'ino' | 'mode'>): Flow<void> {
    if (this.listener?.watches(fs, ino) !== true) return;
    if (!isDirectory(mode)) this.self(fs, ino, IN.ATTRIB);
    yield* this.gone(fs, ino);
  }

  /** If an inode is no more, tell it. */
  *gone(fs: FileSystem, ino: Ino): Flow<void> {
    if (this.listener?.watches(fs, ino) !== true) return;
    try {
      yield* wait(fs.getattr(ino));
    } catch (error) {
      if (!(error instanceof SysError) || error.errno !== 'ESTALE') throw error;
      this.self(fs, ino, IN.DELETE_SELF);
    }
  }

  /** Somebody does not hold an inode any more. */
  released(fs: FileSystem, ino: Ino): Awaitable<void> {
    if (!this.active) return;
    return run(this.gone(fs, ino));
  }

  moved(
    from: { readonly fs: FileSystem; readonly dir: Ino; readonly name: string },
    to: { readonly dir: Ino; readonly name: string },
    mode: number,
  ): void {
    const { listener } = this;
    if (listener?.active !== true) return;
    const cookie = listener.nextCookie();
    const both = { fs: from.fs, ino: undefined, cookie };
    listener.tell({ ...both, dir: from.dir, name: from.name, mask: IN.MOVED_FROM | isDirMask(mode) });
    listener.tell({ ...both, dir: to.dir, name: to.name, mask: IN.MOVED_TO | isDirMask(mode) });
  }
}

interface Place {
  readonly dir: Ino;
  readonly name: string;
}

/** Where a directory is. What else was not found by a name has none that is known. */
function* placeOf(fs: FileSystem, ino: Ino, mode: number): Flow<Place | undefined> {
  if (!isDirectory(mode) || ino === fs.rootIno) return undefined;
  try {
    const names = yield* wait(fs.namesTo(ino));
    const { ino: dir } = yield* wait(fs.parentOf(ino));
    return { dir, name: names.at(-1) ?? '' };
  } catch (error) {
    if (error instanceof SysError) return undefined;
    throw error;
  }
}

function* stillNamed({ fs, ino, path }: Placed, dir: Ino): Flow<Place | undefined> {
  try {
    const { nlink } = yield* wait(fs.getattr(ino));
    return nlink === 0 ? undefined : { dir, name: nameIn(path) };
  } catch (error) {
    if (error instanceof SysError) return undefined;
    throw error;
  }
}
