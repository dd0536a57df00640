// internalBinding('process_wrap') (process_wrap.cc): children with streams.

import { SIGNAL } from '../../../abi/signals.ts';
import type { MakeBinding, NodeRuntime } from '../runtime.ts';
import { nameOfSignal, reap, socketPair, spawn } from '../spawn.ts';
import { attempt, uvNumber } from '../uv-error.ts';
import type { StreamWrap } from './stream-wrap.ts';

interface Stdio {
  readonly type: 'ignore' | 'pipe' | 'overlapped' | 'inherit' | 'fd' | 'wrap';
  readonly fd?: number;
  readonly handle?: StreamWrap;
}

interface Options {
  readonly file: string;
  readonly args?: readonly string[];
  readonly cwd?: string | null;
  readonly envPairs?: readonly string[] | null;
  readonly stdio?: readonly Stdio[];
  readonly detached?: boolean;
  readonly uid?: number | null;
  readonly gid?: number | null;
}

/** What a child gets as NAME=VALUE when nothing is said. */
export const ownEnvironment = (node: NodeRuntime): string[] =>
  Object.entries(node.process['env'] as Record<string, string>).map(([name, value]) => `${name}=${value}`);

export const processWrap: MakeBinding = (node) => {
  const { client, host } = node;
  const { HandleWrap } = node;
  const children = new Map<number, (end: { readonly code: number; readonly signal: number }) => void>();
  const look = (): void => {
    for (const [pid, ended] of children) {
      let end: ReturnType<typeof reap>;
      try {
        end = reap(client, pid, false);
      } catch {
        end = { code: 0, signal: 0 };
      }
      if (end === undefined) continue;
      children.delete(pid);
      ended(end);
    }
    if (children.size === 0) node.signals.remove(SIGNAL.SIGCHLD, look);
  };

  /** The child's end of each stream, and what to close afterwards. */
  const prepare = (stdio: readonly Stdio[], parents: [StreamWrap, number][], close: number[]): (number | undefined)[] =>
    stdio.map(({ type, fd, handle }) => {
      switch (type) {
        case 'ignore':
          return undefined;
        case 'pipe':
        case 'overlapped': {
          const [own, other] = socketPair(client);
          close.push(other);
          parents.push([handle as StreamWrap, own]);
          return other;
        }
        case 'wrap':
          return (handle as StreamWrap).fd;
        default:
          return fd;
      }
    });

  class Process extends HandleWrap {
    pid = 0;
    onexit: unknown;
    constructor() {
      super('PROCESSWRAP', 'ProcessWrap');
    }
    spawn(options: Options): number {
      const { uid, gid } = options;
      const ids = node.binding('credentials') as { getuid: () => number; getgid: () => number };
      if ((typeof uid === 'number' && uid !== ids.getuid()) || (typeof gid === 'number' && gid !== ids.getgid()))
        return -1;
      const parents: [StreamWrap, number][] = [];
      const close: number[] = [];
      try {
        const stdio = prepare(options.stdio ?? [], parents, close);
        this.pid = spawn(client, host.encodeUtf8, {
          file: options.file,
          args: options.args ?? [options.file],
          environment: options.envPairs ?? ownEnvironment(node),
          cwd: options.cwd ?? undefined,
          detached: options.detached === true,
          stdio,
        });
      } catch (error) {
        for (const [, fd] of parents) client.call('close', fd);
        return uvNumber(error);
      } finally {
        for (const fd of close) client.call('close', fd);
      }
      for (const [stream, fd] of parents) node.Stream.adopt(stream, fd);
      if (children.size === 0) node.signals.add(SIGNAL.SIGCHLD, look);
      children.set(this.pid, ({ code, signal }) => {
        HandleWrap.activate(this, false);
        node.AsyncWrap.call(this, this.onexit, [code, nameOfSignal(signal)]);
      });
      HandleWrap.activate(this, true);
      // It may have ended before the handler was there.
      node.loop.soon(look);
      return 0;
    }
    kill(signal: number): number {
      if (!children.has(this.pid)) return -3;
      return attempt(() => client.call('kill', this.pid, signal));
    }
  }
  return { Process };
};
