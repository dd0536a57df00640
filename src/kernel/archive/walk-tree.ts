// A tree of files as the entries of an archive, parents before what is in them, names in order. It stays on one file
// system, as `tar --one-file-system` does: what is mounted below (/proc, /dev, /usr) is no part of the tree, nor are the
// places where that is mounted.

import { SysError } from '../../abi/errno.ts';
import { AT, isDirectory, isRegular, isSymlink, O, S } from '../../abi/file.ts';
import { isOpaque, isWhiteout } from '../fs/overlay/numbers.ts';
import type { Context, Node, Opened, Stat, Vfs } from '../vfs/vfs.ts';
import type { ArchiveEntry } from './entry.ts';
import { type Selection, selects } from './glob.ts';
import { namesIn } from './names-in.ts';

const CHUNK = 256 * 1024;
const LEAST = 512;
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
    if (isRegular(found.mode)) {
      yield* this.file(at, name, found, common);
      return;
    }
    const entry = await this.special(at, name, found, common);
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
  private async special(at: Node, name: string, found: Stat, common: Common): Promise<ArchiveEntry | undefined> {
    const { vfs, ctx } = this.walking;
    if (isSymlink(found.mode)) return { ...common, type: 'symlink', target: await vfs.readlink(ctx, at, name) };
    if ((found.mode & S.IFMT) === S.IFIFO) return { ...common, type: 'fifo' };
    return isWhiteout(found) ? { ...common, type: 'whiteout' } : undefined;
  }

  /** Opened before it is told: a file that is removed meanwhile is in the archive with its content, or not at all. */
  private async *file(at: Node, name: string, found: Stat, common: Common): AsyncGenerator<ArchiveEntry> {
    const { vfs, ctx, flattenLinks } = this.walking;
    const key = found.nlink > 1 && flattenLinks !== true ? `${found.dev}:${found.ino}` : '';
    const target = this.linked.get(key);
    if (target !== undefined) {
      yield* this.told();
      yield { ...common, type: 'link', target };
      return;
    }
    let opened: Opened;
    try {
      opened = await vfs.open(ctx, at, name, O.RDONLY | O.NOFOLLOW, 0);
    } catch (error) {
      if (error instanceof SysError && error.errno === 'ENOENT') return;
      throw error;
    }
    try {
      if (key !== '') this.linked.set(key, common.path);
      yield* this.told();
      const { size } = opened.attributes;
      yield { ...common, type: 'file', size, content: contentOf(opened.node, size) };
    } finally {
      opened.node.release();
    }
  }
}

/** To the end, whatever the size says: generated files say 0. */
async function* contentOf(node: Node, size: number): AsyncGenerator<Uint8Array> {
  for (let offset = 0; ; ) {
    const buffer = new Uint8Array(Math.min(CHUNK, Math.max(LEAST, size - offset)));
    const n = await node.fs.read(node.ino, offset, buffer);
    if (n === 0) return;
    offset += n;
    yield buffer.subarray(0, n);
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
