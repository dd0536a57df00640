// Loads the base image: the manifest, and its files when they are first read, each checked against its SHA-256.

import { SysError } from '../abi/errno.ts';
import type { FetchImageFile, ImageManifest } from '../kernel/fs/imagefs/imagefs.ts';

const hex = (bytes: ArrayBuffer): string =>
  Array.from(new Uint8Array(bytes), (b) => b.toString(16).padStart(2, '0')).join('');

/** Rejects with an Error that says what went wrong with which address. */
export const loadManifest = async (url: string): Promise<ImageManifest> => {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: HTTP status ${response.status}`);
  const manifest = (await response.json()) as ImageManifest;
  if (manifest.version !== 1) throw new Error(`${url}: version ${String(manifest.version)} of the image is not known`);
  return manifest;
};

/** Files are beside the manifest. What does not have the right content is EIO: it is never run. */
export const imageFetcher =
  (manifestUrl: string): FetchImageFile =>
  async (name, sha256) => {
    const url = new URL(name, manifestUrl);
    let bytes: ArrayBuffer;
    try {
      const response = await fetch(url);
      if (!response.ok) throw new Error(`HTTP status ${response.status}`);
      bytes = await response.arrayBuffer();
    } catch (error) {
      throw new SysError('EIO', `${url.href}: ${String(error)}`);
    }
    if (hex(await crypto.subtle.digest('SHA-256', bytes)) !== sha256) {
      throw new SysError('EIO', `${url.href}: its content is not what the manifest says`);
    }
    return new Uint8Array(bytes);
  };
