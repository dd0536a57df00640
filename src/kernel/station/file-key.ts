// A name for a file that the stations of a machine agree on, where they see the same file system (FileSystem.shared).
// What only this station sees has a name that begins with `-`.

import type { FileSystem, Ino } from '../vfs/filesystem.ts';

const numbers = new WeakMap<FileSystem, number>();
let last = 0;

/** Do other stations know the file by this key? */
export const isShared = (key: string): boolean => !key.startsWith('-');

export const fileKey = (fs: FileSystem, ino: Ino): string => {
  if (fs.shared !== undefined) return `${fs.shared}:${ino}`;
  let number = numbers.get(fs);
  if (number === undefined) {
    number = ++last;
    numbers.set(fs, number);
  }
  return `-${number}:${ino}`;
};
