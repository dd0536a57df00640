// A read-only tree of a static host: names from a manifest (manifest.ts), content when it is first read. A file is loaded
// whole, because its hash is that of the whole, and is in memory only while it is open; keeping it is the fetcher's affair.

import { S } from '../../../abi/file.ts';
import { fromText } from '../../../base/bytes.ts';
import type { FileSystem } from '../../vfs/filesystem.ts';
import { DynamicFs, type DynamicNode } from '../dynamic/dynamic-fs.ts';
import type { TreeManifest, TreeManifestEntry } from './manifest.ts';

/** Gets a file by its address, complete and proved. Rejects with EIO (it is something else), EHOSTUNREACH, ENETUNREACH. */
export type FetchTreeFile = (url: string, sha256: string) => Promise<Uint8Array>;

const MAGIC = 0x66657463;
const IMPLIED_MODE = 0o755;

const modeOf = (entry: TreeManifestEntry): number => {
  if (entry.type === 'link') return S.IFLNK | 0o777;
  return (entry.type === 'dir' ? S.IFDIR : S.IFREG) | entry.mode;
};

/** The path as an address: every name as it is, whatever characters it has. */
const addressOf = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

export const makeFetchfs = (manifest: TreeManifest, fetchFile: FetchTreeFile, time: number): FileSystem => {
  const nodes = new Map<string, DynamicNode>();
  const names = new Map<string, Map<string, number>>();
  /** Who reads the same file at the same time waits for the same. */
  const loading = new Map<string, Promise<Uint8Array>>();

  const load = (url: string, sha256: string): Promise<Uint8Array> => {
    let content = loading.get(url);
    if (content === undefined) {
      content = fetchFile(url, sha256).finally(() => loading.delete(url));
      loading.set(url, content);
    }
    return content;
  };

  const directory = (path: string, mode: number, mtime: number): void => {
    if (nodes.has(path)) return;
    const inner = new Map<string, number>();
    names.set(path, inner);
    nodes.set(path, { mode, time: mtime, list: () => [...inner] });
    if (path !== '') register(path, mode);
  };

  const register = (path: string, mode: number): void => {
    const slash = path.lastIndexOf('/');
    const parent = slash < 0 ? '' : path.slice(0, slash);
    directory(parent, S.IFDIR | IMPLIED_MODE, time);
    names.get(parent)?.set(path.slice(slash + 1), mode);
  };

  directory('', S.IFDIR | IMPLIED_MODE, time);
  // Directories first: what is implied must not come before what is described.
  for (const entry of manifest.entries) {
    if (entry.type === 'dir') directory(fromText(entry.path), modeOf(entry), entry.mtime ?? time);
  }
  for (const entry of manifest.entries) {
    if (entry.type === 'dir') continue;
    const path = fromText(entry.path);
    const common = { mode: modeOf(entry), time: entry.mtime ?? time };
    register(path, common.mode);
    if (entry.type === 'link') {
      const target = fromText(entry.target);
      nodes.set(path, { ...common, size: target.length, target: () => target });
    } else {
      const { size, sha256, url = addressOf(entry.path) } = entry;
      nodes.set(path, { ...common, size, content: () => load(url, sha256) });
    }
  }
  return new DynamicFs(
    { find: (path) => nodes.get(path.join('/')) },
    { type: 'fetchfs', magic: MAGIC, readOnly: true, time },
  );
};
