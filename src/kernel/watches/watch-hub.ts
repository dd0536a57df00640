// Which station watches which file: the kernel passes on to each what others do to what it watches.

import { SysError } from '../../abi/errno.ts';
import type { FileChange, StationOps } from '../link.ts';
import type { ServedKernel } from '../proc/serve.ts';

export type WatchCalls = 'watch' | 'unwatch' | 'watchedFiles' | 'changed';

/** What stations are told. */
export interface WatchPort {
  notify<K extends 'watched' | 'changed'>(op: K, ...args: Parameters<StationOps[K]>): void;
}

export class WatchHub {
  private readonly stations = new Map<number, () => WatchPort>();
  private readonly files = new Map<string, Set<number>>();

  connect(station: number, port: () => WatchPort): Pick<ServedKernel, WatchCalls> {
    this.stations.set(station, port);
    return {
      watch: (_c, file) => this.watch(station, file),
      unwatch: (_c, file) => this.unwatch(station, file),
      watchedFiles: () => this.othersFiles(station),
      changed: (_c, change) => this.changed(station, change),
    };
  }

  disconnect(station: number): void {
    this.stations.delete(station);
    for (const [file, watchers] of this.files) if (watchers.has(station)) this.unwatch(station, file);
  }

  private watch(station: number, file: string): void {
    if (!this.stations.has(station)) throw new SysError('ESRCH');
    const before = this.watchers(file);
    const watchers = new Set([...before, station]);
    this.files.set(file, watchers);
    this.tellDifference(file, before, watchers);
  }

  private unwatch(station: number, file: string): void {
    const before = this.watchers(file);
    const watchers = new Set(before);
    watchers.delete(station);
    if (watchers.size === 0) this.files.delete(file);
    else this.files.set(file, watchers);
    this.tellDifference(file, before, watchers);
  }

  private watchers(file: string): ReadonlySet<number> {
    return this.files.get(file) ?? new Set();
  }

  /** Each station knows what others than itself watch. */
  private tellDifference(file: string, before: ReadonlySet<number>, after: ReadonlySet<number>): void {
    const byOthers = (watchers: ReadonlySet<number>, station: number): boolean =>
      watchers.size > (watchers.has(station) ? 1 : 0);
    for (const [station, port] of this.stations) {
      const now = byOthers(after, station);
      if (byOthers(before, station) !== now) port().notify('watched', file, now);
    }
  }

  private othersFiles(station: number): string[] {
    const files = [...this.files].filter(([, watchers]) => watchers.size > (watchers.has(station) ? 1 : 0));
    return files.map(([file]) => file);
  }

  private changed(station: number, change: FileChange): void {
    const told = new Set<number>();
    for (const file of [change.dir, change.file]) {
      if (file !== undefined) for (const watcher of this.watchers(file)) told.add(watcher);
    }
    told.delete(station);
    for (const watcher of told) this.stations.get(watcher)?.().notify('changed', change);
  }

  assertEmpty(): void {
    if (this.files.size > 0) throw new Error(`files left watched: ${[...this.files.keys()].join(' ')}`);
  }
}
