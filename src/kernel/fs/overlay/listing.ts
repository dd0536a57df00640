// Listing a directory that has a part in each layer: first the names of the lower layer, which never change, as far as
// they are to be seen, then those that are only in the upper one. So a name that is copied up, or whose file is replaced,
// while somebody lists stays where it is in the listing.
//
// Cookies: odd ones continue in the lower layer, even ones in the upper.

import { isDirectory, S } from '../../../abi/file.ts';
import type { Entry, FileSystem, Ino } from '../../vfs/filesystem.ts';
import { type Flow, wait } from '../../vfs/flow.ts';
import type { Layers, Parts } from './layers.ts';
import { isWhiteout, ofLower, ofUpper } from './numbers.ts';

const BATCH = 1024;

/** A character device in the upper layer is a whiteout: users cannot make devices. */
const mayBeWhiteout = (mode: number): boolean => (mode & S.IFMT) === S.IFCHR;

export function* listMerged(layers: Layers, { lower, upper }: Parts, cookie: number, max: number): Flow<Entry[]> {
  const entries: Entry[] = [];
  let above = cookie % 2 === 0 ? cookie / 2 : 0;
  if (lower !== undefined && (cookie === 0 || cookie % 2 === 1)) {
    yield* listBelow(layers, lower, upper?.ino, Math.floor(cookie / 2), max, entries);
    above = 0;
  }
  if (upper !== undefined && entries.length < max) yield* listAbove(layers, lower, upper.ino, above, max, entries);
  return entries;
}

function* listBelow(
  layers: Layers,
  lower: Ino,
  upper: Ino | undefined,
  from: number,
  max: number,
  entries: Entry[],
): Flow<void> {
  const above = upper === undefined ? new Map<string, Entry>() : yield* allOf(layers.upper, upper);
  for (let at = from; entries.length < max; ) {
    const listed = yield* wait(layers.lower.readdir(lower, at, max - entries.length));
    if (listed.length === 0) return;
    for (const entry of listed) {
      at = entry.cookie;
      const cookie = 2 * at + 1;
      const over = above.get(entry.name);
      if (over === undefined) {
        if (!isDirectory(entry.mode)) layers.remember(entry.ino, lower, entry.name);
        entries.push({ ...entry, ino: ofLower(entry.ino), cookie });
        continue;
      }
      if (mayBeWhiteout(over.mode)) {
        const found = yield* layers.above(upper, entry.name);
        if (found === undefined || isWhiteout(found)) continue;
      }
      const merged = isDirectory(entry.mode) && isDirectory(over.mode);
      entries.push({ ...over, ino: merged ? ofLower(entry.ino) : ofUpper(over.ino), cookie });
    }
  }
}

function* listAbove(
  layers: Layers,
  lower: Ino | undefined,
  upper: Ino,
  from: number,
  max: number,
  entries: Entry[],
): Flow<void> {
  for (let at = from; entries.length < max; ) {
    const listed = yield* wait(layers.upper.readdir(upper, at, max - entries.length));
    if (listed.length === 0) return;
    for (const entry of listed) {
      at = entry.cookie;
      if (yield* layers.isBelow(lower, entry.name)) continue;
      if (mayBeWhiteout(entry.mode)) {
        const found = yield* layers.above(upper, entry.name);
        if (found === undefined || isWhiteout(found)) continue;
      }
      entries.push({ ...entry, ino: ofUpper(entry.ino), cookie: 2 * at });
    }
  }
}

function* allOf(fs: FileSystem, dir: Ino): Flow<Map<string, Entry>> {
  const all = new Map<string, Entry>();
  for (let cookie = 0; ; ) {
    const entries = yield* wait(fs.readdir(dir, cookie, BATCH));
    const last = entries.at(-1);
    if (last === undefined) return all;
    for (const entry of entries) all.set(entry.name, entry);
    ({ cookie } = last);
  }
}
