// internalBinding('stream_wrap'), and the streams of descriptors that 'tty_wrap' and 'pipe_wrap' are made of
// (stream_base.cc, libuv's uv_stream_t).
//
// Reading waits in `poll`, then reads what is there. Writing tries at once; what the other side does not take yet goes
// on when `poll` says so. Descriptors 0 to 2 are shared with other processes, so their O_NONBLOCK is left alone and
// writing to them blocks, as Node's does.

import { SysError } from '../../../abi/errno.ts';
import { F, LIMITS, O } from '../../../abi/file.ts';
import { encode } from '../encodings.ts';
import { POLL, type Watch } from '../event-loop.ts';
import type { HandleWrap } from '../handles.ts';
import type { Dict, MakeBinding, NodeRuntime } from '../runtime.ts';
import { UvErrors, uvNumber } from '../uv-error.ts';

const READ_SIZE = 65536;
const UV_EOF = -4095;
const UV_ECANCELED = UvErrors.number('ECANCELED');
const UV_EBADF = UvErrors.number('EBADF');
const READ_BYTES = 0;
const OFFSET = 1;
const WRITTEN = 2;
const ASYNC = 3;
const LAST_STDIO = 2;
const SHUT_WR = 1;

interface Pending {
  readonly req: Dict;
  rest: Uint8Array;
}

const bytesOf = (view: ArrayBufferView): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

export interface StreamWrap extends HandleWrap {
  readonly fd: number;
  onread: unknown;
  setBlocking(on: boolean): number;
  /** Tell the other side that no more comes: shutdown(SHUT_WR). */
  endWriting(): number;
}

export interface StreamClass {
  new (provider: string, name: string): StreamWrap;
  /** Take a descriptor. */
  adopt(stream: StreamWrap, fd: number): void;
  /** The descriptor, for something else: the stream is done with it. */
  surrender(stream: StreamWrap): number;
}

export const makeStreamClass = (node: NodeRuntime): StreamClass => {
  const { loop, client, streamState } = node;
  const { HandleWrap } = node;
  return class LibuvStreamWrap extends HandleWrap {
    #fd = -1;
    #reading = false;
    #userBuffer: Uint8Array | undefined;
    #watch: Watch | undefined;
    #blocking = false;
    readonly #writes: Pending[] = [];
    #shutdown: Dict | undefined;
    #bytesRead = 0;
    #bytesWritten = 0;
    onread: unknown;
    isStreamBase = true;

    get fd(): number {
      return this.#fd;
    }
    get bytesRead(): number {
      return this.#bytesRead;
    }
    get bytesWritten(): number {
      return this.#bytesWritten;
    }
    get writeQueueSize(): number {
      return this.#writes.reduce((sum, { rest }) => sum + rest.length, 0);
    }
    get _externalStream(): object {
      return this;
    }

    static adopt(stream: LibuvStreamWrap, fd: number): void {
      stream.#fd = fd;
      stream.#blocking = fd <= LAST_STDIO;
      if (!stream.#blocking) {
        try {
          client.call('fcntl', fd, F.SETFL, client.call('fcntl', fd, F.GETFL, 0) | O.NONBLOCK);
        } catch (error) {
          if (!(error instanceof SysError)) throw error;
        }
      }
    }

    static surrender(stream: LibuvStreamWrap): number {
      const fd = stream.#fd;
      stream.#fd = -1;
      stream.#unwatch();
      return fd;
    }

    readStart(): number {
      if (this.#fd < 0) return UV_EBADF;
      this.#reading = true;
      this.#look();
      return 0;
    }

    readStop(): number {
      this.#reading = false;
      this.#look();
      return 0;
    }

    useUserBuffer(view: ArrayBufferView): number {
      this.#userBuffer = bytesOf(view);
      return 0;
    }

    setBlocking(on: boolean): number {
      this.#blocking = on;
      return 0;
    }

    #look(): void {
      const writing = this.#writes.length > 0 || this.#shutdown !== undefined;
      const events = (this.#reading ? POLL.IN : 0) | (writing ? POLL.OUT : 0);
      if (events === 0 || this.#fd < 0) {
        this.#unwatch();
      } else if (this.#watch === undefined) {
        this.#watch = { fd: this.#fd, events, ready: (revents) => this.#ready(revents) };
        loop.watch(this.#watch);
      } else this.#watch.events = events;
      HandleWrap.activate(this, events !== 0 && this.#fd >= 0);
    }

    #unwatch(): void {
      if (this.#watch !== undefined) loop.unwatch(this.#watch);
      this.#watch = undefined;
    }

    #ready(revents: number): void {
      const ended = POLL.HUP | POLL.ERR | POLL.NVAL;
      if (this.#writes.length > 0 && (revents & (POLL.OUT | ended)) !== 0) this.#flush();
      if (this.#reading && (revents & (POLL.IN | ended)) !== 0) this.#read();
    }

    #read(): void {
      const own = this.#userBuffer;
      const buffer = own ?? new Uint8Array(READ_SIZE);
      let n: number;
      try {
        n = client.call('read', this.#fd, buffer);
      } catch (error) {
        const errno = uvNumber(error);
        if (errno === UvErrors.number('EAGAIN') || errno === UvErrors.number('EINTR')) return;
        this.#reading = false;
        this.#look();
        this.#give(errno, undefined);
        return;
      }
      if (n === 0) {
        this.#reading = false;
        this.#look();
        this.#give(UV_EOF, undefined);
        return;
      }
      this.#bytesRead += n;
      if (own !== undefined) this.#give(n, undefined);
      else this.#give(n, n === buffer.length ? buffer.buffer : buffer.slice(0, n).buffer);
    }

    #give(n: number, buffer: ArrayBufferLike | undefined): void {
      streamState[READ_BYTES] = n;
      streamState[OFFSET] = 0;
      const next = node.AsyncWrap.call(this, this.onread, [buffer]);
      if (ArrayBuffer.isView(next)) this.#userBuffer = bytesOf(next);
    }

    #write(req: Dict, bytes: Uint8Array): number {
      if (this.#fd < 0) return UV_EBADF;
      streamState[WRITTEN] = bytes.length;
      streamState[ASYNC] = 0;
      this.#bytesWritten += bytes.length;
      let rest = bytes;
      if (this.#writes.length === 0) {
        try {
          rest = this.#put(bytes);
        } catch (error) {
          return uvNumber(error);
        }
      }
      if (rest.length === 0 && this.#writes.length === 0) return 0;
      streamState[ASYNC] = 1;
      this.#writes.push({ req, rest: rest.slice() });
      this.#look();
      return 0;
    }

    /** Write what can be written now; gives the rest. */
    #put(bytes: Uint8Array): Uint8Array {
      let rest = bytes;
      while (rest.length > 0) {
        const piece = this.#blocking ? rest : rest.subarray(0, LIMITS.PIPE_CAPACITY);
        try {
          rest = rest.subarray(client.write(this.#fd, piece));
        } catch (error) {
          if (error instanceof SysError && error.errno === 'EAGAIN') break;
          if (error instanceof SysError && error.errno === 'EINTR') continue;
          throw error;
        }
      }
      return rest;
    }

    #flush(): void {
      const first = this.#writes[0];
      if (first === undefined) return;
      let status = 0;
      try {
        first.rest = this.#put(first.rest);
        if (first.rest.length > 0) return;
      } catch (error) {
        status = uvNumber(error);
      }
      this.#writes.shift();
      this.#look();
      this.#completed(first.req, status);
      if (this.#writes.length === 0) this.#endOfWrites();
    }

    #completed(req: Dict, status: number): void {
      node.AsyncWrap.call(req as unknown as InstanceType<typeof node.AsyncWrap>, req['oncomplete'], [
        status,
        this,
        status < 0 ? node.uv.messageOf(status) : undefined,
      ]);
    }

    writeBuffer(req: Dict, view: ArrayBufferView): number {
      return this.#write(req, bytesOf(view));
    }
    writeUtf8String(req: Dict, text: string): number {
      return this.#write(req, node.host.encodeUtf8(text));
    }
    writeAsciiString(req: Dict, text: string): number {
      return this.#write(req, encode(text, 'latin1', node.host.encodeUtf8));
    }
    writeLatin1String(req: Dict, text: string): number {
      return this.#write(req, encode(text, 'latin1', node.host.encodeUtf8));
    }
    writeUcs2String(req: Dict, text: string): number {
      return this.#write(req, encode(text, 'ucs2', node.host.encodeUtf8));
    }
    writev(req: Dict, chunks: readonly unknown[], allBuffers: boolean): number {
      const parts: Uint8Array[] = [];
      if (allBuffers) for (const chunk of chunks) parts.push(bytesOf(chunk as ArrayBufferView));
      else
        for (let i = 0; i < chunks.length; i += 2) {
          const chunk = chunks[i];
          if (typeof chunk === 'string') parts.push(encode(chunk, String(chunks[i + 1]), node.host.encodeUtf8));
          else parts.push(bytesOf(chunk as ArrayBufferView));
        }
      const all = new Uint8Array(parts.reduce((sum, bytes) => sum + bytes.length, 0));
      let at = 0;
      for (const bytes of parts) {
        all.set(bytes, at);
        at += bytes.length;
      }
      return this.#write(req, all);
    }

    shutdown(req: Dict): number {
      if (this.#fd < 0) return UvErrors.number('ENOTCONN');
      this.#shutdown = req;
      if (this.#writes.length === 0) loop.complete(() => this.#endOfWrites());
      return 0;
    }

    #endOfWrites(): void {
      const req = this.#shutdown;
      if (req === undefined) return;
      this.#shutdown = undefined;
      this.#look();
      this.#completed(req, this.endWriting());
    }

    endWriting(): number {
      try {
        client.call('shutdown', this.#fd, SHUT_WR);
        return 0;
      } catch (error) {
        // A pipe ends when it is closed.
        return error instanceof SysError && error.errno === 'ENOTSOCK' ? 0 : uvNumber(error);
      }
    }

    override release(): void {
      const fd = this.#fd;
      this.#unwatch();
      this.#fd = -1;
      this.#reading = false;
      for (const { req } of this.#writes.splice(0)) loop.complete(() => this.#completed(req, UV_ECANCELED));
      if (this.#shutdown !== undefined) {
        const req = this.#shutdown;
        this.#shutdown = undefined;
        loop.complete(() => this.#completed(req, UV_ECANCELED));
      }
      if (fd > LAST_STDIO) {
        try {
          client.call('close', fd);
        } catch (error) {
          if (!(error instanceof SysError)) throw error;
        }
      }
    }
  };
};

export const streamWrap: MakeBinding = (node) => ({
  streamBaseState: node.streamState,
  LibuvStreamWrap: node.Stream,
  WriteWrap: class WriteWrap extends node.AsyncWrap {
    constructor() {
      super('WRITEWRAP');
    }
  },
  ShutdownWrap: class ShutdownWrap extends node.AsyncWrap {
    constructor() {
      super('SHUTDOWNWRAP');
    }
  },
});
