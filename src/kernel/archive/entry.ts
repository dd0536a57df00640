// What an archive holds, whatever its format: what the readers give, and what the writers take.

import type { Time } from '../vfs/filesystem.ts';

/** Bytes that come when they are asked for: whoever does not ask holds the writer back. */
export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

interface Common {
  /** A byte string of names joined by slashes; empty for the directory that is the root of it all. */
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: Time;
}

export type ArchiveEntry =
  | (Common & { readonly type: 'fifo' })
  /** `opaque`: in the upper layer of an overlay, what is below it does not show through. */
  | (Common & { readonly type: 'directory'; readonly opaque?: boolean })
  /** In the upper layer of an overlay: the name is removed. */
  | (Common & { readonly type: 'whiteout' })
  /** `target` is the text of the link. */
  | (Common & { readonly type: 'symlink'; readonly target: string })
  /** A second name of a file that came before; `target` is its path. */
  | (Common & { readonly type: 'link'; readonly target: string })
  /** The content has exactly `size` bytes, and is read before the next entry is asked for. */
  | (Common & { readonly type: 'file'; readonly size: number; readonly content: Chunks });

/** The bytes are no archive, or a broken one, or one of a kind that is not read. The message says which, for people. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
  readonly code = 'ERR_ARCHIVE';
}

/**
 * The path of an entry by the names in it: without `.`, without slashes at its ends. An archive may not say where in the
 * tree it is unpacked, so a slash at the start means nothing, and `..` is refused.
 *
 * @throws ArchiveError
 */
export const entryPath = (name: string): string => {
  const names = name.split('/').filter((part) => part !== '' && part !== '.');
  if (names.includes('..')) throw new ArchiveError(`the archive names a file outside of itself: ${name}`);
  if (name.includes('\0')) throw new ArchiveError('the archive has a name with a NUL');
  return names.join('/');
};
