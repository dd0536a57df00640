// Scattered reads and gathered writes: as few calls as possible, so that a gathered write to a pipe stays one write.
//
// A list with one buffer is passed on as it is. Several go through a scratch buffer, a full transfer at a time; a
// transfer that comes up short is the last.

import { SysError } from '../../abi/errno.ts';
import { TRANSFER_MAX } from '../../transport/channel.ts';
import type { GuestMemory } from '../runtime/guest-memory.ts';
import { SIZE } from './constants.ts';

/** As Linux's IOV_MAX. */
const IOV_MAX = 1024;
const NOTHING = new Uint8Array(0);

/** Transfers bytes that lie `done` bytes behind the start of the whole. */
export type Transfer = (bytes: Uint8Array, done: number) => number;

let spare: Uint8Array<ArrayBuffer> | undefined;

/** A handler of a signal may come here again while a call is under way: the buffer is out of reach meanwhile. */
const withScratch = <T>(act: (scratch: Uint8Array<ArrayBuffer>) => T): T => {
  const scratch = spare ?? new Uint8Array(TRANSFER_MAX);
  spare = undefined;
  try {
    return act(scratch);
  } finally {
    spare = scratch;
  }
};

/** The buffers of a list that are not empty. */
const buffersOf = (memory: GuestMemory, pointer: number, count: number): Uint8Array[] => {
  if (count >>> 0 > IOV_MAX) throw new SysError('EINVAL');
  const at = memory.require(pointer, count * SIZE.iovec);
  const { view } = memory;
  const buffers: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    const start = view.getUint32(at + i * SIZE.iovec, true);
    const length = view.getUint32(at + i * SIZE.iovec + 4, true);
    const buffer = memory.slice(start, length);
    if (length > 0) buffers.push(buffer);
  }
  return buffers;
};

/** Visit `length` bytes of the buffers from `skip` on, as parts of buffers. */
const eachPart = (
  buffers: readonly Uint8Array[],
  skip: number,
  length: number,
  visit: (part: Uint8Array, at: number) => void,
): void => {
  let at = 0;
  for (const buffer of buffers) {
    if (at >= length) return;
    if (skip >= buffer.length) {
      skip -= buffer.length;
      continue;
    }
    const part = buffer.subarray(skip, skip + length - at);
    skip = 0;
    visit(part, at);
    at += part.length;
  }
};

/** Run `step` for each full transfer; a failure after the first bytes is a short transfer. */
const inTransfers = (total: number, step: (done: number, length: number) => number): number => {
  let done = 0;
  do {
    const length = Math.min(total - done, TRANSFER_MAX);
    let n: number;
    try {
      n = step(done, length);
    } catch (error) {
      if (done > 0 && error instanceof SysError) return done;
      throw error;
    }
    done += n;
    if (n < length) break;
  } while (done < total);
  return done;
};

const lengthOf = (buffers: readonly Uint8Array[]): number => buffers.reduce((sum, { length }) => sum + length, 0);

export const writeGathered = (memory: GuestMemory, pointer: number, count: number, write: Transfer): number => {
  const buffers = buffersOf(memory, pointer, count);
  if (buffers.length < 2) return write(buffers[0] ?? NOTHING, 0);
  return withScratch((scratch) =>
    inTransfers(lengthOf(buffers), (done, length) => {
      eachPart(buffers, done, length, (part, at) => scratch.set(part, at));
      return write(scratch.subarray(0, length), done);
    }),
  );
};

export const readScattered = (memory: GuestMemory, pointer: number, count: number, read: Transfer): number => {
  const buffers = buffersOf(memory, pointer, count);
  if (buffers.length < 2) return read(buffers[0] ?? NOTHING, 0);
  return withScratch((scratch) =>
    inTransfers(lengthOf(buffers), (done, length) => {
      const n = read(scratch.subarray(0, length), done);
      eachPart(buffers, done, n, (part, at) => part.set(scratch.subarray(at, at + part.length)));
      return n;
    }),
  );
};
