/**
 * A tree of files as an object, in the shape that WebContainers have made common:
 *
 *   { 'run.sh': { file: { contents: 'echo hi', mode: 0o755 } }, src: { directory: {} }, l: { file: { symlink: 'run.sh' } } }
 *
 * `mode` and `mtime` (milliseconds since the epoch) may be there, of directories beside `directory`; `link` is the path,
 * from the root of the tree, of a file that this one is another name of. A tree is checked as a whole before anything of it
 * is written.
 */
import type { TreeEntry } from '../host/control.ts';
import { TabOSError } from './errors.ts';

export interface FileSystemTree {
  [name: string]: DirectoryNode | FileNode | SymlinkNode | LinkNode;
}

export interface DirectoryNode {
  directory: FileSystemTree;
  mode?: number;
  mtime?: number;
}

export interface FileNode {
  file: { contents: string | Uint8Array; mode?: number; mtime?: number };
}

export interface SymlinkNode {
  file: { symlink: string; mtime?: number };
}

export interface LinkNode {
  file: { link: string };
}

const FILE_MODE = 0o644;
const DIRECTORY_MODE = 0o755;
const MODE_MAX = 0o7777;
/** A tree that contains itself is deeper than this. */
const DEPTH_MAX = 256;

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

function wrong(path: string, why: string): TabOSError {
  return new TabOSError('ERR_INVALID_TREE', `the tree is wrong at '${path === '' ? '/' : path}': ${why}`);
}

function checkKeys(path: string, node: Fields, known: readonly string[]): void {
  for (const key of Object.keys(node)) {
    if (!known.includes(key)) throw wrong(path, `'${key}' is none of ${known.join(', ')}`);
  }
}

function modeOf(path: string, value: unknown, usual: number): number {
  if (value === undefined) return usual;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MODE_MAX) return value;
  throw wrong(path, 'mode is no number from 0 to 0o7777');
}

function timeOf(path: string, value: unknown, usual: number): number {
  if (value === undefined) return usual;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw wrong(path, 'mtime is no number of milliseconds');
}

function textOf(path: string, what: string, value: unknown): string {
  if (typeof value !== 'string' || value === '' || value.includes('\0')) {
    throw wrong(path, `${what} is no text, or an empty one, or has a NUL`);
  }
  return value;
}

class Flattener {
  readonly entries: TreeEntry[] = [];
  /** Hard links come when all files are there. */
  private readonly links: TreeEntry[] = [];
  private readonly now: number;

  constructor(now: number) {
    this.now = now;
  }

  all(): TreeEntry[] {
    return [...this.entries, ...this.links];
  }

  directory(tree: unknown, path: string, depth: number): void {
    if (!isObject(tree)) throw wrong(path, 'a directory is an object of names');
    if (depth > DEPTH_MAX) throw wrong(path, `it is more than ${DEPTH_MAX} directories deep`);
    for (const [name, node] of Object.entries(tree)) {
      const inner = path === '' ? name : `${path}/${name}`;
      if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name)) {
        throw wrong(inner, `'${name}' cannot be a name`);
      }
      this.node(node, inner, depth);
    }
  }

  private node(node: unknown, path: string, depth: number): void {
    if (!isObject(node) || 'file' in node === 'directory' in node) {
      throw wrong(path, 'it has to have either `file` or `directory`');
    }
    if ('file' in node) {
      checkKeys(path, node, ['file']);
      this.file(node['file'], path);
      return;
    }
    checkKeys(path, node, ['directory', 'mode', 'mtime']);
    const mode = modeOf(path, node['mode'], DIRECTORY_MODE);
    this.entries.push({ type: 'directory', path, mode, mtimeMs: timeOf(path, node['mtime'], this.now) });
    this.directory(node['directory'], path, depth + 1);
  }

  private file(file: unknown, path: string): void {
    if (!isObject(file)) throw wrong(path, '`file` is no object');
    const kinds = ['contents', 'symlink', 'link'].filter((kind) => kind in file);
    if (kinds.length !== 1) throw wrong(path, '`file` has to have one of contents, symlink, link');
    const mtimeMs = timeOf(path, file['mtime'], this.now);
    if ('symlink' in file) {
      checkKeys(path, file, ['symlink', 'mtime']);
      const target = textOf(path, 'symlink', file['symlink']);
      this.entries.push({ type: 'symlink', path, mode: 0o777, mtimeMs, target });
    } else if ('link' in file) {
      checkKeys(path, file, ['link']);
      this.links.push({ type: 'link', path, mode: FILE_MODE, mtimeMs, target: textOf(path, 'link', file['link']) });
    } else {
      checkKeys(path, file, ['contents', 'mode', 'mtime']);
      const content = bytesOf(path, file['contents']);
      this.entries.push({ type: 'file', path, mode: modeOf(path, file['mode'], FILE_MODE), mtimeMs, content });
    }
  }
}

/** A copy: shared memory does not travel, and the caller may change its bytes at once. */
function bytesOf(path: string, contents: unknown): Uint8Array<ArrayBuffer> {
  if (typeof contents === 'string') return new TextEncoder().encode(contents);
  if (contents instanceof ArrayBuffer) return new Uint8Array(contents.slice(0));
  if (ArrayBuffer.isView(contents)) {
    return new Uint8Array(new Uint8Array(contents.buffer, contents.byteOffset, contents.byteLength));
  }
  throw wrong(path, 'contents is neither a text nor bytes');
}

/** @throws TabOSError ERR_INVALID_TREE, which says where and why */
export function flattenTree(tree: unknown, now: number): TreeEntry[] {
  const flattener = new Flattener(now);
  flattener.directory(tree, '', 0);
  return flattener.all();
}

/** Text where the bytes are UTF-8 that comes out as it went in. */
function contentsOf(bytes: Uint8Array): string | Uint8Array {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes;
  }
}

/** @param metadata say modes and times of everything, and which files are one; else only modes that are not the usual ones */
export function buildTree(entries: readonly TreeEntry[], metadata: boolean): FileSystemTree {
  const root: FileSystemTree = {};
  const directories = new Map<string, FileSystemTree>([['', root]]);
  const files = new Map<string, FileNode>();
  for (const entry of entries) {
    const { path, mode, mtimeMs: mtime } = entry;
    if (path === '') continue;
    const slash = path.lastIndexOf('/');
    const parent = directories.get(slash < 0 ? '' : path.slice(0, slash)) ?? root;
    const add = (node: FileSystemTree[string]): void => {
      // A name may be __proto__.
      Object.defineProperty(parent, path.slice(slash + 1), {
        value: node,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    };
    const extra = (usual: number) => (metadata ? { mode, mtime } : mode === usual ? {} : { mode });
    if (entry.type === 'directory') {
      const directory: FileSystemTree = {};
      directories.set(path, directory);
      add({ directory, ...extra(DIRECTORY_MODE) });
    } else if (entry.type === 'symlink') add({ file: { symlink: entry.target, ...(metadata && { mtime }) } });
    else if (entry.type === 'file') {
      const node: FileNode = { file: { contents: contentsOf(entry.content), ...extra(FILE_MODE) } };
      files.set(path, node);
      add(node);
    } else {
      const first = files.get(entry.target);
      add(metadata || first === undefined ? { file: { link: entry.target } } : { file: { ...first.file } });
    }
  }
  return root;
}
