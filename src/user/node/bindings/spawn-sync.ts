// internalBinding('spawn_sync') (spawn_sync.cc): run a child to its end, feeding and reading its pipes meanwhile. The
// event loop stands still.

import { SysError } from '../../../abi/errno.ts';
import { F, O, POLL } from '../../../abi/file.ts';
import { LAYOUT } from '../../../abi/layout.ts';
import { SIGNAL } from '../../../abi/signals.ts';
import { pack, unpack } from '../../../abi/struct.ts';
import type { Dict, MakeBinding, NodeRuntime } from '../runtime.ts';
import { nameOfSignal, reap, socketPair, spawn } from '../spawn.ts';
import { UvErrors, uvNumber } from '../uv-error.ts';
import { ownEnvironment } from './process-wrap.ts';

interface Stdio {
  readonly type: 'pipe' | 'ignore' | 'inherit' | 'fd';
  readonly fd?: number;
  readonly input?: ArrayBufferView;
  readonly readable?: boolean;
  readonly writable?: boolean;
}

interface Options {
  readonly file: string;
  readonly args?: readonly string[];
  readonly cwd?: string | null;
  readonly envPairs?: readonly string[] | null;
  readonly stdio: readonly Stdio[];
  readonly detached?: boolean;
  readonly timeout?: number | null;
  readonly maxBuffer?: number;
  readonly killSignal?: number | null;
}

const SHUT_WR = 1;
const READ_SIZE = 65536;
/** A child's end is looked for this often while its pipes are closed. */
const SLICE_NS = 20e6;

/** One of the child's streams, from this side. */
interface Pipe {
  readonly index: number;
  readonly fd: number;
  input: Uint8Array;
  readonly parts: Uint8Array[];
  length: number;
  open: boolean;
}

class SyncChild {
  readonly pipes: Pipe[] = [];
  error: number | undefined;
  private readonly node: NodeRuntime;
  private readonly options: Options;
  private pid = 0;
  private deadline = Number.POSITIVE_INFINITY;
  private killed = false;

  constructor(node: NodeRuntime, options: Options) {
    this.node = node;
    this.options = options;
  }

  run(): Dict {
    const { client, host } = this.node;
    const { options } = this;
    const others: number[] = [];
    try {
      const stdio = options.stdio.map((item, index) => {
        if (item.type === 'ignore') return undefined;
        if (item.type !== 'pipe') return item.fd ?? index;
        const [fd, other] = socketPair(client);
        others.push(other);
        client.call('fcntl', fd, F.SETFL, client.call('fcntl', fd, F.GETFL, 0) | O.NONBLOCK);
        const { input } = item;
        const bytes =
          input === undefined ? new Uint8Array(0) : new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
        this.pipes.push({ index, fd, input: bytes, parts: [], length: 0, open: true });
        return other;
      });
      this.pid = spawn(client, host.encodeUtf8, {
        file: options.file,
        args: options.args ?? [options.file],
        environment: options.envPairs ?? ownEnvironment(this.node),
        cwd: options.cwd ?? undefined,
        detached: options.detached === true,
        stdio,
      });
    } catch (error) {
      for (const { fd } of this.pipes) client.call('close', fd);
      return { error: uvNumber(error), status: null, signal: null, output: null, pid: 0 };
    } finally {
      for (const fd of others) client.call('close', fd);
    }
    if ((options.timeout ?? 0) > 0) this.deadline = host.now() + (options.timeout ?? 0);
    return this.finish();
  }

  private finish(): Dict {
    for (const pipe of this.pipes) this.feed(pipe);
    while (this.pipes.some(({ open }) => open)) this.pump();
    const end = this.wait();
    const output = this.options.stdio.map((item, index) => {
      const pipe = this.pipes.find((candidate) => candidate.index === index);
      return pipe === undefined || item.writable !== true ? null : this.node.buffer(joined(pipe));
    });
    return {
      pid: this.pid,
      status: end.signal === 0 ? end.code : null,
      signal: end.signal === 0 ? null : nameOfSignal(end.signal),
      output,
      ...(this.error !== undefined && { error: this.error }),
    };
  }

  private wait(): { readonly code: number; readonly signal: number } {
    const { client } = this.node;
    for (;;) {
      try {
        const end = reap(client, this.pid, this.deadline === Number.POSITIVE_INFINITY);
        if (end !== undefined) return end;
        client.call('nanosleep', SLICE_NS);
      } catch (error) {
        if (!(error instanceof SysError) || error.errno !== 'EINTR') throw error;
      }
      this.checkTime();
    }
  }

  private checkTime(): void {
    if (this.node.host.now() < this.deadline) return;
    this.kill(UvErrors.number('ETIMEDOUT'));
  }

  private kill(error: number): void {
    this.error ??= error;
    this.deadline = Number.POSITIVE_INFINITY;
    if (this.killed) return;
    this.killed = true;
    for (const pipe of this.pipes) this.close(pipe);
    try {
      this.node.client.call('kill', this.pid, this.options.killSignal ?? SIGNAL.SIGTERM);
    } catch (failure) {
      if (!(failure instanceof SysError)) throw failure;
    }
  }

  private pump(): void {
    const { client, host } = this.node;
    const open = this.pipes.filter((pipe) => pipe.open);
    const size = LAYOUT.pollfd.size;
    const fds = new Uint8Array(open.length * size);
    for (const [i, { fd, input }] of open.entries())
      pack('pollfd', { fd, events: POLL.IN | (input.length > 0 ? POLL.OUT : 0), revents: 0 }, fds, i * size);
    const left = this.deadline === Number.POSITIVE_INFINITY ? -1 : Math.max(0, this.deadline - host.now()) * 1000;
    try {
      client.call('poll', fds, Math.ceil(left), 0, 0, 0);
    } catch (error) {
      if (!(error instanceof SysError) || error.errno !== 'EINTR') throw error;
      return;
    }
    for (const [i, pipe] of open.entries()) {
      const { revents } = unpack('pollfd', fds, i * size);
      if (pipe.open && (revents & POLL.OUT) !== 0) this.feed(pipe);
      if (pipe.open && (revents & (POLL.IN | POLL.HUP | POLL.ERR)) !== 0) this.drain(pipe);
    }
    this.checkTime();
  }

  /** Write what the child takes; at the end it sees that no more comes. */
  private feed(pipe: Pipe): void {
    const { client } = this.node;
    const item = this.options.stdio[pipe.index];
    try {
      while (pipe.input.length > 0) pipe.input = pipe.input.subarray(client.write(pipe.fd, pipe.input));
      if (item?.readable === true) client.call('shutdown', pipe.fd, SHUT_WR);
    } catch (error) {
      if (!(error instanceof SysError)) throw error;
      if (error.errno !== 'EAGAIN') pipe.input = new Uint8Array(0);
    }
  }

  private drain(pipe: Pipe): void {
    const { client, options } = { client: this.node.client, options: this.options };
    const bytes = new Uint8Array(READ_SIZE);
    let n: number;
    try {
      n = client.call('read', pipe.fd, bytes);
    } catch (error) {
      if (!(error instanceof SysError)) throw error;
      if (error.errno !== 'EAGAIN') this.close(pipe);
      return;
    }
    if (n === 0) {
      this.close(pipe);
      return;
    }
    const most = options.maxBuffer ?? 0;
    const room = most > 0 ? most - pipe.length : n;
    pipe.parts.push(bytes.slice(0, Math.min(n, room)));
    pipe.length += Math.min(n, room);
    if (n > room) this.kill(UvErrors.number('ENOBUFS'));
  }

  private close(pipe: Pipe): void {
    if (!pipe.open) return;
    pipe.open = false;
    this.node.client.call('close', pipe.fd);
  }
}

const joined = ({ parts, length }: Pipe): Uint8Array => {
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
};

export const spawnSync: MakeBinding = (node) => ({
  spawn: (options: Options) => new SyncChild(node, options).run(),
});
