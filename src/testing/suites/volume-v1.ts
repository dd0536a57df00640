// A volume of format version 1, as the first systems wrote it: metadata in one store with one header and frames from
// offset 64 on, with a checkpoint and a journal behind it. For the tests of its conversion.

import { S } from '../../abi/file.ts';
import { writeEffect } from '../../kernel/fs/tabfs/effect-codec.ts';
import type { Effect } from '../../kernel/fs/tabfs/effects.ts';
import { type BlockStore, MemoryBlockStore } from '../../kernel/storage/block-store.ts';
import { ByteWriter } from '../../kernel/storage/codec.ts';
import { crc32c } from '../../kernel/storage/crc32c.ts';
import { encodeHeader, FrameWriter, seedOf } from '../../kernel/storage/journal-format.ts';
import { pattern } from './fs-system.ts';

const VERSION = 1;
const START = 64;
const TIMES = {
  atimeSec: 1000,
  atimeNsec: 1,
  mtimeSec: 2000,
  mtimeNsec: 2,
  ctimeSec: 3000,
  ctimeNsec: 3,
  birthSec: 900,
  birthNsec: 9,
};
const OWNER = { uid: 1000, gid: 1000, rdev: 0 };

export const V1_CONTENT = pattern(100_000, 3);
const CHUNK = 65_536;

const inode = (ino: number, mode: number, nlink: number): Effect => ({
  kind: 'inode',
  ino,
  mode,
  nlink,
  ...OWNER,
  ...TIMES,
});

const CHECKPOINT: readonly Effect[] = [
  { kind: 'volume', chunkSize: CHUNK, unit: 512, nextIno: 30 },
  inode(2, S.IFDIR | 0o755, 3),
  inode(3, S.IFDIR | 0o1777, 2),
  inode(4, S.IFDIR | 0o1777, 2),
  inode(16, S.IFDIR | 0o750, 2),
  inode(17, S.IFREG | 0o644, 2),
  {
    kind: 'size',
    ino: 17,
    size: V1_CONTENT.length,
  },
  {
    kind: 'extents',
    ino: 17,
    from: 0,
    to: Number.POSITIVE_INFINITY,
    extents: [
      {
        chunk: 0,
        at: 4,
        sums: [crc32c(V1_CONTENT.subarray(0, CHUNK)), crc32c(V1_CONTENT.subarray(CHUNK))],
        tail: V1_CONTENT.length - CHUNK,
      },
    ],
  },
  inode(18, S.IFLNK | 0o777, 1),
  { kind: 'target', ino: 18, target: 'directory/large' },
  inode(19, S.IFREG | 0o600, 1),
  { kind: 'inline', ino: 19, size: 5, bytes: Uint8Array.of(104, 101, 108, 108, 111) },
  { kind: 'link', dir: 2, name: 'directory', ino: 16, cookie: 1 },
  { kind: 'link', dir: 16, name: 'large', ino: 17, cookie: 1 },
  { kind: 'link', dir: 2, name: 'link', ino: 18, cookie: 2 },
  { kind: 'link', dir: 2, name: 'other', ino: 17, cookie: 3 },
  { kind: 'link', dir: 3, name: 'temporary', ino: 19, cookie: 1 },
];

const JOURNAL: readonly (readonly Effect[])[] = [
  [
    { kind: 'time', sec: 5000, nsec: 5 },
    { kind: 'new', ino: 30, mode: S.IFREG | 0o644, ...OWNER, nlink: 1 },
    { kind: 'link', dir: 2, name: 'late', ino: 30, cookie: 4 },
  ],
  [{ kind: 'inline', ino: 30, size: 3, bytes: Uint8Array.of(1, 2, 3) }],
];

const record = (effects: readonly Effect[]): Uint8Array => {
  const writer = new ByteWriter();
  for (const effect of effects) writeEffect(writer, effect);
  return writer.bytes.slice();
};

/** Data, and the two stores of metadata: the second was never used. */
export const makeV1Volume = (): readonly [BlockStore, BlockStore, BlockStore] => {
  const make = (): BlockStore => new MemoryBlockStore({ resident: false });
  const [data, metadata] = [make(), make()];
  data.write(4 * 512, V1_CONTENT);
  const writer = new FrameWriter(metadata, START, seedOf(VERSION, 1));
  writer.add(record(CHECKPOINT));
  writer.finish();
  const header = { version: VERSION, generation: 1, checkpointLength: writer.end - START, checkpointCrc: writer.crc };
  for (const effects of JOURNAL) writer.add(record(effects));
  writer.finish();
  metadata.write(0, encodeHeader(header));
  return [data, metadata, make()];
};
