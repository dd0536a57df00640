/**
 * A tree of the page's own values as files: what `os.mountObject` takes when its object has no `readdir`. The shape is that
 * of `os.mount`; `contents` may also be a Blob, a stream, or a function that gives any of these, which is asked anew for
 * each opening. The tree is looked at when the guest looks, so what the page changes in it is seen at once.
 *
 * A file with a `write` function can be written: it is given the whole new content when the file is closed or synced.
 */
import { SysError } from '../abi/errno.ts';
import { S } from '../abi/file.ts';
import type { PageFileOps, PageStat } from '../host/control.ts';
import { TabOSError } from './errors.ts';
import { type PageFiles, pageError } from './handler-files.ts';

type Content = string | Uint8Array | ArrayBuffer | Blob | ReadableStream<Uint8Array>;

export interface LiveFile {
  readonly file: {
    readonly contents: Content | (() => Content | Promise<Content>);
    /** Given the whole new content. Without it the file is read-only. */
    readonly write?: (content: Uint8Array) => void | Promise<void>;
    readonly mode?: number;
    readonly mtime?: number;
  };
}

export interface LiveTree {
  readonly [name: string]:
    | LiveFile
    | { readonly directory: LiveTree }
    | { readonly file: { readonly symlink: string } };
}

type Node = LiveTree[string];

const DIRECTORY: PageStat = { mode: S.IFDIR | 0o555, size: 0, mtimeMs: 0 };

/** What a stream has given so far: readers come at any offset. */
class Source {
  #bytes: Uint8Array;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  /** One after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(bytes: Uint8Array, reader?: ReadableStreamDefaultReader<Uint8Array>) {
    this.#bytes = bytes;
    this.#reader = reader;
  }

  static async of(content: Content): Promise<Source> {
    if (typeof content === 'string') return new Source(new TextEncoder().encode(content));
    if (content instanceof ArrayBuffer) return new Source(new Uint8Array(content.slice(0)));
    if (content instanceof Blob) return new Source(new Uint8Array(await content.arrayBuffer()));
    if (content instanceof ReadableStream) return new Source(new Uint8Array(0), content.getReader());
    if (ArrayBuffer.isView(content)) return new Source(new Uint8Array(content));
    throw new TypeError('contents is neither text, bytes, Blob nor stream');
  }

  async #reach(end: number): Promise<void> {
    while (this.#reader && this.#bytes.length < end) {
      const { done, value } = await this.#reader.read();
      if (done) {
        this.#reader = undefined;
        return;
      }
      const joined = new Uint8Array(this.#bytes.length + value.length);
      joined.set(this.#bytes);
      joined.set(value, this.#bytes.length);
      this.#bytes = joined;
    }
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const reached = this.#last.then(() => this.#reach(offset + length));
    this.#last = reached.catch(() => undefined);
    await reached;
    return this.#bytes.slice(offset, offset + length);
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    await this.resize(Math.max(offset + bytes.length, (await this.whole()).length));
    this.#bytes.set(bytes, offset);
  }

  async resize(size: number): Promise<void> {
    const old = await this.whole();
    if (old.length === size) return;
    const bytes = new Uint8Array(size);
    bytes.set(old.subarray(0, size));
    this.#bytes = bytes;
  }

  async whole(): Promise<Uint8Array> {
    await this.#reach(Number.POSITIVE_INFINITY);
    return this.#bytes;
  }

  cancel(): void {
    this.#reader?.cancel().catch(() => undefined);
  }
}

interface Open {
  readonly file: LiveFile['file'];
  readonly source: Promise<Source>;
  changed: boolean;
}

/** @throws TabOSError ERR_INVALID_TREE: as far as the tree is there now */
export function checkLiveTree(tree: unknown, path = '', depth = 0): void {
  const wrong = (why: string): TabOSError =>
    new TabOSError('ERR_INVALID_TREE', `the tree is wrong at '${path === '' ? '/' : path}': ${why}`);
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree))
    throw wrong('a directory is an object of names');
  if (depth > 256) throw wrong('it is more than 256 directories deep');
  for (const [name, node] of Object.entries(tree) as [string, unknown][]) {
    if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name)) throw wrong(`'${name}' cannot be a name`);
    const inner = path === '' ? name : `${path}/${name}`;
    const kind = typeof node === 'object' && node !== null ? (node as Record<string, unknown>) : {};
    if ('directory' in kind === 'file' in kind) {
      throw new TabOSError(
        'ERR_INVALID_TREE',
        `the tree is wrong at '${inner}': it has to have either file or directory`,
      );
    }
    if ('directory' in kind) checkLiveTree(kind['directory'], inner, depth + 1);
  }
}

export const LIVE_OPERATIONS: readonly (keyof PageFileOps)[] = ['write', 'truncate', 'sync', 'readlink'];

export class LiveFiles {
  readonly #tree: LiveTree;
  readonly #open = new Map<number, Open>();
  #last = 0;

  constructor(tree: LiveTree) {
    this.#tree = tree;
  }

  #find(path: string): Node | undefined {
    let node: Node | undefined = { directory: this.#tree };
    for (const name of path.split('/')) {
      if (name === '') continue;
      if (node === undefined || !('directory' in node) || !Object.hasOwn(node.directory, name)) return undefined;
      node = node.directory[name];
    }
    return node;
  }

  #stat(path: string): PageStat | undefined {
    const node = this.#find(path);
    if (node === undefined) return undefined;
    if ('directory' in node) return DIRECTORY;
    const { file } = node;
    if ('symlink' in file)
      return { mode: S.IFLNK | 0o777, size: new TextEncoder().encode(file.symlink).length, mtimeMs: 0 };
    const { contents, write, mode = write ? 0o644 : 0o444, mtime = 0 } = file;
    return { mode: S.IFREG | (mode & 0o7777), size: sizeOf(contents), mtimeMs: mtime };
  }

  #opened(handle: number): Open {
    const open = this.#open.get(handle);
    if (!open) throw new SysError('ESTALE');
    return open;
  }

  async #save(open: Open): Promise<void> {
    if (!open.changed) return;
    open.changed = false;
    await open.file.write?.((await (await open.source).whole()).slice());
  }

  async #change(handle: number, act: (source: Source) => Promise<void>): Promise<void> {
    const open = this.#opened(handle);
    if (!open.file.write) throw new SysError('EACCES');
    await act(await open.source);
    open.changed = true;
  }

  served(): PageFiles {
    const refuse = (): never => {
      throw new SysError('EPERM');
    };
    const guarded = async <T>(act: () => T | Promise<T>): Promise<T> => {
      try {
        return await act();
      } catch (error) {
        throw pageError(error);
      }
    };
    return {
      stat: (_c, path) => this.#stat(path),
      list: (_c, path) => {
        const node = this.#find(path);
        if (!node || !('directory' in node)) throw new SysError(node ? 'ENOTDIR' : 'ENOENT');
        const names = Object.keys(node.directory);
        return names.map((name) => [name, this.#stat(path === '' ? name : `${path}/${name}`)?.mode ?? 0] as const);
      },
      open: (_c, path) => {
        const node = this.#find(path);
        if (!node || !('file' in node) || 'symlink' in node.file) throw new SysError('ENOENT');
        const { file } = node;
        const make = async () => Source.of(typeof file.contents === 'function' ? await file.contents() : file.contents);
        const source = guarded(make);
        // Whoever reads is told.
        source.catch(() => undefined);
        this.#open.set(++this.#last, { file, source, changed: false });
        return this.#last;
      },
      release: (_c, handle) => {
        const open = this.#open.get(handle);
        this.#open.delete(handle);
        if (!open) return;
        guarded(() => this.#save(open)).catch(() => undefined);
        if (!open.file.write) void open.source.then((source) => source.cancel()).catch(() => undefined);
      },
      read: (_c, handle, offset, length) =>
        guarded(async () => (await this.#opened(handle).source).read(offset, length)),
      write: (_c, handle, offset, bytes) =>
        guarded(() => this.#change(handle, (source) => source.write(offset, bytes))),
      truncate: (_c, handle, size) => guarded(() => this.#change(handle, (source) => source.resize(size))),
      sync: (_c, handle) => guarded(() => this.#save(this.#opened(handle))),
      readlink: (_c, path) => {
        const node = this.#find(path);
        if (!node || !('file' in node) || !('symlink' in node.file)) throw new SysError('EINVAL');
        return node.file.symlink;
      },
      create: refuse,
      mkdir: refuse,
      unlink: refuse,
      rmdir: refuse,
      rename: refuse,
      symlink: refuse,
      chmod: refuse,
      utimes: refuse,
    };
  }
}

/** 0 for what is not known before it is read. */
function sizeOf(contents: LiveFile['file']['contents']): number {
  if (typeof contents === 'string') return new TextEncoder().encode(contents).length;
  if (contents instanceof Blob) return contents.size;
  return contents instanceof ArrayBuffer || ArrayBuffer.isView(contents) ? contents.byteLength : 0;
}
