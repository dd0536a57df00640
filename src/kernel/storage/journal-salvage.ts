// Reading a journal that may be damaged: everything that still checks, and what does not. Nothing is written.
//
// A frame says how long it is and carries its checksum, from which the next one goes on. So the frames behind a damaged
// one can be found again: at the place that its length tells, with the checksum that it carries or the one that it
// should carry; or, when its length is damaged, by trying every place.

import { SysError } from '../../abi/errno.ts';
import type { BlockStore } from './block-store.ts';
import {
  FORMAT_VERSION,
  type Frame,
  type Header,
  readFrame,
  readHeader,
  readProof,
  seedOf,
  startOf,
} from './journal-format.ts';

export interface Salvage {
  readonly version: number;
  /** Highest generation there is a trace of: 0 in an empty journal. */
  readonly generation: number;
  /** Which of the stores it is in. */
  readonly active: number;
  /** All that check, in order. `proven` as for MetadataStore.load. */
  readonly records: readonly { readonly record: Uint8Array; readonly proven: boolean }[];
  readonly problems: readonly string[];
}

/** Generations that are tried when nothing says which one it is. */
const GENERATIONS = 1 << 16;

/** A header for a store that has lost its own, if its first frame belongs to one of these generations. */
const headerOf = (store: BlockStore, from: number, to: number): Header | undefined => {
  const version = FORMAT_VERSION;
  const start = startOf(version);
  const bytes = new Uint8Array(store.size);
  store.read(0, bytes);
  for (let generation = from; generation <= to; generation++) {
    const seed = seedOf(version, generation);
    if (readFrame(bytes, start, seed) !== undefined)
      return { version, generation, checkpointLength: 0, checkpointCrc: seed };
  }
  return undefined;
};

interface Chosen {
  readonly active: number;
  readonly header: Header;
}

/** Which store counts, also when headers are damaged. */
const choose = (stores: readonly BlockStore[], problems: string[]): Chosen | undefined => {
  const headers = stores.map(readHeader);
  const active = (headers[1]?.generation ?? 0) > (headers[0]?.generation ?? 0) ? 1 : 0;
  const header = headers[active];
  const found = header && { active, header };
  if (found === undefined && stores.every(({ size }) => size <= startOf(1))) return undefined;
  const proof = found && readProof(stores[active] as BlockStore);
  const next = proof?.generation === header?.generation ? (proof?.next ?? 0) : 0;
  if (found !== undefined && next <= found.header.generation) return found;
  problems.push('the header of the metadata is damaged');
  // It was in the other store, if this one has been replaced; else in any.
  const lost = stores.map((store, i) =>
    found?.active === i ? undefined : headerOf(store, next || 1, next || GENERATIONS),
  );
  const best = (lost[1]?.generation ?? 0) > (lost[0]?.generation ?? 0) ? 1 : 0;
  const other = lost[best];
  return other === undefined ? found : { active: best, header: other };
};

/** The next frame behind a damaged one at `at`: with it, if only its checksum was damaged. */
const resume = (
  bytes: Uint8Array,
  at: number,
  seed: number,
): { readonly intact: Frame | undefined; readonly next: number; readonly seed: number } | undefined => {
  const carried = readFrame(bytes, at, seed, true);
  const stored = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at + 4, true);
  if (carried !== undefined) {
    const { end, crc } = carried;
    if (readFrame(bytes, end, crc) !== undefined) return { intact: carried, next: end, seed: crc };
    if (readFrame(bytes, end, stored) !== undefined) return { intact: undefined, next: end, seed: stored };
  }
  for (let next = at + 8; next + 8 <= bytes.length; next++) {
    if (readFrame(bytes, next, stored) !== undefined) return { intact: undefined, next, seed: stored };
  }
  return undefined;
};

export const salvage = (stores: readonly [BlockStore, BlockStore]): Salvage => {
  const problems: string[] = [];
  const chosen = choose(stores, problems);
  if (chosen === undefined) {
    if (problems.length > 0) throw new SysError('EIO', 'the volume has no metadata that could be read');
    return { version: FORMAT_VERSION, generation: 0, active: 0, records: [], problems };
  }
  const { active, header } = chosen;
  const store = stores[active] as BlockStore;
  const { version, generation } = header;
  const bytes = new Uint8Array(store.size);
  store.read(0, bytes);
  const start = startOf(version);
  const checkpointEnd = start + header.checkpointLength;
  const proof = version === 1 ? undefined : readProof(store);
  const provenEnd = Math.max(checkpointEnd, proof?.generation === generation ? proof.end : 0);
  const frames: Frame[] = [];
  let seed = seedOf(version, generation);
  let at = start;
  for (;;) {
    const frame = readFrame(bytes, at, seed);
    if (frame !== undefined) {
      frames.push(frame);
      seed = frame.crc;
      at = frame.end;
      continue;
    }
    // Behind what is known to be durable, the first frame that does not check is where a crash has cut it off.
    if (at >= provenEnd) break;
    const found = resume(bytes, at, seed);
    if (found === undefined) {
      problems.push(`${provenEnd - at} bytes of metadata cannot be read`);
      break;
    }
    problems.push(
      `${found.next - at} bytes of metadata at ${at} are damaged${found.intact ? ', and can be read' : ''}`,
    );
    if (found.intact !== undefined) frames.push(found.intact);
    seed = found.seed;
    at = found.next;
  }
  const lastMark = frames.findLastIndex(({ record }) => record === undefined);
  const records = frames.flatMap(({ record, end }, i) =>
    record === undefined ? [] : [{ record, proven: end <= checkpointEnd || i < lastMark }],
  );
  return { version, generation, active, records, problems };
};
