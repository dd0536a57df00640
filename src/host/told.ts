// How a failure crosses Comlink, which keeps only the message of an Error: as a plain object with the errno as `code`, and as
// `detail` what it is about, where the errno alone does not say it.

import { SysError } from '../abi/errno.ts';
import { ArchiveError } from '../kernel/archive/entry.ts';
import { ManifestError } from '../kernel/fs/fetchfs/manifest.ts';

export const told = async <T>(work: () => T | Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw plain(error);
  }
};

const plain = (error: unknown): unknown => {
  if (error instanceof SysError) return { code: error.errno, message: error.message, detail: error.detail };
  const known = error instanceof ArchiveError || error instanceof ManifestError;
  return known ? { code: error.code, message: error.message } : error;
};
