// Mounts, and nodes: what open files, working directories and roots refer to. A node is an inode of a mounted file
// system that is kept alive, unlinked or not, for as long as somebody holds the node.
//
// References are counted here, so that dup, fork and a second holder cost the file system nothing: it hears of the
// first `open` and of the last `release`.

import type { Changes } from './changes.ts';
import type { FileSystem, Ino } from './filesystem.ts';

/** A file system in the tree. */
export class Mount {
  /** st_dev of everything on it. */
  readonly dev: number;
  readonly fs: FileSystem;
  /** What /proc/mounts shows first. */
  readonly source: string;
  /** Where it is: an absolute byte string. */
  readonly path: string;
  /** Mounted read-only, or of a file system that is. */
  readonly readOnly: boolean;
  /** The directory that it covers: undefined for the root of everything. */
  readonly covers: Node | undefined;
  /** What /proc/mounts says of it besides. */
  readonly options: readonly string[];
  /** Told of what is done to its files. */
  readonly changes: Changes;
  /** How many nodes of it somebody holds, mounts over its directories included. */
  nodes = 0;
  /** What is mounted over directories of this one. */
  readonly children = new Map<Ino, Mount>();

  constructor(parts: {
    dev: number;
    fs: FileSystem;
    source: string;
    path: string;
    readOnly: boolean;
    covers: Node | undefined;
    changes: Changes;
    options?: readonly string[];
  }) {
    this.dev = parts.dev;
    this.fs = parts.fs;
    this.source = parts.source;
    this.path = parts.path;
    this.readOnly = parts.readOnly;
    this.covers = parts.covers;
    this.changes = parts.changes;
    this.options = parts.options ?? [];
  }

  /** Does somebody use what is on it? */
  get isBusy(): boolean {
    return this.nodes > 0;
  }
}

export class Node {
  readonly mount: Mount;
  /** The number by which the file system reads it; st_ino is in its attributes. */
  readonly ino: Ino;
  /** Its absolute path when it was opened, a byte string: for display. `Vfs.pathOf` finds the present one. */
  readonly path: string;
  /** The directory in which it has the last name of that path, when it was found by that name. */
  readonly parent: Ino | undefined;
  private references = 1;

  /** Takes over one `open` of the inode. */
  constructor(mount: Mount, ino: Ino, path: string, parent?: Ino) {
    this.mount = mount;
    this.ino = ino;
    this.path = path;
    this.parent = parent;
    mount.nodes++;
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
    if (this.references > 0) return;
    this.mount.nodes--;
    this.fs.release(this.ino);
    void this.mount.changes.released(this.fs, this.ino);
  }

  /** Does somebody watch it, or its directory? */
  get isWatched(): boolean {
    const { fs, ino, parent } = this;
    const { listener } = this.mount.changes;
    if (listener?.active !== true) return false;
    return listener.watches(fs, ino) || (parent !== undefined && listener.watches(fs, parent));
  }

  /** Tell those who watch what was done to it (IN of the ABI). `mode`: its file type. */
  changed(mode: number, mask: number): void {
    this.mount.changes.inode(this, mode, mask);
  }
}
