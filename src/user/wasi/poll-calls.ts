// poll_oneoff: wait for clocks and descriptors at once. One poll(2) with the nearest timeout.

import { ERRNO, SysError } from '../../abi/errno.ts';
import { isRegular, POLL, SEEK } from '../../abi/file.ts';
import { LAYOUT } from '../../abi/layout.ts';
import { pack, unpack } from '../../abi/struct.ts';
import type { SyscallClient } from '../../transport/client.ts';
import { clockNow } from './clock-calls.ts';
import { CLOCK, EVENT_HANGUP, EVENTTYPE, RIGHT, SIZE, SUBCLOCK_ABSTIME } from './constants.ts';
import type { Preview1Context } from './context.ts';

interface ClockWait {
  readonly userdata: bigint;
  /** Nanoseconds to wait. */
  readonly left: bigint;
}

interface FileWait {
  readonly userdata: bigint;
  readonly type: number;
  /** The system's descriptor. */
  readonly real: number;
}

interface Event {
  readonly userdata: bigint;
  readonly type: number;
  readonly errno: number;
  readonly bytes: number;
  readonly hangup: boolean;
}

interface Waits {
  readonly clocks: ClockWait[];
  readonly files: FileWait[];
  /** Subscriptions that cannot be waited for. */
  readonly failed: Event[];
}

const failure = (userdata: bigint, type: number, errno: number): Event => ({
  userdata,
  type,
  errno,
  bytes: 0,
  hangup: false,
});

const readSubscriptions = (context: Preview1Context, pointer: number, count: number): Waits => {
  const { memory, descriptors, client } = context;
  const waits: Waits = { clocks: [], files: [], failed: [] };
  const start = memory.require(pointer, count * SIZE.subscription);
  for (let i = 0; i < count; i++) {
    const { view } = memory;
    const at = start + i * SIZE.subscription;
    const userdata = view.getBigUint64(at, true);
    const type = view.getUint8(at + 8);
    try {
      if (type === EVENTTYPE.CLOCK) {
        const id = view.getUint32(at + 16, true);
        const timeout = view.getBigUint64(at + 24, true);
        const absolute = (view.getUint16(at + 40, true) & SUBCLOCK_ABSTIME) !== 0;
        if (id > CLOCK.THREAD_CPUTIME) throw new SysError('EINVAL');
        const left = absolute ? timeout - clockNow(client, id) : timeout;
        waits.clocks.push({ userdata, left: left > 0n ? left : 0n });
      } else if (type === EVENTTYPE.FD_READ || type === EVENTTYPE.FD_WRITE) {
        const real = descriptors.real(view.getUint32(at + 16, true), RIGHT.POLL_FD_READWRITE);
        waits.files.push({ userdata, type, real });
      } else {
        throw new SysError('EINVAL');
      }
    } catch (error) {
      if (!(error instanceof SysError)) throw error;
      waits.failed.push(failure(userdata, type, ERRNO[error.errno].wasi));
    }
  }
  return waits;
};

/** Bytes that can be read at once; a regular file has what is behind its offset. */
const readableBytes = (context: Preview1Context, real: number): number => {
  const { client } = context;
  try {
    const { mode, size } = context.fstat(real);
    if (!isRegular(mode)) return client.call('fionread', real);
    return Math.max(0, size - client.call('lseek', real, 0, SEEK.CUR));
  } catch (error) {
    if (error instanceof SysError) return 0;
    throw error;
  }
};

const eventOf = (context: Preview1Context, { userdata, type, real }: FileWait, revents: number): Event => {
  if ((revents & POLL.NVAL) !== 0) return failure(userdata, type, ERRNO.EBADF.wasi);
  if ((revents & (POLL.ERR | POLL.HUP | POLL.IN | POLL.OUT)) === POLL.ERR && type === EVENTTYPE.FD_WRITE) {
    return failure(userdata, type, ERRNO.EPIPE.wasi);
  }
  const bytes = type === EVENTTYPE.FD_READ ? readableBytes(context, real) : 0;
  return { userdata, type, errno: 0, bytes, hangup: (revents & POLL.HUP) !== 0 };
};

const requests = (files: readonly FileWait[]): Uint8Array => {
  const { size } = LAYOUT.pollfd;
  const fds = new Uint8Array(files.length * size);
  for (const [i, { real, type }] of files.entries()) {
    pack('pollfd', { fd: real, events: type === EVENTTYPE.FD_READ ? POLL.IN : POLL.OUT, revents: 0 }, fds, i * size);
  }
  return fds;
};

/** Poll until something is ready or `left` nanoseconds are over; never too short, whatever the system's timers do. */
const pollFor = (client: SyscallClient, fds: Uint8Array, left: bigint): number => {
  const end = clockNow(client, CLOCK.MONOTONIC) + left;
  for (let rest = left; ; rest = end - clockNow(client, CLOCK.MONOTONIC)) {
    const ready = client.call('poll', fds, rest > 0n ? Number((rest + 999n) / 1000n) : 0, 0, 0, 0);
    if (ready > 0 || rest <= 0n) return ready;
  }
};

const wait = (context: Preview1Context, { clocks, files, failed }: Waits): Event[] => {
  const { client } = context;
  const fds = requests(files);
  let nearest: bigint | undefined;
  for (const { left } of clocks) if (nearest === undefined || left < nearest) nearest = left;
  // What has failed is told at once.
  if (failed.length > 0) nearest = 0n;
  const ready = nearest === undefined ? client.call('poll', fds, -1, 0, 0, 0) : pollFor(client, fds, nearest);
  const events = [...failed];
  for (const [i, file] of files.entries()) {
    const { revents } = unpack('pollfd', fds, i * LAYOUT.pollfd.size);
    if (revents !== 0) events.push(eventOf(context, file, revents));
  }
  if (ready > 0) return events;
  for (const { userdata, left } of clocks) {
    if (left === nearest) events.push({ userdata, type: EVENTTYPE.CLOCK, errno: 0, bytes: 0, hangup: false });
  }
  return events;
};

export const POLL_CALLS = {
  poll_oneoff(context: Preview1Context, subscriptions: number, out: number, count: number, result: number) {
    const { memory } = context;
    if (count === 0) throw new SysError('EINVAL');
    memory.require(out, (count >>> 0) * SIZE.event);
    const events = wait(context, readSubscriptions(context, subscriptions, count >>> 0));
    let at = out >>> 0;
    for (const { userdata, type, errno, bytes, hangup } of events) {
      memory.bytes.fill(0, at, at + SIZE.event);
      const { view } = memory;
      view.setBigUint64(at, userdata, true);
      view.setUint16(at + 8, errno, true);
      view.setUint8(at + 10, type);
      view.setBigUint64(at + 16, BigInt(bytes), true);
      view.setUint16(at + 24, hangup ? EVENT_HANGUP : 0, true);
      at += SIZE.event;
    }
    memory.setU32(result, events.length);
    return 0;
  },
};
