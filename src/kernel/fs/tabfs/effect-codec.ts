// Effects as bytes. An effect is its code (the place of its kind in KINDS, appended to only), then its fields in the
// order written here: numbers as LEB128 (`n`), seconds as zigzag (`s`), checksums as u32 (`c`), names and bytes with
// their length before them. FORMAT.md describes the same for other readers.

import { SysError } from '../../../abi/errno.ts';
import type { ByteReader, ByteWriter } from '../../storage/codec.ts';
import type { Time } from '../../vfs/filesystem.ts';
import type { Effect, Times } from './effects.ts';
import type { Extent, Move } from './extents.ts';

type Kind = Effect['kind'];
type Of<K extends Kind> = Extract<Effect, { readonly kind: K }>;

interface Codec<K extends Kind> {
  write(writer: ByteWriter, effect: Of<K>): void;
  read(reader: ByteReader): Omit<Of<K>, 'kind'>;
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

const readTimes = (reader: ByteReader): Times => {
  const bits = reader.u8();
  const all: Time[] = [];
  for (let i = 0; i < TIMES.length; i++) {
    const fresh = (bits & (1 << i)) !== 0 || i === 0;
    all.push(fresh ? { sec: reader.signed(), nsec: reader.number() } : (all[i - 1] as Time));
  }
  const [birth, mtime, ctime, atime] = all as [Time, Time, Time, Time];
  return {
    atimeSec: atime.sec,
    atimeNsec: atime.nsec,
    mtimeSec: mtime.sec,
    mtimeNsec: mtime.nsec,
    ctimeSec: ctime.sec,
    ctimeNsec: ctime.nsec,
    birthSec: birth.sec,
    birthNsec: birth.nsec,
  };
};

/** A kind whose fields are all numbers. */
const numbers = <K extends Kind>(...fields: (keyof Of<K> & string)[]): Codec<K> => ({
  write: (writer, effect) => {
    for (const field of fields) writer.number(effect[field] as number);
  },
  read: (reader) => Object.fromEntries(fields.map((field) => [field, reader.number()])) as Omit<Of<K>, 'kind'>,
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
  volume: numbers('chunkSize', 'unit', 'nextIno'),
  time: {
    write: (writer, { sec, nsec }) => {
      writer.signed(sec);
      writer.number(nsec);
    },
    read: (reader) => ({ sec: reader.signed(), nsec: reader.number() }),
  },
  new: {
    write: writeIds,
    read: readIds,
  },
  inode: {
    write: (writer, effect) => {
      writeIds(writer, effect);
      writeTimes(writer, effect);
    },
    read: (reader) => {
      const { ino, mode, uid, gid, rdev, nlink } = readIds(reader);
      return { ino, mode, uid, gid, rdev, nlink, ...readTimes(reader) };
    },
  },
  link: {
    write: (writer, { dir, name, ino, cookie }) => {
      writer.number(dir);
      writer.name(name);
      writer.number(ino);
      writer.number(cookie);
    },
    read: (reader) => ({ dir: reader.number(), name: reader.name(), ino: reader.number(), cookie: reader.number() }),
  },
  unlink: {
    write: (writer, { dir, name }) => {
      writer.number(dir);
      writer.name(name);
    },
    read: (reader) => ({ dir: reader.number(), name: reader.name() }),
  },
  nlink: numbers('ino', 'nlink'),
  touch: {
    write: (writer, { ino, modified }) => {
      writer.number(ino);
      writer.u8(modified ? 1 : 0);
    },
    read: (reader) => ({ ino: reader.number(), modified: reader.u8() === 1 }),
  },
  target: {
    write: (writer, { ino, target }) => {
      writer.number(ino);
      writer.name(target);
    },
    read: (reader) => ({ ino: reader.number(), target: reader.name() }),
  },
  inline: {
    write: (writer, { ino, size, bytes }) => {
      writer.number(ino);
      writer.number(size);
      writer.blob(bytes);
    },
    read: (reader) => ({ ino: reader.number(), size: reader.number(), bytes: reader.blob() }),
  },
  size: numbers('ino', 'size'),
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
      return { ino, from, to: to === ALL ? Number.POSITIVE_INFINITY : to, extents };
    },
  },
  tail: {
    write: (writer, { ino, chunk, length, sum }) => {
      writer.number(ino);
      writer.number(chunk);
      writer.number(length);
      writer.u32(sum);
    },
    read: (reader) => ({ ino: reader.number(), chunk: reader.number(), length: reader.number(), sum: reader.u32() }),
  },
  free: numbers('ino'),
  clear: numbers('dir'),
  reply: numbers('client', 'seq', 'ack', 'value'),
  snapshot: {
    write: (writer, { id, name, sec, nsec }) => {
      writer.number(id);
      writer.name(name);
      writer.signed(sec);
      writer.number(nsec);
    },
    read: (reader) => ({ id: reader.number(), name: reader.name(), sec: reader.signed(), nsec: reader.number() }),
  },
  forget: numbers('id'),
  rollback: numbers('id'),
  within: numbers('id'),
  absent: numbers('ino'),
  was: {
    write: (writer, { dir, name, ino }) => {
      writer.number(dir);
      writer.name(name);
      writer.number(ino);
    },
    read: (reader) => ({ dir: reader.number(), name: reader.name(), ino: reader.number() }),
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
      return { moves };
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
    effects.push({ kind, ...(CODECS[kind] as Codec<Kind>).read(reader) } as Effect);
  }
  return effects;
};
