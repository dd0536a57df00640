// The base image: a read-only tree from a manifest, whose files are fetched when they are first read. What has been
// fetched is kept: programs are compiled from it and read again.

import { S } from '../../../abi/file.ts';
import { bytesOf, fromText } from '../../../base/bytes.ts';
import type { FileSystem } from '../../vfs/filesystem.ts';
import type { Awaitable } from '../../vfs/flow.ts';
import { DynamicFs, type DynamicNode } from '../dynamic/dynamic-fs.ts';

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
    };

export interface ImageManifest {
  readonly version: 1;
  /** What is in the image. */
  readonly entries: readonly ImageEntry[];
  /** What a new machine's volume starts with. */
  readonly skeleton: readonly ImageEntry[];
}

/** Gets a file of the image, complete and verified. Rejects with EIO. */
export type FetchImageFile = (url: string, sha256: string) => Promise<Uint8Array>;

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
  /** Seconds since the epoch. */
  readonly time: number;
}

export const makeImagefs = (
  entries: readonly ImageEntry[],
  { subtree, fetchFile, time }: ImagefsOptions,
): FileSystem => {
  const nodes = new Map<string, DynamicNode>();
  const directories = new Map<string, Directory>();
  const fetched = new Map<string, Awaitable<Uint8Array>>();

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

  const load = (url: string, sha256: string): Awaitable<Uint8Array> => {
    let content = fetched.get(url);
    if (content === undefined) {
      content = fetchFile(url, sha256).then(
        (bytes) => {
          fetched.set(url, bytes);
          return bytes;
        },
        (error: unknown) => {
          // The next reader tries again: the network may be back.
          fetched.delete(url);
          throw error;
        },
      );
      fetched.set(url, content);
    }
    return content;
  };

  const nodeOf = (entry: ImageEntry): DynamicNode => {
    const mode = modeOf(entry);
    if (entry.type === 'link') {
      const target = fromText(entry.target);
      return { mode, size: target.length, target: () => target };
    }
    if (entry.type === 'dir') throw new Error('a directory is made by directory()');
    const { text, url, sha256 } = entry;
    if (text !== undefined) {
      const bytes = bytesOf(fromText(text));
      return { mode, size: bytes.length, content: () => bytes };
    }
    if (url === undefined || sha256 === undefined) throw new Error(`${entry.path} has neither text nor url`);
    return { mode, size: entry.size ?? 0, content: () => load(url, sha256) };
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
    nodes.set(path, nodeOf(entry));
    directory(parentOf(path)).names.set(nameOf(path), modeOf(entry));
  }
  return new DynamicFs(
    { find: (path) => nodes.get(path.join('/')) },
    { type: 'imagefs', magic: IMAGE_MAGIC, readOnly: true, time },
  );
};

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
