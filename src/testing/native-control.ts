// The process half of StationControl (host/control.ts) over the programs of this computer: the control for tests of
// the page's side of `exec` and `spawn`, which must see what a real shell does.

import { type ChildProcess, spawn } from 'node:child_process';
import {
  type ExitStatus,
  type SpawnRequest,
  STREAM_WINDOW,
  type StationControl,
  type Stdio,
  type StreamCredit,
  type StreamData,
} from '../host/control.ts';

export type ProcessControl = Pick<StationControl, 'spawn' | 'wait' | 'killGroup'>;

export const nativeControl = (): ProcessControl => {
  const ends = new Map<number, Promise<ExitStatus>>();
  return {
    async spawn({ file, args, env, cwd, stdio }: SpawnRequest) {
      const child = spawn(file, args, {
        cwd,
        env: { ...env },
        detached: true, // a session of its own
        stdio: [mode(stdio[0]), mode(stdio[1]), mode(stdio[2])],
      });
      const ended = new Promise<ExitStatus>((resolve) => {
        child.once('exit', (code, signal) => resolve({ code, signal }));
      });
      await new Promise<void>((resolve, reject) => {
        child.once('spawn', resolve);
        // Node's errors have the errno's name as `code`, as those of a station.
        child.once('error', reject);
      });
      connect(child, stdio);
      const { pid = 0 } = child;
      ends.set(pid, ended);
      return pid;
    },
    async wait(pid) {
      const ended = ends.get(pid);
      if (ended === undefined) throw new Error(`${pid} is no process of this control`);
      return await ended;
    },
    async killGroup(pid, signal) {
      process.kill(-pid, signal);
    },
  };
};

const mode = (stdio: Stdio): 'ignore' | 'pipe' => {
  if (stdio.kind === 'terminal') throw new Error('a terminal is not in this control');
  return stdio.kind === 'null' ? 'ignore' : 'pipe';
};

const connect = (child: ChildProcess, [input, ...outputs]: SpawnRequest['stdio']): void => {
  if (input.kind === 'port' && child.stdin) feed(input.port, child.stdin);
  for (const [index, output] of outputs.entries()) {
    const stream = index === 0 ? child.stdout : child.stderr;
    if (output.kind === 'port' && stream) drain(stream, output.port);
  }
};

const feed = (port: MessagePort, stream: NodeJS.WritableStream): void => {
  const credit = (message: StreamCredit): void => port.postMessage(message);
  stream.on('error', () => credit({ type: 'cancel' }));
  port.onmessage = ({ data }: MessageEvent<StreamData>) => {
    if (data.type !== 'data') {
      stream.end();
      port.close();
    } else stream.write(data.bytes, () => credit({ type: 'ack', bytes: data.bytes.length }));
  };
};

const drain = (stream: NodeJS.ReadableStream, port: MessagePort): void => {
  let window = STREAM_WINDOW;
  const post = (message: StreamData): void => port.postMessage(message);
  stream.on('data', (chunk: Buffer) => {
    post({ type: 'data', bytes: new Uint8Array(chunk) });
    window -= chunk.length;
    if (window <= 0) stream.pause();
  });
  stream.on('end', () => {
    post({ type: 'end' });
    port.close();
  });
  port.onmessage = ({ data }: MessageEvent<StreamCredit>) => {
    if (data.type === 'cancel') (stream as NodeJS.ReadableStream & { destroy(): void }).destroy();
    else {
      window += data.bytes;
      if (window > 0) stream.resume();
    }
  };
};
