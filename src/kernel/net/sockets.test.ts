// Sockets within one tab and between two, by the calls that programs make. Every test ends with nothing left behind.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { O, POLL } from '../../abi/file.ts';
import { SIGNAL } from '../../abi/signals.ts';
import { AF, IPPROTO, IPV6, MSG, SHUT, SO, SOCK, SOL_SOCKET } from '../../abi/socket.ts';
import { unpack } from '../../abi/struct.ts';
import { TabFs } from '../fs/tabfs/tabfs.ts';
import { Volume } from '../fs/tabfs/volume.ts';
import { KernelPort, type KernelTransport } from '../kernel-port.ts';
import type { Clock } from '../ports.ts';
import { Task, type TaskHost } from '../station/task.ts';
import { MemoryBlockStore } from '../storage/block-store.ts';
import { Journal } from '../storage/journal.ts';
import { socketCalls } from '../syscalls/sockets.ts';
import { Vfs } from '../vfs/vfs.ts';
import { formatAddress, type InetAddress, LOOPBACK4, LOOPBACK6, type SocketAddress } from './address.ts';
import { netCalls } from './serve.ts';
import { Sockets } from './sockets.ts';
import { type ListeningPort, type NetStation, Switchboard } from './switchboard.ts';

const clock: Clock = {
  now: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

const tick = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 0));
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (b: Uint8Array): string => new TextDecoder().decode(b);

let switchboard: Switchboard;
let ports: ListeningPort[];
let vfs: Vfs;
let tabs: Tab[];

/** A station with one process. */
class Tab {
  readonly sockets: Sockets;
  readonly task: Task;
  readonly calls: ReturnType<typeof socketCalls>;
  readonly raised: number[] = [];
  readonly end: NetStation;

  constructor(id: number) {
    // Everything to and from the kernel goes through a turn of the event loop, in order, and by value.
    const later = async <T>(act: () => T | Promise<T>): Promise<T> => {
      await tick();
      return structuredClone(await act());
    };
    this.end = {
      id,
      offer: (...args) => later(() => this.sockets.offered(...args)),
      relay: (...args) => void later(() => this.sockets.relayed(...args)),
      datagram: (...args) => later(() => this.sockets.datagram(...args)),
    };
    const served = netCalls(switchboard, this.end) as unknown as Record<string, (...args: unknown[]) => unknown>;
    const context = { canceled: false, onCancel: () => {} };
    const call = (op: string, ...args: unknown[]): Promise<unknown> =>
      later(() => served[op]?.(context, ...structuredClone(args)));
    const transport = {
      call,
      callCancelable: () => undefined,
      notify: (op: string, ...args: unknown[]) => void call(op, ...args),
    };
    this.sockets = new Sockets({ kernel: new KernelPort(transport as unknown as KernelTransport), vfs, clock });
    const host: TaskHost = { clock, raise: (_task, signal) => void this.raised.push(signal) };
    this.task = new Task(100 + id, 1, host, vfs.root, { uid: 0, gid: 0, groups: [0] });
    this.calls = socketCalls(this);
  }

  socket(family: number = AF.INET, type: number = SOCK.STREAM): number {
    return this.calls.socket(this.task, family, type, 0) as number;
  }

  async listening(
    at: SocketAddress,
    family: number = at.family,
    backlog = 5,
  ): Promise<[fd: number, at: SocketAddress]> {
    const fd = this.socket(family);
    await this.calls.bind(this.task, fd, formatAddress(at, family));
    await this.calls.listen(this.task, fd, backlog);
    return [fd, this.name(fd)];
  }

  async connected(to: SocketAddress, family: number = to.family): Promise<number> {
    const fd = this.socket(family);
    await this.calls.connect(this.task, fd, formatAddress(to, family));
    return fd;
  }

  name(fd: number): SocketAddress {
    return (this.task.fds.get(fd) as unknown as { local: SocketAddress }).local;
  }

  peer(fd: number): Uint8Array {
    const into = new Uint8Array(128);
    void this.calls.getpeername(this.task, fd, into);
    const { length, bytes: all } = unpack('sockname', into);
    return all.slice(0, length);
  }

  async write(fd: number, data: string | Uint8Array, flags = 0): Promise<number> {
    return await this.calls.sendto(
      this.task,
      fd,
      typeof data === 'string' ? bytes(data) : data,
      flags,
      new Uint8Array(),
    );
  }

  async read(fd: number, max = 100, flags = 0): Promise<string> {
    const into = new Uint8Array(max);
    const n = await this.calls.recvfrom(this.task, fd, into, flags, new Uint8Array(128));
    return text(into.subarray(0, Math.min(n, max)));
  }

  poll(fd: number): number {
    return this.task.fds.get(fd).ready(POLL.IN | POLL.OUT | POLL.RDHUP) as number;
  }

  close(fd: number): void {
    this.task.fds.close(fd);
  }

  error(fd: number): number {
    const into = new Uint8Array(4);
    void this.calls.getsockopt(this.task, fd, SOL_SOCKET, SO.ERROR, into);
    return new DataView(into.buffer).getInt32(0, true);
  }

  nonblocking(fd: number): number {
    this.task.fds.get(fd).flags |= O.NONBLOCK;
    return fd;
  }

  set(fd: number, level: number, name: number, ...values: number[]): void {
    void this.calls.setsockopt(this.task, fd, level, name, new Uint8Array(Int32Array.from(values).buffer));
  }
}

const failure = async (act: () => unknown): Promise<string> => {
  try {
    await act();
  } catch (error) {
    return (error as { errno: string }).errno;
  }
  return 'nothing';
};

const inet = (port = 0, host = LOOPBACK4): InetAddress => ({
  family: host.includes(':') ? AF.INET6 : AF.INET,
  host,
  port,
});

beforeEach(async () => {
  switchboard = new Switchboard();
  ports = [];
  switchboard.onPort = (port) => void ports.push(port);
  const store = (): MemoryBlockStore => new MemoryBlockStore({ resident: false });
  const volume = new Volume(store(), new Journal([store(), store()]), { now: () => Date.now() });
  vfs = new Vfs(new TabFs(volume, 'root'));
  tabs = [new Tab(1), new Tab(2)];
});

afterEach(async () => {
  for (const { task } of tabs) task.fds.end();
  for (let i = 0; i < 20; i++) await tick();
  for (const { sockets } of tabs) sockets.assertEmpty();
  switchboard.assertQuiescent();
});

describe.each([
  ['one tab', 0],
  ['two tabs', 1],
])('%s', (_name, other) => {
  const here = (): Tab => tabs[0] as Tab;
  const there = (): Tab => tabs[other] as Tab;

  /** A connected pair: descriptors of the client (there) and of the server (here). */
  const connection = async (at: SocketAddress = inet()): Promise<[client: number, server: number]> => {
    const [listener, name] = await here().listening(at);
    const client = await there().connected(name);
    const server = (await here().calls.accept(here().task, listener, 0)) as number;
    here().close(listener);
    return [client, server];
  };

  test('bytes both ways, and the end of each', async () => {
    const [client, server] = await connection();
    await there().write(client, 'hello');
    expect(await here().read(server)).toBe('hello');
    await here().write(server, 'world');
    expect(await there().read(client)).toBe('world');
    void there().calls.shutdown(there().task, client, SHUT.WR);
    expect(await here().read(server)).toBe('');
    await here().write(server, 'still open');
    expect(await there().read(client)).toBe('still open');
    here().close(server);
    expect(await there().read(client)).toBe('');
  });

  test('names of both ends', async () => {
    const [listener, name] = await here().listening(inet());
    const client = await there().connected(name);
    const server = (await here().calls.accept(here().task, listener, 0)) as number;
    expect(here().peer(server)).toEqual(formatAddress(there().name(client), AF.INET));
    expect(there().peer(client)).toEqual(formatAddress(name, AF.INET));
    expect(here().name(server)).toEqual(name);
    expect((there().name(client) as InetAddress).port).toBeGreaterThanOrEqual(32_768);
  });

  test('a megabyte arrives whole and in order, through buffers that are smaller', async () => {
    const [client, server] = await connection();
    const sent = new Uint8Array(1_000_000).map((_, i) => (i * 7 + (i >> 8)) & 0xff);
    const writing = there()
      .write(client, sent)
      .then(() => there().close(client));
    const got: number[] = [];
    for (;;) {
      const into = new Uint8Array(30_000);
      const n = await here().calls.recvfrom(here().task, server, into, 0, new Uint8Array(128));
      if (n === 0) break;
      got.push(...into.subarray(0, n));
    }
    await writing;
    expect(Buffer.compare(Uint8Array.from(got), sent)).toBe(0);
  });

  test('a writer that is not read from waits: memory is bounded', async () => {
    const [client, server] = await connection();
    there().nonblocking(client);
    let sent = 0;
    for (;;) {
      const n = await there()
        .write(client, new Uint8Array(65_536))
        .catch(() => 0);
      for (let i = 0; i < 5; i++) await tick();
      if (n === 0) break;
      sent += n;
    }
    expect(sent).toBeLessThan(600_000);
    expect(there().poll(client) & POLL.OUT).toBe(0);
    let got = 0;
    while (got < sent) got += (await here().read(server, 50_000)).length;
    for (let i = 0; i < 5; i++) await tick();
    expect(there().poll(client) & POLL.OUT).toBe(POLL.OUT);
  });

  test('nobody there: ECONNREFUSED; not this machine: ENETUNREACH', async () => {
    expect(await failure(() => there().connected(inet(9)))).toBe('ECONNREFUSED');
    expect(await failure(() => there().connected(inet(80, '10.0.0.1')))).toBe('ENETUNREACH');
    // A port that is bound and not listened on.
    const fd = here().socket();
    await here().calls.bind(here().task, fd, formatAddress(inet(4000), AF.INET));
    expect(await failure(() => there().connected(inet(4000)))).toBe('ECONNREFUSED');
  });

  test('after a refusal the socket can try again', async () => {
    const fd = there().socket();
    const to = formatAddress(inet(4100), AF.INET);
    expect(await failure(() => there().calls.connect(there().task, fd, to))).toBe('ECONNREFUSED');
    await here().listening(inet(4100));
    await there().calls.connect(there().task, fd, to);
    expect(await failure(() => there().calls.connect(there().task, fd, to))).toBe('EISCONN');
  });

  test('a connect that may not wait is EINPROGRESS, and poll tells its end', async () => {
    const [, name] = await here().listening(inet());
    const fd = there().nonblocking(there().socket());
    const to = formatAddress(name, AF.INET);
    expect(await failure(() => there().calls.connect(there().task, fd, to))).toBe('EINPROGRESS');
    // In the same tab it is done by now.
    expect(await failure(() => there().calls.connect(there().task, fd, to))).toBe(other === 0 ? 'EISCONN' : 'EALREADY');
    while (there().poll(fd) === 0) await tick();
    expect([there().poll(fd), there().error(fd)]).toEqual([POLL.OUT, 0]);

    const refused = there().nonblocking(there().socket());
    await failure(() => there().calls.connect(there().task, refused, formatAddress(inet(9), AF.INET)));
    while (there().poll(refused) === 0) await tick();
    expect(there().poll(refused) & (POLL.OUT | POLL.ERR)).toBe(POLL.OUT | POLL.ERR);
    expect(there().error(refused)).toBe(111);
    expect(there().error(refused)).toBe(0);
  });

  test('the backlog is bounded: who finds it full waits', async () => {
    const [listener, name] = await here().listening(inet(), AF.INET, 1);
    await there().connected(name);
    await there().connected(name);
    let third = false;
    const waiting = there()
      .connected(name)
      .then(() => {
        third = true;
      });
    for (let i = 0; i < 10; i++) await tick();
    expect(third).toBe(false);
    await here().calls.accept(here().task, listener, 0);
    await waiting;
  });

  test('closing a listener resets who waits to be accepted', async () => {
    const [listener, name] = await here().listening(inet());
    const client = await there().connected(name);
    here().close(listener);
    expect(await failure(() => there().read(client))).toBe('ECONNRESET');
    expect(await failure(() => there().connected(name))).toBe('ECONNREFUSED');
  });

  test('closing with bytes unread resets the other end, which first reads what it had', async () => {
    const [client, server] = await connection();
    await here().write(server, 'last words');
    await there().write(client, 'never read');
    for (let i = 0; i < 10; i++) await tick();
    here().close(server);
    for (let i = 0; i < 10; i++) await tick();
    expect(await there().read(client)).toBe('last words');
    expect(await failure(() => there().read(client))).toBe('ECONNRESET');
    expect(await there().read(client)).toBe('');
  });

  test('SO_LINGER of 0 resets', async () => {
    const [client, server] = await connection();
    here().set(server, SOL_SOCKET, SO.LINGER, 1, 0);
    here().close(server);
    expect(await failure(() => there().read(client))).toBe('ECONNRESET');
  });

  test('writing to who is gone: a reset, then EPIPE and SIGPIPE', async () => {
    const [client, server] = await connection();
    here().close(server);
    for (let i = 0; i < 10; i++) await tick();
    expect(await there().write(client, 'x')).toBe(1);
    expect(await failure(() => there().write(client, 'x', MSG.NOSIGNAL))).toBe('EPIPE');
    expect(there().raised).toEqual([]);
    expect(await failure(() => there().write(client, 'x'))).toBe('EPIPE');
    expect(there().raised).toEqual([SIGNAL.SIGPIPE]);
  });

  test('MSG_PEEK leaves the bytes, MSG_WAITALL waits for all of them, MSG_DONTWAIT does not wait', async () => {
    const [client, server] = await connection();
    expect(await failure(() => here().read(server, 10, MSG.DONTWAIT))).toBe('EAGAIN');
    await there().write(client, 'abc');
    for (let i = 0; i < 10; i++) await tick();
    expect(await here().read(server, 10, MSG.PEEK)).toBe('abc');
    const all = here().read(server, 6, MSG.WAITALL);
    await tick();
    await there().write(client, 'defg');
    expect(await all).toBe('abcdef');
    expect(await here().read(server)).toBe('g');
  });

  test('a port is taken once, for all tabs', async () => {
    await here().listening(inet(5000));
    expect(await failure(() => there().listening(inet(5000)))).toBe('EADDRINUSE');
    expect(await failure(() => there().listening(inet(5000, '0.0.0.0')))).toBe('EADDRINUSE');
    expect(await failure(() => there().listening({ family: AF.INET6, host: '0:0:0:0:0:0:0:0', port: 5000 }))).toBe(
      'EADDRINUSE',
    );
    await there().listening(inet(5000, LOOPBACK6));
    expect(await failure(() => there().listening(inet(0, '10.1.2.3')))).toBe('EADDRNOTAVAIL');
    expect(switchboard.ports()).toEqual([5000]);
  });

  test('an IPv6 socket of any address takes IPv4 too, unless IPV6_V6ONLY', async () => {
    const any6: SocketAddress = { family: AF.INET6, host: '0:0:0:0:0:0:0:0', port: 6000 };
    const [listener] = await here().listening(any6);
    await there().connected(inet(6000));
    const server = (await here().calls.accept(here().task, listener, 0)) as number;
    // ::ffff:127.0.0.1
    expect([...here().peer(server).subarray(8, 24)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 127, 0, 0, 1]);
    const only = here().socket(AF.INET6);
    here().set(only, IPPROTO.IPV6, IPV6.V6ONLY, 1);
    await here().calls.bind(here().task, only, formatAddress({ ...any6, port: 6001 }, AF.INET6));
    await here().calls.listen(here().task, only, 1);
    expect(await failure(() => there().connected(inet(6001)))).toBe('ECONNREFUSED');
    await there().connected(inet(6001, LOOPBACK6));
  });

  test('AF_UNIX: a file names the socket, and goes by itself', async () => {
    const name: SocketAddress = { family: AF.UNIX, name: '/sock' };
    const [client, server] = await connection(name);
    await there().write(client, 'by a file');
    expect(await here().read(server)).toBe('by a file');
    expect(await failure(() => here().listening(name))).toBe('EADDRINUSE');
    // The listener is closed: the file is still there, and leads to nobody.
    expect(await failure(() => there().connected(name))).toBe('ECONNREFUSED');
    expect(await failure(() => there().connected({ family: AF.UNIX, name: '/absent' }))).toBe('ENOENT');
    here().close(server);
    for (let i = 0; i < 10; i++) await tick();
    expect(await failure(() => there().write(client, 'x'))).toBe('EPIPE');
  });

  test('AF_UNIX: an abstract name', async () => {
    const [client, server] = await connection({ family: AF.UNIX, name: '\0name\0more' });
    await here().write(server, 'x');
    expect(await there().read(client)).toBe('x');
  });

  test('datagrams keep their bounds and their senders', async () => {
    const receiver = here().socket(AF.INET, SOCK.DGRAM);
    await here().calls.bind(here().task, receiver, formatAddress(inet(7000), AF.INET));
    const sender = there().socket(AF.INET, SOCK.DGRAM);
    const to = formatAddress(inet(7000), AF.INET);
    for (const message of ['one', 'three', '']) await there().calls.sendto(there().task, sender, bytes(message), 0, to);
    const from = new Uint8Array(128);
    const into = new Uint8Array(100);
    expect(await here().calls.recvfrom(here().task, receiver, into, 0, from)).toBe(3);
    const { length, bytes: name } = unpack('sockname', from);
    expect(name.slice(0, length)).toEqual(
      formatAddress({ ...(there().name(sender) as InetAddress), host: LOOPBACK4 }, AF.INET),
    );
    expect(await here().calls.recvfrom(here().task, receiver, into.subarray(0, 2), MSG.TRUNC, from)).toBe(5);
    expect(await here().calls.recvfrom(here().task, receiver, into, 0, from)).toBe(0);
    await here().calls.sendto(here().task, receiver, bytes('back'), 0, name.slice(0, length));
    expect(await there().read(sender)).toBe('back');
  });

  test('a connected datagram socket learns that nobody is there', async () => {
    const fd = there().socket(AF.INET, SOCK.DGRAM);
    await there().calls.connect(there().task, fd, formatAddress(inet(7100), AF.INET));
    await there().write(fd, 'x');
    for (let i = 0; i < 5; i++) await tick();
    expect(await failure(() => there().write(fd, 'x'))).toBe('ECONNREFUSED');
    expect(await failure(() => there().write(fd, new Uint8Array(70_000)))).toBe('EMSGSIZE');
  });
});

test('a tab that dies frees its ports and resets its connections', async () => {
  const [a, b] = tabs as [Tab, Tab];
  const [listener, name] = await a.listening(inet(8000));
  const client = await b.connected(name);
  await a.calls.accept(a.task, listener, 0);
  switchboard.stationGone(1);
  expect(await failure(() => b.read(client))).toBe('ECONNRESET');
  await b.listening(inet(8000));
  await tick();
  await tick();
  expect(ports).toEqual([
    { port: 8000, listening: true },
    { port: 8000, listening: false },
    { port: 8000, listening: true },
  ]);
  a.task.fds.end();
  // What it still says means nothing any more.
  for (let i = 0; i < 5; i++) await tick();
});

test('socketpair: two ends of AF_UNIX, no other family', async () => {
  const [tab] = tabs as [Tab];
  const fds = new Uint8Array(8);
  void tab.calls.socketpair(tab.task, AF.UNIX, SOCK.STREAM | SOCK.CLOEXEC, 0, fds);
  const { first, second } = unpack('fdpair', fds);
  await tab.write(first, 'pair');
  expect(await tab.read(second)).toBe('pair');
  expect(tab.task.fds.cloexec(first)).toBe(true);
  expect(await failure(() => tab.calls.socketpair(tab.task, AF.INET, SOCK.STREAM, 0, fds))).toBe('EOPNOTSUPP');
  expect(await failure(() => tab.calls.socket(tab.task, 99, SOCK.STREAM, 0))).toBe('EAFNOSUPPORT');
  expect(await failure(() => tab.calls.socket(tab.task, AF.INET, SOCK.RAW, 0))).toBe('EPROTONOSUPPORT');
  void tab.calls.socketpair(tab.task, AF.UNIX, SOCK.DGRAM, 0, fds);
  const pair = unpack('fdpair', fds);
  await tab.write(pair.first, 'a');
  await tab.write(pair.first, 'b');
  expect([await tab.read(pair.second), await tab.read(pair.second)]).toEqual(['a', 'b']);
});

test('options: kept, told, and refused by name', async () => {
  const [tab] = tabs as [Tab];
  const fd = tab.socket();
  const get = (level: number, name: number): number => {
    const into = new Uint8Array(4);
    void tab.calls.getsockopt(tab.task, fd, level, name, into);
    return new DataView(into.buffer).getInt32(0, true);
  };
  tab.set(fd, IPPROTO.TCP, 1, 1);
  tab.set(fd, SOL_SOCKET, SO.SNDBUF, 1000);
  expect([
    get(IPPROTO.TCP, 1),
    get(SOL_SOCKET, SO.SNDBUF),
    get(SOL_SOCKET, SO.TYPE),
    get(SOL_SOCKET, SO.ACCEPTCONN),
  ]).toEqual([1, 2000, 1, 0]);
  expect(await failure(() => tab.set(fd, SOL_SOCKET, 999, 1))).toBe('ENOPROTOOPT');
  expect(await failure(() => tab.set(fd, IPPROTO.IPV6, IPV6.V6ONLY, 1))).toBe('ENOPROTOOPT');
  expect(await failure(() => tab.read(fd))).toBe('ENOTCONN');
});

test('SO_RCVTIMEO ends a wait', async () => {
  const [tab] = tabs as [Tab];
  const fd = tab.socket(AF.INET, SOCK.DGRAM);
  const value = new BigInt64Array([0n, 5000n]);
  void tab.calls.setsockopt(tab.task, fd, SOL_SOCKET, SO.RCVTIMEO, new Uint8Array(value.buffer));
  expect(await failure(() => tab.read(fd))).toBe('EAGAIN');
});
