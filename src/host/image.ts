// Loads the base image and the repository of packages: the lists, and files when they are first read, each checked
// against its SHA-256. What came from the repository is kept in the browser's cache storage, so that an installed
// package is there without a network.

import { SysError } from '../abi/errno.ts';
import type { FetchImageFile, ImageManifest } from '../kernel/fs/imagefs/imagefs.ts';
import { INDEX, type PackageIndex, REPOSITORY } from '../kernel/fs/imagefs/packages.ts';
import { download, sha256Of } from './download.ts';

/** Rejects with an Error that says what went wrong with which address. */
export const loadManifest = async (url: string): Promise<ImageManifest> => {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: HTTP status ${response.status}`);
  const manifest = (await response.json()) as ImageManifest;
  if (manifest.version !== 1) throw new Error(`${url}: version ${String(manifest.version)} of the image is not known`);
  return manifest;
};

/** The packages of the site, undefined when it has no repository. Rejects with ENETUNREACH, or an Error that says
 *  what is wrong with it. */
export const loadPackages = async (manifestUrl: string): Promise<PackageIndex | undefined> => {
  const url = new URL(`${REPOSITORY}${INDEX}`, manifestUrl).href;
  let response: Response;
  try {
    response = await fetch(url, { cache: 'no-cache' });
  } catch (error) {
    throw new SysError('ENETUNREACH', `${url}: ${String(error)}`);
  }
  // A static host may answer with its page for what it does not have.
  if (response.status === 404 || response.headers.get('Content-Type')?.includes('html') === true) return undefined;
  if (!response.ok) throw new Error(`${url}: HTTP status ${response.status}`);
  const index = (await response.json()) as PackageIndex;
  if (index.version !== 1) throw new Error(`${url}: version ${String(index.version)} of the repository is not known`);
  return index;
};

const CACHE = 'tabos-packages';

export class ImageFetcher {
  private readonly manifestUrl: string;
  /** Undefined on a machine that leaves nothing behind, and where the browser has no cache storage. */
  private readonly cache: Promise<Cache | undefined>;
  private readonly local = new Set<string>();

  constructor(manifestUrl: string, keep: boolean) {
    this.manifestUrl = manifestUrl;
    this.cache = keep && 'caches' in self ? caches.open(CACHE).catch(() => undefined) : Promise.resolve(undefined);
    void this.list();
  }

  /** Whether a file is in the cache. */
  readonly isLocal = (name: string): boolean => this.local.has(this.locate(name));

  /** Files are beside the manifest. What does not have the right content is EIO: it is never run. */
  readonly fetchFile: FetchImageFile = async (name, sha256, progress) => {
    const url = this.locate(name);
    const cache = name.startsWith(REPOSITORY) ? await this.cache : undefined;
    const kept = await cache?.match(url);
    if (kept !== undefined) {
      const bytes = await kept.arrayBuffer();
      if ((await sha256Of(bytes)) === sha256) return new Uint8Array(bytes);
    }
    const bytes = await download(url, progress);
    if ((await sha256Of(bytes)) !== sha256) {
      throw new SysError('EIO', `${url}: its content is not what the manifest says`);
    }
    // A full disk is no reason not to run a program.
    await cache?.put(url, new Response(bytes)).then(
      () => this.local.add(url),
      () => undefined,
    );
    return bytes;
  };

  readonly forgetFile = async (name: string): Promise<void> => {
    const url = this.locate(name);
    this.local.delete(url);
    await (await this.cache)?.delete(url);
  };

  private locate(name: string): string {
    return new URL(name, this.manifestUrl).href;
  }

  private async list(): Promise<void> {
    const cache = await this.cache;
    for (const request of (await cache?.keys()) ?? []) this.local.add(request.url);
  }
}
