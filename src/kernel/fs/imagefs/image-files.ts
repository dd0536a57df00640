// The files behind an image's entries, by their addresses: fetched once, when they are first needed, and kept.

import type { Caller } from '../../vfs/filesystem.ts';
import type { Awaitable } from '../../vfs/flow.ts';
import type { DynamicNode } from '../dynamic/dynamic-fs.ts';
import type { Fetching, ImageEntry, ImagefsOptions } from './imagefs.ts';

type FileEntry = Extract<ImageEntry, { type: 'file' }>;

const BLOCK = 512;

export class ImageFiles {
  private readonly options: ImagefsOptions;
  private readonly fetched = new Map<string, Uint8Array>();
  private readonly fetching = new Map<string, Fetching & { readonly done: Promise<Uint8Array> }>();

  constructor(options: ImagefsOptions) {
    this.options = options;
  }

  /** What a node of the tree needs to know of its file. */
  source(entry: FileEntry): Pick<DynamicNode, 'blocks' | 'content' | 'evict'> {
    const { url, sha256, size = 0, offset } = entry;
    if (url === undefined || sha256 === undefined) throw new Error(`${entry.path} has neither text nor url`);
    const part = (whole: Uint8Array): Uint8Array =>
      offset === undefined ? whole : whole.subarray(offset, offset + size);
    return {
      blocks: () => (this.fetched.has(url) || this.options.isLocal?.(url) === true ? Math.ceil(size / BLOCK) : 0),
      content: (caller) => {
        const whole = this.load(entry, url, sha256, caller);
        return whole instanceof Promise ? whole.then(part) : part(whole);
      },
      evict: () => {
        this.fetched.delete(url);
        return this.options.forgetFile?.(url);
      },
    };
  }

  private load(entry: FileEntry, url: string, sha256: string, caller: Caller): Awaitable<Uint8Array> {
    const there = this.fetched.get(url);
    if (there !== undefined) return there;
    const fetching = this.fetching.get(url) ?? this.fetch(entry, url, sha256);
    if (this.options.isLocal?.(url) !== true) this.options.onWait?.(caller, fetching);
    return fetching.done;
  }

  private fetch(entry: FileEntry, url: string, sha256: string): Fetching & { readonly done: Promise<Uint8Array> } {
    const progress = (received: number): void => {
      fetching.received = received;
    };
    const done = this.options.fetchFile(url, sha256, progress).then(
      (bytes) => {
        this.fetched.set(url, bytes);
        this.fetching.delete(url);
        return bytes;
      },
      (error: unknown) => {
        // The next reader tries again: the network may be back.
        this.fetching.delete(url);
        throw error;
      },
    );
    const fetching = { path: entry.path, package: entry.package, size: entry.size ?? 0, received: 0, done };
    this.fetching.set(url, fetching);
    return fetching;
  }
}
