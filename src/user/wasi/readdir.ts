// fd_readdir: entries of a directory from a cookie on, the last one cut off where the buffer ends.
//
// The cookie of an entry is the system's (`next` of getdents), so the program may come back to it at any time. A buffer
// that comes back full means that there is more; one that is not full means the end.

import { direntType, S, SEEK } from '../../abi/file.ts';
import { LAYOUT } from '../../abi/layout.ts';
import { unpack } from '../../abi/struct.ts';
import { RIGHT, SIZE } from './constants.ts';
import type { Preview1Context } from './context.ts';
import { filetypeOf } from './filestat.ts';

const BATCH = 16 * 1024;

/** The mode whose `d_type` this is. */
const modeOf = (type: number): number => (type << 12) & S.IFMT;
if (direntType(modeOf(direntType(S.IFDIR))) !== direntType(S.IFDIR)) throw new Error('d_type does not map back');

export const READDIR_CALLS = {
  fd_readdir(
    { descriptors, memory, client }: Preview1Context,
    fd: number,
    buffer: number,
    length: number,
    cookie: bigint,
    result: number,
  ) {
    const descriptor = descriptors.get(fd, RIGHT.FD_READDIR);
    const real = descriptors.real(fd);
    const out = memory.slice(buffer, length);
    if (descriptor.cookie !== cookie) client.call('lseek', real, Number(cookie), SEEK.SET);
    const batch = new Uint8Array(Math.min(Math.max(length >>> 0, 1024), BATCH));
    let used = 0;
    while (used < out.length) {
      const n = client.call('getdents', real, batch);
      if (n === 0) break;
      for (let at = 0; at < n; ) {
        const { ino, next, reclen, namelen, type } = unpack('dirent', batch, at);
        at += reclen;
        // The system stands behind all that it gave, also behind what finds no room.
        descriptor.cookie = BigInt(next);
        if (used === out.length) continue;
        const entry = new Uint8Array(SIZE.dirent + namelen);
        const view = new DataView(entry.buffer);
        view.setBigUint64(0, BigInt(next), true);
        view.setBigUint64(8, BigInt(ino), true);
        view.setUint32(16, namelen, true);
        view.setUint8(20, filetypeOf(modeOf(type)));
        const name = at - reclen + LAYOUT.dirent.size;
        entry.set(batch.subarray(name, name + namelen), SIZE.dirent);
        const part = entry.subarray(0, out.length - used);
        out.set(part, used);
        used += part.length;
      }
    }
    memory.setU32(result, used);
    return 0;
  },
};
