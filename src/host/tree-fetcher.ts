// Where the files of a fetchfs come from: the network the first time, the browser's cache storage from then on, by hash. So
// a tree that was read once is there without a network, and a file that two trees have is loaded once. Whatever comes from
// either place is proved by its SHA-256 before anybody sees it.

import { SysError } from '../abi/errno.ts';
import type { FetchTreeFile } from '../kernel/fs/fetchfs/fetchfs.ts';
import { ManifestError, parseManifest, type TreeManifest } from '../kernel/fs/fetchfs/manifest.ts';
import { download, sha256Of } from './download.ts';

const CACHE = 'tabos-fetchfs';

/** Undefined for a machine that leaves nothing behind, and where the browser has no cache storage, or refuses it. */
const openCache = async (keeps: boolean): Promise<Cache | undefined> => {
  if (!keeps) return undefined;
  try {
    return await caches.open(CACHE);
  } catch {
    return undefined;
  }
};

const keep = async (cache: Cache | undefined, key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> => {
  // A full disk, or an address of a kind that is not kept, is no reason not to show the file.
  await cache?.put(key, new Response(bytes)).catch(() => undefined);
};

const bytesOf = async (response: Response): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await response.arrayBuffer());

const parse = (url: string, bytes: Uint8Array): TreeManifest => {
  try {
    return parseManifest(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    throw new ManifestError(`${url}: ${error instanceof Error ? error.message : String(error)}`);
  }
};

/**
 * The manifest at an address: as it is now, or without a network as it was. With a hash it is that one for ever, and is
 * not asked for again.
 *
 * Rejects with ManifestError, EHOSTUNREACH (the host has none), ENETUNREACH (no network, and never seen).
 */
export const loadTreeManifest = async (
  url: string,
  sha256: string | undefined,
  keeps: boolean,
): Promise<TreeManifest> => {
  const cache = await openCache(keeps);
  const kept = await cache?.match(url);
  const old = kept && (await bytesOf(kept));
  if (old && sha256 !== undefined && (await sha256Of(old)) === sha256) return parse(url, old);
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await download(url, () => undefined);
  } catch (error) {
    const offline = error instanceof SysError && error.errno === 'ENETUNREACH';
    if (!offline || !old || sha256 !== undefined) throw error;
    return parse(url, old);
  }
  const found = await sha256Of(bytes);
  if (sha256 !== undefined && found !== sha256) throw new ManifestError(`${url}: its SHA-256 is ${found}`);
  const manifest = parse(url, bytes);
  await keep(cache, url, bytes);
  return manifest;
};

export const treeFetcher =
  (manifestUrl: string, keeps: boolean): FetchTreeFile =>
  async (name, sha256) => {
    const url = new URL(name, manifestUrl).href;
    // By content, beside the manifest: the address of nothing that is on the host.
    const key = new URL(`?tabos-sha256=${sha256}`, manifestUrl).href;
    const cache = await openCache(keeps);
    const kept = await cache?.match(key);
    if (kept !== undefined) {
      const bytes = await bytesOf(kept);
      if ((await sha256Of(bytes)) === sha256) return bytes;
      await cache?.delete(key);
    }
    const bytes = await download(url, () => undefined);
    if ((await sha256Of(bytes)) !== sha256) {
      throw new SysError('EIO', `${url}: its content is not what the manifest says`);
    }
    await keep(cache, key, bytes);
    return bytes;
  };
