// pagefs: files that are an object of the page. Every operation is a call to the page; one that it does not answer in time
// is EIO, so that no program waits for ever for a page that has forgotten it. Names are text there: a name that is not
// UTF-8 is EILSEQ.

import { SysError } from '../abi/errno.ts';
import { fromText, toText } from '../base/bytes.ts';
import type { PathProvider } from '../kernel/fs/pathfs/provider.ts';
import type { Clock } from '../kernel/ports.ts';
import type { Time } from '../kernel/vfs/filesystem.ts';
import { type MessageEndpoint, RpcPeer } from '../transport/rpc.ts';
import type { PageFileOps, PageMountRequest } from './control.ts';

type Nothing = Record<never, never>;
type Result<K extends keyof PageFileOps> = ReturnType<PageFileOps[K]>;

const text = (bytes: string): string => {
  const decoded = toText(bytes);
  if (fromText(decoded) !== bytes) throw new SysError('EILSEQ');
  return decoded;
};

const timeOf = (ms: number): Time => {
  const sec = Math.floor(ms / 1000);
  return { sec, nsec: Math.min(999_999_999, Math.floor((ms - sec * 1000) * 1e6)) };
};

/** The peer, for an operation that is a parameter. */
interface Untyped {
  callCancelable(op: string, ...args: readonly unknown[]): { readonly promise: Promise<unknown>; cancel(): void };
}

/** What must be there for any file system. */
const REQUIRED: readonly (keyof PageFileOps)[] = ['stat', 'list', 'open', 'release', 'read'];

export class PageProvider {
  private readonly peer: RpcPeer<PageFileOps, Nothing>;
  private readonly request: PageMountRequest;
  private readonly clock: Clock;

  constructor(endpoint: MessageEndpoint, request: PageMountRequest, clock: Clock) {
    this.peer = new RpcPeer<PageFileOps, Nothing>(endpoint, {});
    this.request = request;
    this.clock = clock;
  }

  /** Nobody will answer any more. */
  close(): void {
    this.peer.close('ESTALE');
  }

  private ask<K extends keyof PageFileOps>(op: K, ...args: Parameters<PageFileOps[K]>): Promise<Result<K>> {
    const call = (this.peer as unknown as Untyped).callCancelable(op, ...args);
    return new Promise<Result<K>>((resolve, reject) => {
      const stop = this.clock.after(this.request.timeoutMs, () => {
        call.cancel();
        reject(new SysError('EIO', `the page has not answered ${op}`));
      });
      call.promise
        .then(resolve as (value: unknown) => void, reject)
        .finally(stop)
        .catch(() => undefined);
    });
  }

  /** The operations that the page has, as methods; those that it has not are missing. */
  provider(): PathProvider {
    const all: Required<PathProvider> = {
      stat: async (path) => {
        const found = await this.ask('stat', text(path));
        return found && { mode: found.mode, size: found.size, mtime: timeOf(found.mtimeMs) };
      },
      list: async (path) => (await this.ask('list', text(path))).map(([name, mode]) => [fromText(name), mode] as const),
      open: (path) => this.ask('open', text(path)),
      release: (handle) => this.peer.notify('release', handle),
      read: (handle, offset, length) => this.ask('read', handle, offset, length),
      write: (handle, offset, bytes) => this.ask('write', handle, offset, bytes),
      truncate: (handle, size) => this.ask('truncate', handle, size),
      sync: (handle) => this.ask('sync', handle),
      create: (path, mode) => this.ask('create', text(path), mode),
      mkdir: (path, mode) => this.ask('mkdir', text(path), mode),
      unlink: (path) => this.ask('unlink', text(path)),
      rmdir: (path) => this.ask('rmdir', text(path)),
      rename: (from, to) => this.ask('rename', text(from), text(to)),
      symlink: (target, path) => this.ask('symlink', text(target), text(path)),
      readlink: async (path) => fromText(await this.ask('readlink', text(path))),
      chmod: (path, mode) => this.ask('chmod', text(path), mode),
      utimes: (path, atime, mtime) =>
        this.ask('utimes', text(path), this.milliseconds(atime), this.milliseconds(mtime)),
    };
    const has = new Set<string>([...REQUIRED, ...this.request.operations]);
    return Object.fromEntries(Object.entries(all).filter(([name]) => has.has(name))) as unknown as PathProvider;
  }

  private milliseconds(time: Time | 'now' | undefined): number | null {
    if (time === undefined) return null;
    return time === 'now' ? this.clock.now() : time.sec * 1000 + time.nsec / 1e6;
  }
}
