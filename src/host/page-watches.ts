// Watches for the page: WatchesControl (control.ts), over inotify(7). A watch of a tree has a watch of each directory in
// it; one that comes later is watched from the moment that its name is seen, and what is in it by then is told as new.

import { isDirectory, O } from '../abi/file.ts';
import { IN } from '../abi/inotify.ts';
import { LAYOUT } from '../abi/layout.ts';
import { unpack } from '../abi/struct.ts';
import { byteString, fromText, toText } from '../base/bytes.ts';
import type { Caller } from '../kernel/fd/open-file.ts';
import { USER } from '../kernel/station/machine-tree.ts';
import type { Context, Vfs } from '../kernel/vfs/vfs.ts';
import { InotifyFile } from '../kernel/watches/inotify-file.ts';
import type { WatchTable } from '../kernel/watches/watch-table.ts';
import type { WatchEvent, WatchesControl } from './control.ts';
import { told } from './told.ts';

const NAMES = IN.CREATE | IN.DELETE | IN.MOVED_FROM | IN.MOVED_TO | IN.DELETE_SELF | IN.MOVE_SELF;
const MASK = NAMES | IN.MODIFY | IN.ATTRIB;
const BUFFER = 64 * 1024;
const LIST_BATCH = 1024;

/** Nobody sleeps here: the file is read only when it has something. */
const NOBODY = {} as Caller;

class PageWatch {
  private readonly vfs: Vfs;
  private readonly ctx: Context;
  private readonly table: WatchTable;
  private readonly file = new InotifyFile(O.NONBLOCK);
  private readonly path: string;
  private readonly recursive: boolean;
  private readonly tell: (event: WatchEvent) => void;
  /** Watch descriptor -> the directory, relative to the root of the watch: empty, or with a slash at its end. */
  private readonly places = new Map<number, string>();
  /** The root's own, and the name to tell when it is a file. */
  private rootName = '';
  private open = true;
  private forget = (): void => {};
  private last: Promise<void> = Promise.resolve();

  constructor(
    vfs: Vfs,
    table: WatchTable,
    options: { path: string; recursive: boolean; tell: (e: WatchEvent) => void },
  ) {
    this.vfs = vfs;
    this.ctx = { root: vfs.root, cwd: vfs.root, cred: USER, umask: 0 };
    this.table = table;
    this.path = options.path;
    this.recursive = options.recursive;
    this.tell = options.tell;
  }

  async start(): Promise<void> {
    this.file.retain();
    this.table.open(this.file);
    try {
      const { mode } = await this.vfs.stat(this.ctx, this.vfs.root, this.path, 0);
      this.rootName = this.path.split('/').findLast((part) => part !== '') ?? '/';
      await this.add('');
      if (this.recursive && isDirectory(mode)) await this.below('', false);
    } catch (error) {
      this.file.release();
      throw error;
    }
    this.listen();
  }

  end(): void {
    if (!this.open) return;
    this.open = false;
    this.forget();
    this.file.release();
  }

  private listen(): void {
    this.forget = this.file.watch(0, () => {
      this.last = this.last.then(() => this.drain());
    });
  }

  private async add(place: string): Promise<void> {
    const { fs, ino } = await this.vfs.watchable(this.ctx, `${this.path}/${place}`.replace(/\/+$/, '') || '/', {
      follow: place === '',
      onlyDirectory: place !== '',
    });
    this.places.set(await this.table.add(this.file, fs, ino, MASK), place);
  }

  /** Watch the directories in a directory, and tell what is there when it has just come. */
  private async below(place: string, isNew: boolean): Promise<void> {
    const { node } = await this.vfs.open(this.ctx, this.vfs.root, `${this.path}/${place}`, O.RDONLY | O.DIRECTORY, 0);
    try {
      for (let cookie = 0; ; ) {
        const entries = await this.vfs.readdir(node, cookie, LIST_BATCH);
        if (entries.length === 0) return;
        for (const entry of entries) {
          cookie = entry.cookie;
          if (entry.name === '.' || entry.name === '..') continue;
          if (isNew) this.tell({ type: 'rename', name: toText(`${place}${entry.name}`) });
          if (isDirectory(entry.mode)) await this.enter(`${place}${entry.name}/`, isNew);
        }
      }
    } finally {
      node.release();
    }
  }

  /** A directory that has gone again meanwhile, or may not be read, is not watched. */
  private async enter(place: string, isNew: boolean): Promise<void> {
    try {
      await this.add(place);
      await this.below(place, isNew);
    } catch {
      return;
    }
  }

  private async drain(): Promise<void> {
    const buffer = new Uint8Array(BUFFER);
    while (this.open && this.file.pendingBytes() > 0) {
      const length = await this.file.read(NOBODY, buffer);
      for (let at = 0; at < length; ) {
        const { wd, mask, len } = unpack('inotifyEvent', buffer, at);
        const head = at + LAYOUT.inotifyEvent.size;
        const name = byteString(buffer.subarray(head, head + len)).split('\0')[0] ?? '';
        at = head + len;
        await this.event(wd, mask, name);
      }
    }
    if (this.open) this.listen();
  }

  private async event(wd: number, mask: number, name: string): Promise<void> {
    if ((mask & IN.Q_OVERFLOW) !== 0) this.tell({ type: 'overflow', name: '' });
    const place = this.places.get(wd);
    if (place === undefined) return;
    if ((mask & IN.IGNORED) !== 0) {
      this.places.delete(wd);
      return;
    }
    // Of a directory inside, its parent's watch tells by name.
    if (name === '' && place !== '') return;
    const type = (mask & NAMES) !== 0 ? 'rename' : 'change';
    this.tell({ type, name: toText(name === '' ? this.rootName : `${place}${name}`) });
    const came = (mask & (IN.CREATE | IN.MOVED_TO)) !== 0 && (mask & IN.ISDIR) !== 0;
    if (this.recursive && came) await this.enter(`${place}${name}/`, true);
  }
}

export const watchesControl = (vfs: Vfs, table: WatchTable): WatchesControl => ({
  watch: (path, recursive, port) =>
    told(async () => {
      const tell = (event: WatchEvent): void => port.postMessage(event);
      const watch = new PageWatch(vfs, table, { path: fromText(path), recursive, tell });
      await watch.start();
      port.onmessage = () => {
        watch.end();
        port.close();
      };
    }),
});
