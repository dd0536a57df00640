// Nodes: what open files, working directories and roots refer to. A node is an inode of a mounted file system that is
// kept alive, unlinked or not, for as long as somebody holds the node.
//
// References are counted here, so that dup, fork and a second holder cost the file system nothing: it hears of the
// first `open` and of the last `release`.

import type { FileSystem, Ino } from './filesystem.ts';

/** A file system in the tree. */
export interface Mount {
  /** st_dev of everything on it. */
  readonly dev: number;
  readonly fs: FileSystem;
  /** What /proc/mounts shows first. */
  readonly source: string;
  /** Where it is, absolute. */
  readonly path: string;
  /** Mounted read-only, or of a file system that is. */
  readonly readOnly: boolean;
  /** The directory that it covers; undefined for the root of everything. */
  readonly covers: { readonly mount: Mount; readonly ino: Ino } | undefined;
}

export class Node {
  readonly mount: Mount;
  /** The number by which the file system reads it; st_ino is in its attributes. */
  readonly ino: Ino;
  /** Its absolute path when it was opened, a byte string: for display. `Vfs.pathOf` finds the present one. */
  readonly path: string;
  private references = 1;

  constructor(mount: Mount, ino: Ino, path: string) {
    this.mount = mount;
    this.ino = ino;
    this.path = path;
  }

  get fs(): FileSystem {
    return this.mount.fs;
  }

  /** One more holder. */
  retain(): this {
    this.references++;
    return this;
  }

  /** A holder is done with it; the last one lets the inode go. */
  release(): void {
    this.references--;
    if (this.references === 0) this.fs.release(this.ino);
  }
}
