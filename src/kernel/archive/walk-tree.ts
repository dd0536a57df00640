// A tree of files as the entries of an archive, parents before what is in them, names in order. It stays on one file
// system, as `tar --one-file-system` does: what is mounted below (/proc, /dev, /usr) is no part of the tree, nor are the
// places where that is mounted.

import { SysError } from '../../abi/errno.ts';
import { AT, isDirectory, isRegular, isSymlink, O, S } from '../../abi/file.ts';
import { isOpaque, isWhiteout } from '../fs/overlay/numbers.ts';
import type { Context, Node, Stat, Vfs } from '../vfs/vfs.ts';
import type { ArchiveEntry } from './entry.ts';
import { type Selection, selects } from './glob.ts';
import { namesIn } from './names-in.ts';

const CHUNK = 256 * 1024;
/** Entries between two moments in which others get their turn. */
const TURN = 64;

export interface Walking {
  readonly vfs: Vfs;
  readonly ctx: Context;
  readonly selection: Selection;
  /** Give a file with several names each time in full, for archives without hard links. */
  readonly flattenLinks?: boolean;
  /** Lets others get their turn. */
  readonly breathe: () => Promise<void>;
}

type Common = Pick<ArchiveEntry, 'path' | 'mode' | 'uid' | 'gid' | 'mtime'>;

class Walk {
  private readonly walking: Walking;
  private readonly wanted: (path: string) => boolean;
  /** Files with several names that have come: where. */
  private readonly linked = new Map<string, string>();
  /** Directories that have not been told yet: they count when something in them is wanted. */
  private pending: ArchiveEntry[] = [];
  private steps = 0;

  constructor(walking: Walking) {
    this.walking = walking;
    this.wanted = selects(walking.selection);
  }

  async *directory(node: Node, dev: number, path: string): AsyncGenerator<ArchiveEntry> {
    const { vfs, ctx } = this.walking;
    for (const name of (await namesIn(vfs, node)).sort()) {
      const inner = path === '' ? name : `${path}/${name}`;
      if (++this.steps % TURN === 0) await this.walking.breathe();
      let found: Stat;
      try {
        found = await vfs.stat(ctx, node, name, AT.SYMLINK_NOFOLLOW);
      } catch (error) {
        // Removed since the directory was listed.
        if (error instanceof SysError && error.errno === 'ENOENT') continue;
        throw error;
      }
      if (found.dev === dev) yield* this.entry(node, name, found, inner);
    }
  }

  async *entry(at: Node, name: string, found: Stat, path: string): AsyncGenerator<ArchiveEntry> {
    const { vfs, ctx } = this.walking;
    const wanted = path === '' || this.wanted(path);
    const common: Common = {
      path,
      mode: found.mode & 0o7777,
      uid: found.uid,
      gid: found.gid,
      mtime: { sec: found.mtimeSec, nsec: found.mtimeNsec },
    };
    if (isDirectory(found.mode)) {
      const before = this.pending.length;
      this.pending.push({ ...common, type: 'directory', ...(isOpaque(found) && { opaque: true }) });
      if (wanted) yield* this.told();
      const node = (await vfs.open(ctx, at, name, O.RDONLY | O.DIRECTORY | O.NOFOLLOW, 0)).node;
      try {
        yield* this.directory(node, found.dev, path);
      } finally {
        node.release();
      }
      this.pending.length = Math.min(this.pending.length, before);
      return;
    }
    if (!wanted) return;
    const entry = await this.leaf(at, name, found, common);
    if (entry === undefined) return;
    yield* this.told();
    yield entry;
  }

  private *told(): Generator<ArchiveEntry> {
    const { pending } = this;
    this.pending = [];
    yield* pending;
  }

  /** Sockets and devices are in no archive. */
  private async leaf(at: Node, name: string, found: Stat, common: Common): Promise<ArchiveEntry | undefined> {
    const { vfs, ctx } = this.walking;
    if (isSymlink(found.mode)) return { ...common, type: 'symlink', target: await vfs.readlink(ctx, at, name) };
    if ((found.mode & S.IFMT) === S.IFIFO) return { ...common, type: 'fifo' };
    if (isWhiteout(found)) return { ...common, type: 'whiteout' };
    if (!isRegular(found.mode)) return undefined;
    if (found.nlink > 1 && this.walking.flattenLinks !== true) {
      const key = `${found.dev}:${found.ino}`;
      const target = this.linked.get(key);
      if (target !== undefined) return { ...common, type: 'link', target };
      this.linked.set(key, common.path);
    }
    return { ...common, type: 'file', size: found.size, content: this.content(at, name) };
  }

  private async *content(at: Node, name: string): AsyncGenerator<Uint8Array> {
    const { vfs, ctx } = this.walking;
    const { node } = await vfs.open(ctx, at, name, O.RDONLY | O.NOFOLLOW, 0);
    try {
      for (let offset = 0; ; ) {
        const buffer = new Uint8Array(CHUNK);
        const n = await node.fs.read(node.ino, offset, buffer);
        if (n === 0) return;
        offset += n;
        yield buffer.subarray(0, n);
      }
    } finally {
      node.release();
    }
  }
}

/** What is at the path: a directory with all in it (its own entry has the path ''), or a single file. */
export async function* walkTree(walking: Walking, path: string): AsyncGenerator<ArchiveEntry> {
  const { vfs, ctx } = walking;
  const whole: Walking = { ...walking, selection: { includes: [], excludes: [] } };
  const found = await vfs.stat(ctx, vfs.root, path, 0);
  // The path itself may lead over symbolic links to a directory; what is below it does not.
  if (isDirectory(found.mode)) {
    yield* new Walk(walking).entry(vfs.root, `${path}/.`, found, '');
    return;
  }
  const name = path.split('/').findLast((part) => part !== '') ?? '';
  const single = await vfs.stat(ctx, vfs.root, path, AT.SYMLINK_NOFOLLOW);
  yield* new Walk(whole).entry(vfs.root, path, single, name);
}
