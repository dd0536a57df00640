// All names in a directory, `.` and `..` left out.

import type { Node, Vfs } from '../vfs/vfs.ts';

const LIST_BATCH = 1024;

export const namesIn = async (vfs: Vfs, node: Node): Promise<string[]> => {
  const names: string[] = [];
  let cookie = 0;
  for (;;) {
    const entries = await vfs.readdir(node, cookie, LIST_BATCH);
    if (entries.length === 0) return names;
    for (const entry of entries) {
      cookie = entry.cookie;
      if (entry.name !== '.' && entry.name !== '..') names.push(entry.name);
    }
  }
};
