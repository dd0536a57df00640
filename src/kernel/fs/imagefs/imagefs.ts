// The base image and the packages of the repository: a read-only tree from lists of entries, whose files are fetched when
// they are first read. What has been fetched is kept: programs are compiled from it and read again. A file that is not
// here yet uses no blocks (`ls -s`, `du`).

import { S } from '../../../abi/file.ts';
import { bytesOf, fromText } from '../../../base/bytes.ts';
import type { Caller, FileSystem } from '../../vfs/filesystem.ts';
import { DynamicFs, type DynamicNode } from '../dynamic/dynamic-fs.ts';
import { ImageFiles } from './image-files.ts';
import { type PackageIndex, packageEntries } from './packages.ts';

/** An entry of a manifest. Paths are UTF-8 text, relative to the root of the machine. */
export type ImageEntry =
  | { readonly path: string; readonly type: 'dir'; readonly mode: number; readonly uid?: number; readonly gid?: number }
  | { readonly path: string; readonly type: 'link'; readonly target: string }
  | {
      readonly path: string;
      readonly type: 'file';
      readonly mode: number;
      readonly uid?: number;
      readonly gid?: number;
      /** Small files come with the manifest. */
      readonly text?: string;
      /** Others by name, of this size, with this SHA-256 in hexadecimal. */
      readonly url?: string;
      readonly size?: number;
      readonly sha256?: string;
      /** The file is a part of the one behind the address, whose SHA-256 it is. */
      readonly offset?: number;
      /** The package that the file belongs to, when it is not part of the image proper. */
      readonly package?: string;
    };

export interface ImageManifest {
  readonly version: 1;
  /** What is in the image. */
  readonly entries: readonly ImageEntry[];
  /** What a new machine's volume starts with. */
  readonly skeleton: readonly ImageEntry[];
}

/** Gets a file of the image, complete and verified, and tells how many bytes have come. Rejects with EIO when
 *  it is something else, with EHOSTUNREACH when it is not there, with ENETUNREACH when nobody answers. */
export type FetchImageFile = (url: string, sha256: string, progress: (received: number) => void) => Promise<Uint8Array>;

/** A file that somebody waits for. */
export interface Fetching {
  readonly path: string;
  readonly package: string | undefined;
  readonly size: number;
  /** Bytes that have come. */
  received: number;
  readonly done: Promise<unknown>;
}

const DIRECTORY = S.IFDIR | 0o755;
const IMAGE_MAGIC = 0x7461626f;

interface Directory {
  readonly entry: ImageEntry | undefined;
  readonly names: Map<string, number>;
}

const modeOf = (entry: ImageEntry): number => {
  if (entry.type === 'dir') return S.IFDIR | entry.mode;
  return entry.type === 'file' ? S.IFREG | entry.mode : S.IFLNK | 0o777;
};

export interface ImagefsOptions {
  /** The directory of the manifest that is the root of the file system: `usr`. */
  readonly subtree: string;
  readonly fetchFile: FetchImageFile;
  /** Whether a file would come without the network. */
  readonly isLocal?: ((url: string) => boolean) | undefined;
  /** Give up the local copy of a file. */
  readonly forgetFile?: ((url: string) => Promise<void>) | undefined;
  /** Who opened the file waits for it. */
  readonly onWait?: ((caller: Caller, fetching: Fetching) => void) | undefined;
  /** Packages in the repository, and how to see what is in it by now. */
  readonly packages?:
    | { readonly index: PackageIndex; readonly reload: () => Promise<PackageIndex | undefined> }
    | undefined;
  /** Seconds since the epoch. */
  readonly time: number;
  /** Of entries that say nothing of theirs. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

export const makeImagefs = (entries: readonly ImageEntry[], options: ImagefsOptions): FileSystem => {
  const { subtree, time, owner, packages } = options;
  const files = new ImageFiles(options);
  const assemble = (index: PackageIndex | undefined): Map<string, DynamicNode> => {
    if (index === undefined) return treeOf(entries, subtree, files);
    const nodes = treeOf([...entries, ...packageEntries(index), ...PLACE_OF_INDEX], subtree, files);
    nodes.set(INDEX_FILE, indexNode(index));
    return nodes;
  };
  /** Giving up the list is how a newer one comes (pkg update). */
  const indexNode = (index: PackageIndex): DynamicNode => {
    const bytes = new TextEncoder().encode(`${JSON.stringify(index)}\n`);
    const evict = async (): Promise<void> => {
      nodes = assemble((await packages?.reload()) ?? index);
    };
    return { mode: S.IFREG | 0o644, size: bytes.length, content: () => bytes, evict };
  };
  let nodes = assemble(packages?.index);
  return new DynamicFs(
    { find: (path) => nodes.get(path.join('/')) },
    {
      type: 'imagefs',
      magic: IMAGE_MAGIC,
      readOnly: true,
      time,
      ...(owner !== undefined && { owner }),
      // The stations of a machine agree on the numbers.
      numbered: [...nodes.keys()].map((path) => (path === '' ? [] : path.split('/'))),
    },
  );
};

/** Where programs read the list of packages, below the subtree. */
const INDEX_FILE = 'lib/pkg/index.json';
const PLACE_OF_INDEX: readonly ImageEntry[] = [{ path: `usr/${INDEX_FILE}`, type: 'file', mode: 0o644, text: '' }];

/** The nodes by path. Entries that come later take the place of earlier ones with the same path. */
const treeOf = (entries: readonly ImageEntry[], subtree: string, files: ImageFiles): Map<string, DynamicNode> => {
  const nodes = new Map<string, DynamicNode>();
  const directories = new Map<string, Directory>();

  const directory = (path: string): Directory => {
    let found = directories.get(path);
    if (found === undefined) {
      found = { entry: undefined, names: new Map() };
      directories.set(path, found);
      const { names } = found;
      nodes.set(path, { mode: DIRECTORY, list: () => [...names] });
      if (path !== '') directory(parentOf(path)).names.set(nameOf(path), DIRECTORY);
    }
    return found;
  };

  directory('');
  for (const entry of entries) {
    const whole = fromText(entry.path);
    if (whole !== subtree && !whole.startsWith(`${subtree}/`)) continue;
    const path = whole.slice(subtree.length + 1);
    if (entry.type === 'dir') {
      directory(path);
      continue;
    }
    nodes.set(path, nodeOf(entry, files));
    directory(parentOf(path)).names.set(nameOf(path), modeOf(entry));
  }
  return nodes;
};

const nodeOf = (entry: Exclude<ImageEntry, { type: 'dir' }>, files: ImageFiles): DynamicNode => {
  const mode = modeOf(entry);
  if (entry.type === 'link') {
    const target = fromText(entry.target);
    return { mode, size: target.length, target: () => target };
  }
  const { text } = entry;
  if (text === undefined) return { mode, size: entry.size ?? 0, ...files.source(entry) };
  const bytes = bytesOf(fromText(text));
  return { mode, size: bytes.length, content: () => bytes };
};

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
