// clock_*: the time. Both clocks are the high resolution time of the worker, in nanoseconds since the epoch.
//
// performance.now() neither jumps nor follows a clock that somebody sets (or a computer that slept): the realtime clock
// is put right when it is off by more than a second.

import { SysError } from '../../abi/errno.ts';
import { LAYOUT } from '../../abi/layout.ts';
import { unpack } from '../../abi/struct.ts';
import type { SyscallClient } from '../../transport/client.ts';
import { CLOCK } from './constants.ts';
import type { Preview1Context } from './context.ts';

const TOLERANCE_MS = 1000;
/** What browsers round performance.now() to in an isolated page. */
const RESOLUTION_NS = 5000n;
const CPU_RESOLUTION_NS = 1_000_000n;

let correction = 0;

const monotonicMs = (): number => performance.timeOrigin + performance.now();

const realtimeMs = (): number => {
  const now = monotonicMs();
  const off = Date.now() - (now + correction);
  if (Math.abs(off) > TOLERANCE_MS) correction += off;
  return now + correction;
};

/** A double holds a date to half a microsecond: whole milliseconds and the rest apart keep what there is. */
const toNanoseconds = (ms: number): bigint => {
  const whole = Math.floor(ms);
  return BigInt(whole) * 1_000_000n + BigInt(Math.floor((ms - whole) * 1e6));
};

const cpuTime = (client: SyscallClient): bigint => {
  const bytes = new Uint8Array(LAYOUT.cputimes.size);
  client.call('times', bytes);
  const { utime, stime } = unpack('cputimes', bytes);
  return BigInt(Math.round(utime + stime)) * 1000n;
};

/** The time of a clock. EINVAL when there is no such clock. */
export const clockNow = (client: SyscallClient, id: number): bigint => {
  switch (id) {
    case CLOCK.REALTIME:
      return toNanoseconds(realtimeMs());
    case CLOCK.MONOTONIC:
      return toNanoseconds(monotonicMs());
    case CLOCK.PROCESS_CPUTIME:
    case CLOCK.THREAD_CPUTIME:
      return cpuTime(client);
    default:
      throw new SysError('EINVAL');
  }
};

export const CLOCK_CALLS = {
  clock_res_get({ memory }: Preview1Context, id: number, result: number) {
    if (id >>> 0 > CLOCK.THREAD_CPUTIME) throw new SysError('EINVAL');
    memory.setU64(result, id === CLOCK.REALTIME || id === CLOCK.MONOTONIC ? RESOLUTION_NS : CPU_RESOLUTION_NS);
    return 0;
  },

  clock_time_get({ memory, client }: Preview1Context, id: number, _precision: bigint, result: number) {
    memory.setU64(result, clockNow(client, id));
    return 0;
  },
};
