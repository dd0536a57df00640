// Looking a program up in PATH, as execvp(3) does.

import type { Errno } from '../../abi/errno.ts';

/** What execvp searches without PATH. */
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';

/** Errors after which the search goes on. */
const NEXT: ReadonlySet<string> = new Set<Errno>(['ENOENT', 'ENOTDIR', 'EACCES', 'ENAMETOOLONG', 'ELOOP']);

const errnoOf = (error: unknown): string | undefined => {
  if (!(error instanceof Error)) return undefined;
  const { code, errno } = error as { code?: unknown; errno?: unknown };
  if (typeof code === 'string') return code;
  return typeof errno === 'string' ? errno : undefined;
};

/**
 * Try `start` with each file that the name may mean. With `shell`, the file is to be run by /bin/sh: it is executable
 * but neither a program nor begins with `#!`. Throws what the last try threw; EACCES wins over ENOENT.
 */
export const searchPath = <T>(
  name: string,
  path: string | undefined,
  start: (file: string, shell: boolean) => T,
): T => {
  const attempt = (file: string): T => {
    try {
      return start(file, false);
    } catch (error) {
      if (errnoOf(error) !== 'ENOEXEC') throw error;
      return start(file, true);
    }
  };
  if (name.includes('/') || name === '') return attempt(name);
  let failure: unknown;
  for (const directory of (path ?? DEFAULT_PATH).split(':')) {
    try {
      return attempt(`${directory === '' ? '.' : directory}/${name}`);
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === undefined || !NEXT.has(errno)) throw error;
      if (failure === undefined || errno === 'EACCES') failure = error;
    }
  }
  throw failure;
};
