// Who of a station's processes watches what, inotify(7), and what other stations watch.
//
// A file is known by its key (station/file-key.ts). A change that this station makes is told to its own watches, and to
// the kernel when another station watches one of its files; what others make comes from there.

import { SysError } from '../../abi/errno.ts';
import { IN, INOTIFY_LIMITS } from '../../abi/inotify.ts';
import type { KernelPort } from '../kernel-port.ts';
import type { FileChange } from '../link.ts';
import { fileKey, isShared } from '../station/file-key.ts';
import type { Change, ChangeListener } from '../vfs/changes.ts';
import type { FileSystem, Ino } from '../vfs/filesystem.ts';
import type { InotifyFile } from './inotify-file.ts';

/** What a watch is asked for that is no event. */
const OPTIONS = IN.EXCL_UNLINK | IN.ONESHOT;

interface Watch {
  readonly instance: Instance;
  readonly wd: number;
  readonly key: string;
  mask: number;
}

interface Instance {
  readonly file: InotifyFile;
  readonly watches: Map<number, Watch>;
  lastWd: number;
}

export class WatchTable implements ChangeListener {
  /** Something is watched from now on. */
  onWatched: () => void = () => {};
  private readonly kernel: KernelPort;
  private readonly instances = new Map<InotifyFile, Instance>();
  private readonly byKey = new Map<string, Set<Watch>>();
  private readonly elsewhere = new Set<string>();
  private count = 0;
  private cookie: number;

  /** `seed`: where cookies begin, different for every station. */
  constructor(kernel: KernelPort, seed: number) {
    this.kernel = kernel;
    this.cookie = seed;
  }

  // --- for calls ---------------------------------------------------------------------------------------------------

  /** EMFILE. */
  open(file: InotifyFile): void {
    if (this.instances.size >= INOTIFY_LIMITS.instances) throw new SysError('EMFILE');
    const instance: Instance = { file, watches: new Map(), lastWd: 0 };
    this.instances.set(file, instance);
    file.onClosed(() => {
      this.instances.delete(file);
      for (const watch of instance.watches.values()) this.drop(watch);
    });
  }

  /** Watch an inode, or change the mask by which the instance watches it. EEXIST with IN_MASK_CREATE, ENOSPC. */
  async add(file: InotifyFile, fs: FileSystem, ino: Ino, mask: number): Promise<number> {
    const instance = this.instances.get(file);
    if (instance === undefined) throw new SysError('EBADF');
    const key = fileKey(fs, ino);
    const kept = mask & (IN.ALL_EVENTS | OPTIONS);
    for (const watch of this.byKey.get(key) ?? []) {
      if (watch.instance !== instance) continue;
      if ((mask & IN.MASK_CREATE) !== 0) throw new SysError('EEXIST');
      watch.mask = (mask & IN.MASK_ADD) !== 0 ? watch.mask | kept : kept;
      return watch.wd;
    }
    if (this.count >= INOTIFY_LIMITS.watches) throw new SysError('ENOSPC');
    const watch = { instance, wd: ++instance.lastWd, key, mask: kept };
    instance.watches.set(watch.wd, watch);
    this.count++;
    this.onWatched();
    const watches = this.byKey.get(key);
    if (watches !== undefined) watches.add(watch);
    else {
      this.byKey.set(key, new Set([watch]));
      // From the answer on, the other stations tell.
      if (isShared(key)) await this.kernel.call('watch', key);
    }
    return watch.wd;
  }

  /** EINVAL. */
  remove(file: InotifyFile, wd: number): void {
    const watch = this.instances.get(file)?.watches.get(wd);
    if (watch === undefined) throw new SysError('EINVAL');
    this.end(watch);
  }

  /** The watch is over, and is told so. */
  private end(watch: Watch): void {
    const { instance, wd } = watch;
    instance.watches.delete(wd);
    this.drop(watch);
    instance.file.push({ wd, mask: IN.IGNORED, cookie: 0, name: '' });
  }

  private drop(watch: Watch): void {
    const watches = this.byKey.get(watch.key);
    if (watches?.delete(watch) !== true) return;
    this.count--;
    if (watches.size > 0) return;
    this.byKey.delete(watch.key);
    if (isShared(watch.key)) this.kernel.notify('unwatch', watch.key);
  }

  // --- for the VFS -------------------------------------------------------------------------------------------------

  get active(): boolean {
    return this.count > 0 || this.elsewhere.size > 0;
  }

  watches(fs: FileSystem, ino: Ino): boolean {
    if (!this.active) return false;
    const key = fileKey(fs, ino);
    return this.byKey.has(key) || this.elsewhere.has(key);
  }

  excludesUnlinked(fs: FileSystem, dir: Ino): boolean {
    const watches = this.byKey.get(fileKey(fs, dir)) ?? [];
    for (const { mask } of watches) if ((mask & IN.EXCL_UNLINK) !== 0) return true;
    return false;
  }

  nextCookie(): number {
    this.cookie = (this.cookie + 1) >>> 0 || 1;
    return this.cookie;
  }

  tell({ fs, dir, name, ino, mask, cookie }: Change): void {
    if (!this.active) return;
    const change: FileChange = {
      dir: dir === undefined ? undefined : fileKey(fs, dir),
      name,
      file: ino === undefined ? undefined : fileKey(fs, ino),
      mask,
      cookie,
    };
    this.deliver(change);
    if (this.isWatchedElsewhere(change.dir) || this.isWatchedElsewhere(change.file)) {
      this.kernel.notify('changed', change);
    }
  }

  private isWatchedElsewhere(key: string | undefined): boolean {
    return key !== undefined && this.elsewhere.has(key);
  }

  /** A file system is not in the tree any more. */
  unmounted(fs: FileSystem): void {
    const prefix = fileKey(fs, 0).slice(0, -1);
    for (const [key, watches] of this.byKey) {
      if (isShared(key) || !key.startsWith(prefix)) continue;
      for (const watch of watches) {
        watch.instance.file.push({ wd: watch.wd, mask: IN.UNMOUNT, cookie: 0, name: '' });
        this.end(watch);
      }
    }
  }

  // --- for the kernel ----------------------------------------------------------------------------------------------

  /** Another station watches a file, or does not any more. */
  watchedElsewhere(key: string, on: boolean): void {
    if (!on) {
      this.elsewhere.delete(key);
      return;
    }
    this.elsewhere.add(key);
    this.onWatched();
  }

  /** Tell this station's watches of a change. */
  deliver({ dir, name, file, mask, cookie }: FileChange): void {
    if (dir !== undefined) this.deliverTo(dir, mask, cookie, name);
    if (file !== undefined) this.deliverTo(file, mask, 0, '');
  }

  private deliverTo(key: string, mask: number, cookie: number, name: string): void {
    for (const watch of this.byKey.get(key) ?? []) {
      const { instance, wd } = watch;
      const event = mask & ~IN.ISDIR;
      if ((watch.mask & event) !== 0) {
        instance.file.push({ wd, mask, cookie, name });
        if ((watch.mask & IN.ONESHOT) !== 0) this.end(watch);
      }
      if (event === IN.DELETE_SELF && instance.watches.has(wd)) this.end(watch);
    }
  }

  assertEmpty(): void {
    if (this.instances.size > 0 || this.byKey.size > 0) throw new Error('watches are left');
  }
}
