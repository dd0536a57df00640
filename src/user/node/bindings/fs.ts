// internalBinding('fs') (node_file.cc): file operations, synchronous or with a request.
//
// Every operation is made at once, by a call that blocks as read(2) does. With a request (FSReqCallback, or
// kUsePromises) only its completion comes later, from the event loop; reading what is no file waits there first.

import { AT, O, S } from '../../../abi/file.ts';
import { LAYOUT } from '../../../abi/layout.ts';
import { unpack } from '../../../abi/struct.ts';
import { toText } from '../../../base/bytes.ts';
import { decode, encode } from '../encodings.ts';
import { POLL } from '../event-loop.ts';
import { byteName, FileCalls, type Path, STAT_FIELDS } from '../fs-calls.ts';
import type { Binding, MakeBinding, NodeRuntime } from '../runtime.ts';
import { UvErrors, uvNumber } from '../uv-error.ts';
import { fileHandle } from './file-handle.ts';
import { statWatcher } from './stat-watcher.ts';

interface Request {
  oncomplete?: unknown;
}
type Req = Request | symbol | undefined;

const shown = (path: Path): string => (typeof path === 'string' ? path : toText(byteName(path)));

/** Runs operations: at once, by request, or as a promise. */
export class FsRunner {
  readonly node: NodeRuntime;
  readonly calls: FileCalls;
  readonly usePromises: symbol;
  readonly errors: UvErrors;

  constructor(node: NodeRuntime) {
    this.node = node;
    this.calls = new FileCalls(node.client);
    this.usePromises = node.symbols['fs_use_promises_symbol'] as symbol;
    this.errors = node.uv;
  }

  /** `syscall`, `path` and `dest` are for the error. */
  run<T>(req: Req, syscall: string, operation: () => T, path?: Path, dest?: Path): unknown {
    if (req === undefined) {
      try {
        return operation();
      } catch (error) {
        throw this.failure(error, syscall, path, dest);
      }
    }
    let result: T | undefined;
    let failure: Error | undefined;
    try {
      result = operation();
    } catch (error) {
      failure = this.failure(error, syscall, path, dest);
    }
    return this.finish(req, failure, result);
  }

  /** Complete a request with a result that is known. */
  finish(req: Request | symbol, failure: Error | undefined, result: unknown): unknown {
    const { loop } = this.node;
    if (req === this.usePromises) {
      return new Promise((resolve, reject) => {
        loop.complete(() => (failure === undefined ? resolve(result) : reject(failure)));
      });
    }
    loop.complete(() => this.callBack(req as Request, failure, result));
    return undefined;
  }

  callBack(req: Request, failure: Error | undefined, result: unknown): void {
    const { oncomplete } = req;
    const args = failure !== undefined ? [failure] : result === undefined ? [null] : [null, result];
    this.node.AsyncWrap.call(req as InstanceType<NodeRuntime['AsyncWrap']>, oncomplete, args);
  }

  /** Like `run`, but what may block waits in the event loop until the descriptor is ready. */
  runReady<T>(req: Req, syscall: string, fd: number, events: number, operation: () => T): unknown {
    if (req === undefined || !this.mayBlock(fd)) return this.run(req, syscall, operation);
    const { loop } = this.node;
    const go = (finish: (failure: Error | undefined, result: unknown) => void): void => {
      loop.refs++;
      const watch = {
        fd,
        events,
        ready: (): void => {
          loop.unwatch(watch);
          loop.refs--;
          try {
            finish(undefined, operation());
          } catch (error) {
            finish(this.failure(error, syscall), undefined);
          }
        },
      };
      loop.watch(watch);
    };
    if (req === this.usePromises)
      return new Promise((resolve, reject) => go((failure, result) => (failure ? reject(failure) : resolve(result))));
    go((failure, result) => this.callBack(req as Request, failure, result));
    return undefined;
  }

  private mayBlock(fd: number): boolean {
    try {
      this.calls.fstat(fd);
    } catch {
      return false;
    }
    const type = this.calls.mode & S.IFMT;
    return type !== S.IFREG && type !== S.IFDIR;
  }

  failure(error: unknown, syscall: string, path?: Path, dest?: Path): Error {
    return this.errors.make({
      errno: uvNumber(error),
      syscall,
      path: path === undefined ? undefined : shown(path),
      dest: dest === undefined ? undefined : shown(dest),
    });
  }

  /** A name in the encoding that was asked for. */
  name(bytes: string, encoding: string | null | undefined): unknown {
    if (encoding === undefined || encoding === null || encoding === 'utf8' || encoding === 'utf-8')
      return toText(bytes);
    const raw = Uint8Array.from(bytes, (c) => c.charCodeAt(0));
    if (encoding === 'buffer') return this.node.buffer(raw);
    return decode(raw, encoding, this.node.host.decodeUtf8);
  }
}

const positionOf = (position: unknown): number =>
  typeof position === 'bigint' || typeof position === 'number' ? Number(position) : -1;

const part = (view: ArrayBufferView, offset: number, length: number): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset + offset, length);

const stats = (numbers: readonly number[], big: boolean): Float64Array | BigInt64Array =>
  big ? BigInt64Array.from(numbers, (n) => BigInt(n)) : Float64Array.from(numbers);

const dataAndStat = (fs: FsRunner): Binding => {
  const { calls, node } = fs;
  const { client } = node;
  const statNumbers = (big: boolean) => stats(calls.numbers(), big);
  const statCall =
    (name: string, follow: boolean) =>
    (path: Path, big: boolean, req: Req, throws = true) => {
      const operation = (): unknown => {
        calls.stat(byteName(path), follow);
        return statNumbers(big);
      };
      if (req !== undefined || throws !== false) return fs.run(req, name, operation, path);
      try {
        return operation();
      } catch (error) {
        const errno = uvNumber(error);
        if (errno === UvErrors.number('ENOENT') || errno === UvErrors.number('ENOTDIR')) return undefined;
        throw fs.failure(error, name, path);
      }
    };
  const readBuffers = (fd: number, views: readonly ArrayBufferView[], position: number): number => {
    let done = 0;
    for (const view of views) {
      const n = calls.read(fd, part(view, 0, view.byteLength), position < 0 ? -1 : position + done);
      done += n;
      if (n < view.byteLength) break;
    }
    return done;
  };
  const writeBuffers = (fd: number, views: readonly ArrayBufferView[], position: number): number => {
    let done = 0;
    for (const view of views) {
      const n = calls.write(fd, part(view, 0, view.byteLength), position < 0 ? -1 : position + done);
      done += n;
      if (n < view.byteLength) break;
    }
    return done;
  };
  const withFile = <T>(path: Path | number, flags: number, mode: number, use: (fd: number) => T): T => {
    if (typeof path === 'number') return use(path);
    const fd = calls.open(byteName(path), flags, mode);
    try {
      return use(fd);
    } finally {
      calls.close(fd);
    }
  };
  return {
    open: (path: Path, flags: number, mode: number, req: Req) =>
      fs.run(req, 'open', () => calls.open(byteName(path), flags, mode), path),
    close: (fd: number, req: Req) => fs.run(req, 'close', () => calls.close(fd)),
    read: (fd: number, view: ArrayBufferView, offset: number, length: number, position: unknown, req: Req) =>
      fs.runReady(req, 'read', fd, POLL.IN, () => calls.read(fd, part(view, offset, length), positionOf(position))),
    readBuffers: (fd: number, views: readonly ArrayBufferView[], position: unknown, req: Req) =>
      fs.runReady(req, 'read', fd, POLL.IN, () => readBuffers(fd, views, positionOf(position))),
    readFileUtf8: (path: Path | number, flags: number) =>
      typeof path === 'number'
        ? fs.run(undefined, 'read', () => node.host.decodeUtf8(calls.readAll(path)))
        : fs.run(undefined, 'open', () => withFile(path, flags, 0o666, (fd) => readText(fs, fd)), path),
    writeBuffer: (
      fd: number,
      view: ArrayBufferView,
      offset: number,
      length: number,
      position: unknown,
      req: Req,
      context?: { errno?: number; code?: string; syscall?: string },
    ): unknown => {
      const operation = (): number => calls.write(fd, part(view, offset, length), positionOf(position));
      if (req === undefined && context !== undefined) {
        try {
          return operation();
        } catch (error) {
          context.errno = uvNumber(error);
          context.code = node.uv.nameOf(context.errno);
          context.syscall = 'write';
          return undefined;
        }
      }
      return fs.run(req, 'write', operation);
    },
    writeBuffers: (fd: number, views: readonly ArrayBufferView[], position: unknown, req: Req) =>
      fs.run(req, 'write', () => writeBuffers(fd, views, positionOf(position))),
    writeString: (fd: number, text: string, position: unknown, encoding: string | undefined, req: Req) =>
      fs.run(req, 'write', () =>
        calls.write(fd, encode(text, encoding ?? 'utf8', node.host.encodeUtf8), positionOf(position)),
      ),
    writeFileUtf8: (path: Path | number, text: string, flags: number, mode: number) =>
      fs.run(
        undefined,
        'open',
        () => withFile(path, flags, mode, (fd) => calls.writeAll(fd, node.host.encodeUtf8(text))),
        typeof path === 'number' ? undefined : path,
      ),
    fsync: (fd: number, req: Req) => fs.run(req, 'fsync', () => void client.call('fsync', fd, 0)),
    fdatasync: (fd: number, req: Req) => fs.run(req, 'fdatasync', () => void client.call('fsync', fd, 1)),
    ftruncate: (fd: number, length: number, req: Req) =>
      fs.run(req, 'ftruncate', () => void client.call('ftruncate', fd, length)),
    stat: statCall('stat', true),
    lstat: statCall('lstat', false),
    fstat: (fd: number, big: boolean, req: Req, quiet = false): unknown => {
      const operation = (): unknown => {
        calls.fstat(fd);
        return statNumbers(big);
      };
      if (req === undefined && quiet) {
        try {
          return operation();
        } catch {
          return undefined;
        }
      }
      return fs.run(req, 'fstat', operation);
    },
    statfs: (path: Path, big: boolean, req: Req) =>
      fs.run(
        req,
        'statfs',
        () => {
          const bytes = new Uint8Array(LAYOUT.statfs.size);
          client.call('statfs', byteName(path), bytes);
          const s = unpack('statfs', bytes);
          return stats([s.type, s.bsize, s.blocks, s.bfree, s.bavail, s.files, s.ffree], big);
        },
        path,
      ),
    internalModuleStat: (first: unknown, second?: unknown): number => {
      const path = typeof first === 'string' ? first : String(second);
      const mode = calls.modeOf(byteName(path), true);
      if (mode === undefined) return -2;
      return (mode & S.IFMT) === S.IFDIR ? 1 : 0;
    },
  };
};

const readText = (fs: FsRunner, fd: number): string => {
  try {
    return fs.node.host.decodeUtf8(fs.calls.readAll(fd));
  } catch (error) {
    throw fs.failure(error, 'read');
  }
};

const names = (fs: FsRunner): Binding => {
  const { calls, node } = fs;
  const { client } = node;
  const { random } = node;
  return {
    access: (path: Path, mode: number, req: Req) =>
      fs.run(req, 'access', () => void client.call('access', AT.FDCWD, byteName(path), mode, 0), path),
    existsSync: (path: Path) => calls.modeOf(byteName(path), true) !== undefined,
    rename: (from: Path, to: Path, req: Req) =>
      fs.run(req, 'rename', () => calls.rename(byteName(from), byteName(to)), from, to),
    rmdir: (path: Path, req: Req) => fs.run(req, 'rmdir', () => calls.rmdir(byteName(path)), path),
    rmSync: (path: Path, _retries: number, recursive: boolean): unknown =>
      fs.run(
        undefined,
        'rm',
        () => {
          const name = byteName(path);
          if (recursive) calls.remove(name);
          else calls.unlink(name);
        },
        path,
      ),
    mkdir: (path: Path, mode: number, recursive: boolean, req: Req) =>
      fs.run(
        req,
        'mkdir',
        () => {
          if (!recursive) return calls.mkdir(byteName(path), mode);
          const first = calls.mkdirs(byteName(path), mode);
          return first === undefined ? undefined : absolute(fs, first);
        },
        path,
      ),
    readdir: (path: Path, encoding: string | undefined, withTypes: boolean, req: Req) =>
      fs.run(
        req,
        'scandir',
        () => {
          const entries = calls.readdir(byteName(path)).sort((a, b) => (a.name < b.name ? -1 : 1));
          const found = entries.map(({ name }) => fs.name(name, encoding));
          return withTypes ? [found, entries.map(({ type }) => direntKind(type))] : found;
        },
        path,
      ),
    link: (from: Path, to: Path, req: Req) =>
      fs.run(
        req,
        'link',
        () => void client.call('link', AT.FDCWD, byteName(from), AT.FDCWD, byteName(to), 0),
        from,
        to,
      ),
    symlink: (target: Path, path: Path, _flags: number, req: Req) =>
      fs.run(
        req,
        'symlink',
        () => void client.call('symlink', byteName(target), AT.FDCWD, byteName(path)),
        target,
        path,
      ),
    readlink: (path: Path, encoding: string | undefined, req: Req) =>
      fs.run(req, 'readlink', () => fs.name(calls.readlink(byteName(path)), encoding), path),
    unlink: (path: Path, req: Req) => fs.run(req, 'unlink', () => calls.unlink(byteName(path)), path),
    realpath: (path: Path, encoding: string | undefined, req: Req) =>
      fs.run(req, 'realpath', () => fs.name(calls.realpath(byteName(path)), encoding), path),
    copyFile: (from: Path, to: Path, mode: number, req: Req) =>
      fs.run(req, 'copyfile', () => calls.copyFile(byteName(from), byteName(to), (mode & 1) !== 0), from, to),
    mkdtemp: (prefix: Path, encoding: string | undefined, req: Req) =>
      fs.run(
        req,
        'mkdtemp',
        () =>
          fs.name(
            calls.mkdtemp(byteName(prefix), () => random(6)),
            encoding,
          ),
        typeof prefix === 'string' ? `${prefix}XXXXXX` : prefix,
      ),
    chmod: (path: Path, mode: number, req: Req) =>
      fs.run(req, 'chmod', () => void client.call('chmod', AT.FDCWD, byteName(path), mode, 0), path),
    fchmod: (fd: number, mode: number, req: Req) => fs.run(req, 'fchmod', () => void client.call('fchmod', fd, mode)),
    chown: (path: Path, uid: number, gid: number, req: Req) =>
      fs.run(req, 'chown', () => void client.call('chown', AT.FDCWD, byteName(path), uid >>> 0, gid >>> 0, 0), path),
    lchown: (path: Path, uid: number, gid: number, req: Req) =>
      fs.run(
        req,
        'lchown',
        () => void client.call('chown', AT.FDCWD, byteName(path), uid >>> 0, gid >>> 0, AT.SYMLINK_NOFOLLOW),
        path,
      ),
    fchown: (fd: number, uid: number, gid: number, req: Req) =>
      fs.run(req, 'fchown', () => void client.call('fchown', fd, uid >>> 0, gid >>> 0)),
    utimes: (path: Path, atime: number, mtime: number, req: Req) =>
      fs.run(req, 'utime', () => calls.utimes(byteName(path), atime, mtime, true), path),
    lutimes: (path: Path, atime: number, mtime: number, req: Req) =>
      fs.run(req, 'lutime', () => calls.utimes(byteName(path), atime, mtime, false), path),
    futimes: (fd: number, atime: number, mtime: number, req: Req) =>
      fs.run(req, 'futime', () => calls.futimes(fd, atime, mtime)),
    getFormatOfExtensionlessFile: (path: string): number => {
      const WASM = 1;
      try {
        const fd = calls.open(byteName(path), O.RDONLY, 0);
        try {
          const head = new Uint8Array(4);
          const n = calls.read(fd, head, 0);
          return n === 4 && head[0] === 0 && head[1] === 0x61 && head[2] === 0x73 && head[3] === 0x6d ? WASM : 0;
        } finally {
          calls.close(fd);
        }
      } catch {
        return 0;
      }
    },
    legacyMainResolve: (folder: string, main: string | undefined, base: string | undefined): number => {
      const path = decodeURIComponent(new node.host.URL('.', folder).pathname);
      const candidates = main
        ? ['', '.js', '.json', '.node', '/index.js', '/index.json', '/index.node'].map((end) => main + end)
        : [];
      for (const [i, name] of candidates.entries()) if (isFile(fs, path + name)) return i;
      for (const [i, name] of ['index.js', 'index.json', 'index.node'].entries())
        if (isFile(fs, path + name)) return i + 7;
      const from = base === undefined ? '' : ` imported from ${decodeURIComponent(new node.host.URL(base).pathname)}`;
      throw Object.assign(new Error(`Cannot find package '${path}'${from}`), { code: 'ERR_MODULE_NOT_FOUND' });
    },
  };
};

const isFile = (fs: FsRunner, path: string): boolean => {
  const mode = fs.calls.modeOf(byteName(path), true);
  return mode !== undefined && (mode & S.IFMT) !== S.IFDIR;
};

const absolute = (fs: FsRunner, name: string): string =>
  toText(name.startsWith('/') ? name : `${fs.calls.cwd()}/${name}`).replace(/\/+$/, '');

/** libuv's numbers of d_type. */
export const direntKind = (type: number): number => {
  const KINDS: Readonly<Record<number, number>> = { 8: 1, 4: 2, 10: 3, 1: 4, 12: 5, 2: 6, 6: 7 };
  return KINDS[type] ?? 0;
};

export const fs: MakeBinding = (node) => {
  const runner = node.fs;
  class FSReqCallback extends node.AsyncWrap {
    readonly bigint: boolean;
    constructor(big?: boolean) {
      super('FSREQCALLBACK');
      this.bigint = big === true;
    }
  }
  return {
    kUsePromises: runner.usePromises,
    statValues: new Float64Array(2 * STAT_FIELDS),
    bigintStatValues: new BigInt64Array(2 * STAT_FIELDS),
    FSReqCallback,
    ...dataAndStat(runner),
    ...names(runner),
    ...fileHandle(runner),
    ...statWatcher(runner),
  };
};
