// Effects as bytes. An effect is its code (the place of its kind in KINDS, appended to only), then its fields in the
// order written here: numbers as LEB128 (`n`), seconds as zigzag (`s`), checksums as u32 (`c`), names and bytes with
// their length before them. FORMAT.md describes the same for other readers.

import { SysError } from '../../../abi/errno.ts';
import type { ByteReader, ByteWriter } from '../../storage/codec.ts';
import type { Effect, Times } from './effects.ts';
import type { Extent, Move } from './extents.ts';

type Kind = Effect['kind'];
type Of<K extends Kind> = Extract<Effect, { readonly kind: K }>;

interface Codec<K extends Kind> {
  write(writer: ByteWriter, effect: Of<K>): void;
  read(reader: ByteReader): Of<K>;
}

type Ids = Omit<Of<'new'>, 'kind'>;

const writeIds = (writer: ByteWriter, ids: Ids): void => {
  writer.number(ids.ino);
  writer.number(ids.mode);
  writer.number(ids.uid);
  writer.number(ids.gid);
  writer.number(ids.rdev);
  writer.number(ids.nlink);
};

const readIds = (reader: ByteReader): Ids => ({
  ino: reader.number(),
  mode: reader.number(),
  uid: reader.number(),
  gid: reader.number(),
  rdev: reader.number(),
  nlink: reader.number(),
});

/** Each may be the same as the one before it, which is the rule: then a bit says so, and it is left out. */
const TIMES = [
  ['birthSec', 'birthNsec'],
  ['mtimeSec', 'mtimeNsec'],
  ['ctimeSec', 'ctimeNsec'],
  ['atimeSec', 'atimeNsec'],
] as const;

const writeTimes = (writer: ByteWriter, times: Times): void => {
  const fresh = TIMES.map(([sec, nsec], i) => {
    const [previousSec, previousNsec] = TIMES[i - 1] ?? [];
    if (previousSec === undefined || previousNsec === undefined) return true;
    return times[sec] !== times[previousSec] || times[nsec] !== times[previousNsec];
  });
  writer.u8(fresh.reduce((bits, is, i) => bits | (is ? 1 << i : 0), 0));
  for (const [i, [sec, nsec]] of TIMES.entries()) {
    if (fresh[i] !== true) continue;
    writer.signed(times[sec]);
    writer.number(times[nsec]);
  }
};

/** What the first effects of a checkpoint are, most of all: hence without detours. */
const readInode = (reader: ByteReader): Of<'inode'> => {
  const ino = reader.number();
  const mode = reader.number();
  const uid = reader.number();
  const gid = reader.number();
  const rdev = reader.number();
  const nlink = reader.number();
  const bits = reader.u8();
  const birthSec = reader.signed();
  const birthNsec = reader.number();
  const mtimeSec = (bits & 2) === 0 ? birthSec : reader.signed();
  const mtimeNsec = (bits & 2) === 0 ? birthNsec : reader.number();
  const ctimeSec = (bits & 4) === 0 ? mtimeSec : reader.signed();
  const ctimeNsec = (bits & 4) === 0 ? mtimeNsec : reader.number();
  const atimeSec = (bits & 8) === 0 ? ctimeSec : reader.signed();
  const atimeNsec = (bits & 8) === 0 ? ctimeNsec : reader.number();
  return {
    kind: 'inode',
    ino,
    mode,
    uid,
    gid,
    rdev,
    nlink,
    atimeSec,
    atimeNsec,
    mtimeSec,
    mtimeNsec,
    ctimeSec,
    ctimeNsec,
    birthSec,
    birthNsec,
  };
};

/** A kind whose fields are all numbers. */
const numbers = <K extends Kind>(kind: K, ...fields: (keyof Of<K> & string)[]): Codec<K> => ({
  write: (writer, effect) => {
    for (const field of fields) writer.number(effect[field] as number);
  },
  read: (reader) => {
    const effect: Record<string, unknown> = { kind };
    for (const field of fields) effect[field] = reader.number();
    return effect as unknown as Of<K>;
  },
});

const writeExtent = (writer: ByteWriter, { chunk, at, sums, tail }: Extent): void => {
  writer.number(chunk);
  writer.number(at);
  writer.number(tail);
  writer.number(sums.length);
  for (const sum of sums) writer.u32(sum);
};

const readExtent = (reader: ByteReader): Extent => {
  const chunk = reader.number();
  const at = reader.number();
  const tail = reader.number();
  const count = reader.number();
  const sums: number[] = [];
  for (let i = 0; i < count; i++) sums.push(reader.u32());
  return { chunk, at, sums, tail };
};

/** The chunk behind the last one of any file. */
const ALL = 2 ** 48;

const CODECS: { readonly [K in Kind]: Codec<K> } = {
  volume: numbers('volume', 'chunkSize', 'unit', 'nextIno'),
  time: {
    write: (writer, { sec, nsec }) => {
      writer.signed(sec);
      writer.number(nsec);
    },
    read: (reader) => ({ kind: 'time', sec: reader.signed(), nsec: reader.number() }),
  },
  new: {
    write: writeIds,
    read: (reader) => {
      const { ino, mode, uid, gid, rdev, nlink } = readIds(reader);
      return { kind: 'new', ino, mode, uid, gid, rdev, nlink };
    },
  },
  inode: {
    write: (writer, effect) => {
      writeIds(writer, effect);
      writeTimes(writer, effect);
    },
    read: readInode,
  },
  link: {
    write: (writer, { dir, name, ino, cookie }) => {
      writer.number(dir);
      writer.name(name);
      writer.number(ino);
      writer.number(cookie);
    },
    read: (reader) => ({
      kind: 'link',
      dir: reader.number(),
      name: reader.name(),
      ino: reader.number(),
      cookie: reader.number(),
    }),
  },
  unlink: {
    write: (writer, { dir, name }) => {
      writer.number(dir);
      writer.name(name);
    },
    read: (reader) => ({ kind: 'unlink', dir: reader.number(), name: reader.name() }),
  },
  nlink: numbers('nlink', 'ino', 'nlink'),
  touch: {
    write: (writer, { ino, modified }) => {
      writer.number(ino);
      writer.u8(modified ? 1 : 0);
    },
    read: (reader) => ({ kind: 'touch', ino: reader.number(), modified: reader.u8() === 1 }),
  },
  target: {
    write: (writer, { ino, target }) => {
      writer.number(ino);
      writer.name(target);
    },
    read: (reader) => ({ kind: 'target', ino: reader.number(), target: reader.name() }),
  },
  inline: {
    write: (writer, { ino, size, bytes }) => {
      writer.number(ino);
      writer.number(size);
      writer.blob(bytes);
    },
    read: (reader) => ({ kind: 'inline', ino: reader.number(), size: reader.number(), bytes: reader.blob() }),
  },
  size: numbers('size', 'ino', 'size'),
  extents: {
    write: (writer, { ino, from, to, extents }) => {
      writer.number(ino);
      writer.number(from);
      writer.number(to === Number.POSITIVE_INFINITY ? ALL : to);
      writer.number(extents.length);
      for (const extent of extents) writeExtent(writer, extent);
    },
    read: (reader) => {
      const ino = reader.number();
      const from = reader.number();
      const to = reader.number();
      const count = reader.number();
      const extents: Extent[] = [];
      for (let i = 0; i < count; i++) extents.push(readExtent(reader));
      return { kind: 'extents', ino, from, to: to === ALL ? Number.POSITIVE_INFINITY : to, extents };
    },
  },
  tail: {
    write: (writer, { ino, chunk, length, sum }) => {
      writer.number(ino);
      writer.number(chunk);
      writer.number(length);
      writer.u32(sum);
    },
    read: (reader) => ({
      kind: 'tail',
      ino: reader.number(),
      chunk: reader.number(),
      length: reader.number(),
      sum: reader.u32(),
    }),
  },
  free: numbers('free', 'ino'),
  clear: numbers('clear', 'dir'),
  reply: numbers('reply', 'client', 'seq', 'ack', 'value'),
  snapshot: {
    write: (writer, { id, name, sec, nsec }) => {
      writer.number(id);
      writer.name(name);
      writer.signed(sec);
      writer.number(nsec);
    },
    read: (reader) => ({
      kind: 'snapshot',
      id: reader.number(),
      name: reader.name(),
      sec: reader.signed(),
      nsec: reader.number(),
    }),
  },
  forget: numbers('forget', 'id'),
  rollback: numbers('rollback', 'id'),
  within: numbers('within', 'id'),
  absent: numbers('absent', 'ino'),
  was: {
    write: (writer, { dir, name, ino }) => {
      writer.number(dir);
      writer.name(name);
      writer.number(ino);
    },
    read: (reader) => ({ kind: 'was', dir: reader.number(), name: reader.name(), ino: reader.number() }),
  },
  move: {
    write: (writer, { moves }) => {
      writer.number(moves.length);
      for (const { from, to, units } of moves) {
        writer.number(from);
        writer.number(to);
        writer.number(units);
      }
    },
    read: (reader) => {
      const count = reader.number();
      const moves: Move[] = [];
      for (let i = 0; i < count; i++)
        moves.push({ from: reader.number(), to: reader.number(), units: reader.number() });
      return { kind: 'move', moves };
    },
  },
};

/** The code of a kind is its place here, from 1 on. */
const KINDS: readonly Kind[] = [
  'volume',
  'time',
  'new',
  'inode',
  'link',
  'unlink',
  'nlink',
  'touch',
  'target',
  'inline',
  'size',
  'extents',
  'tail',
  'free',
  'clear',
  'reply',
  'snapshot',
  'forget',
  'rollback',
  'within',
  'absent',
  'was',
  'move',
];
const CODE = new Map<Kind, number>(KINDS.map((kind, i) => [kind, i + 1]));

export const writeEffect = (writer: ByteWriter, effect: Effect): void => {
  writer.u8(CODE.get(effect.kind) as number);
  (CODECS[effect.kind] as Codec<Kind>).write(writer, effect);
};

/** All effects of a record. EIO when it is not one. */
export const readEffects = (reader: ByteReader): Effect[] => {
  const effects: Effect[] = [];
  while (!reader.atEnd) {
    const code = reader.u8();
    const kind = KINDS[code - 1];
    if (kind === undefined) throw new SysError('EIO', `the volume is damaged: effect ${code}`);
    effects.push((CODECS[kind] as Codec<Kind>).read(reader));
  }
  return effects;
};
