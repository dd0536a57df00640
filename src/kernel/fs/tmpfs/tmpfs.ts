// tmpfs(5): a tree that ends with the machine, of a size that it is given. It lies in a tree of the volume that is
// emptied at boot (docs/decisions/0004): so all tabs see it, and it outlives the one that serves.
//
// A file counts in whole pages. What is in use is counted when that is asked for or the limit seems near; in between the
// station keeps an estimate that is never too low by what it has written itself.

import { SysError } from '../../../abi/errno.ts';
import { isDirectory } from '../../../abi/file.ts';
import type { Attributes, Created, FileSystem, FileSystemStatus, Ino, NewInode } from '../../vfs/filesystem.ts';
import { type Awaitable, type Flow, run, wait } from '../../vfs/flow.ts';
import { SubtreeFs } from '../subtree/subtree-fs.ts';

const MAGIC = 0x0102_1994;
const PAGE = 4096;
const BATCH = 256;

const pages = (bytes: number): number => Math.ceil(bytes / PAGE);

/** Small files take no block of their own, and yet a page here. */
const pagesOf = ({ size, blocks }: Attributes): number => Math.min(pages(size), Math.max(1, pages(blocks * 512)));

export interface TmpfsLimits {
  /** Bytes. */
  readonly size: number;
  /** Most inodes. */
  readonly inodes: number;
}

/** Of a tmpfs that is not given any: what fits into the memory of any machine. */
export const TMPFS_LIMITS: TmpfsLimits = { size: 512 << 20, inodes: 1 << 17 };

interface Usage {
  readonly pages: number;
  readonly inodes: number;
}

export class TmpFs extends SubtreeFs {
  readonly limits: TmpfsLimits;
  /** At least what was counted last and what this station has added since. */
  private estimate: Usage | undefined;

  constructor(inner: FileSystem, rootIno: Ino, limits: TmpfsLimits) {
    super(inner, rootIno, 'tmpfs');
    this.limits = limits;
  }

  // --- counting ----------------------------------------------------------------------------------------------------

  private *count(): Flow<Usage> {
    const seen = new Set<Ino>([this.rootIno]);
    const directories = [this.rootIno];
    let used = 0;
    for (let dir = directories.pop(); dir !== undefined; dir = directories.pop()) {
      for (let cookie = 0; ; ) {
        const entries = yield* wait(this.inner.readdir(dir, cookie, BATCH));
        if (entries.length === 0) break;
        for (const entry of entries) {
          ({ cookie } = entry);
          if (seen.has(entry.ino)) continue;
          seen.add(entry.ino);
          if (isDirectory(entry.mode)) directories.push(entry.ino);
          else used += pagesOf(yield* wait(this.inner.getattr(entry.ino)));
        }
      }
    }
    this.estimate = { pages: used, inodes: seen.size };
    return this.estimate;
  }

  /** Is there room for so much more? ENOSPC. */
  private *reserve(more: Usage): Flow<void> {
    const fits = (usage: Usage): boolean =>
      usage.pages + more.pages <= pages(this.limits.size) && usage.inodes + more.inodes <= this.limits.inodes;
    let usage = this.estimate ?? (yield* this.count());
    if (!fits(usage)) usage = yield* this.count();
    if (!fits(usage)) throw new SysError('ENOSPC');
    this.estimate = { pages: usage.pages + more.pages, inodes: usage.inodes + more.inodes };
  }

  // --- what takes room ---------------------------------------------------------------------------------------------

  override create(
    dir: Ino,
    name: string,
    what: NewInode,
    options: { readonly exclusive: boolean; readonly open: boolean },
  ): Awaitable<Created> {
    return run(this.make(dir, name, what, options));
  }

  private *make(
    dir: Ino,
    name: string,
    what: NewInode,
    options: { readonly exclusive: boolean; readonly open: boolean },
  ): Flow<Created> {
    yield* this.reserve({ pages: 0, inodes: 1 });
    return yield* wait(this.inner.create(dir, name, what, options));
  }

  override write(ino: Ino, offset: number | 'append', bytes: Uint8Array): Awaitable<number> {
    return run(this.put(ino, offset, bytes));
  }

  private *put(ino: Ino, offset: number | 'append', bytes: Uint8Array): Flow<number> {
    // The caller's buffer may be used for something else while room is looked for.
    const asking = this.inner.getattr(ino);
    const kept = asking instanceof Promise ? Uint8Array.from(bytes) : bytes;
    const { size } = yield* wait(asking);
    const end = (offset === 'append' ? size : offset) + bytes.length;
    const growth = Math.max(0, pages(end) - pages(size));
    // A write behind a hole takes what it writes, not the hole.
    if (growth > 0) yield* this.reserve({ pages: Math.min(growth, pages(bytes.length) + 1), inodes: 0 });
    return yield* wait(this.inner.write(ino, offset, kept));
  }

  override allocate(ino: Ino, offset: number, length: number, mode: number): Awaitable<void> {
    return run(this.back(ino, offset, length, mode));
  }

  private *back(ino: Ino, offset: number, length: number, mode: number): Flow<void> {
    if (mode === 0) yield* this.reserve({ pages: pages(Math.max(0, length)), inodes: 0 });
    yield* wait(this.inner.allocate(ino, offset, length, mode));
  }

  override statfs(): Awaitable<FileSystemStatus> {
    return run(this.status());
  }

  private *status(): Flow<FileSystemStatus> {
    const used = yield* this.count();
    const blocks = pages(this.limits.size);
    const free = Math.max(0, blocks - used.pages);
    const { inodes } = this.limits;
    return {
      type: MAGIC,
      bsize: PAGE,
      blocks,
      bfree: free,
      bavail: free,
      files: inodes,
      ffree: Math.max(0, inodes - used.inodes),
    };
  }
}
