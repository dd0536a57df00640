// internalBinding('tcp_wrap') and the sockets of 'pipe_wrap' (tcp_wrap.cc, pipe_wrap.cc, libuv's uv_tcp_t and uv_pipe_t).

import { SysError } from '../../../abi/errno.ts';
import { POLL } from '../../../abi/file.ts';
import { LAYOUT } from '../../../abi/layout.ts';
import { AF, SO, SOCK, SOL_SOCKET } from '../../../abi/socket.ts';
import { unpack } from '../../../abi/struct.ts';
import { packInternet, packUnix, unpackInternet } from '../addresses.ts';
import type { Dict, MakeBinding, NodeRuntime } from '../runtime.ts';
import { attempt, UvErrors, uvNumber } from '../uv-error.ts';
import type { StreamWrap } from './stream-wrap.ts';

const FLAGS = SOCK.CLOEXEC | SOCK.NONBLOCK;
const UV_EINVAL = UvErrors.number('EINVAL');

/** The address of a socket, or of its peer. */
const nameOf = (node: NodeRuntime, call: 'getsockname' | 'getpeername', fd: number): Uint8Array => {
  const bytes = new Uint8Array(LAYOUT.sockname.size);
  node.client.call(call, fd, bytes);
  const { length, bytes: name } = unpack('sockname', bytes);
  return name.slice(0, length);
};

/** A listening or connecting socket, for both kinds. */
const makeSocketClass = (node: NodeRuntime, accepted: () => StreamWrap) => {
  const { client, loop, HandleWrap, Stream } = node;
  class SocketBase extends Stream {
    onconnection: unknown;
    /** What bind(2) said: told by `listen`, as libuv does. */
    delayed = 0;
    /** The socket, of a family. Throws SysError. */
    socketOf(family: number): number {
      if (this.fd < 0) Stream.adopt(this, client.call('socket', family, SOCK.STREAM | FLAGS, 0));
      return this.fd;
    }
    listen(backlog: number): number {
      if (this.delayed !== 0) return this.delayed;
      const { fd } = this;
      const error = attempt(() => client.call('listen', fd, backlog));
      if (error < 0) return error;
      const watch = { fd, events: POLL.IN, ready: () => this.accept() };
      loop.watch(watch);
      this.stopListening = () => loop.unwatch(watch);
      HandleWrap.activate(this, true);
      return 0;
    }
    private stopListening: () => void = () => {};
    private accept(): void {
      let status = 0;
      let stream: StreamWrap | undefined;
      try {
        const fd = client.call('accept', this.fd, FLAGS);
        stream = accepted();
        Stream.adopt(stream, fd);
      } catch (error) {
        if (error instanceof SysError && error.errno === 'EAGAIN') return;
        status = uvNumber(error);
      }
      node.AsyncWrap.call(this, this.onconnection, [status, stream]);
    }
    /** connect(2), whose end is told to the request. */
    connectTo(req: Dict, family: number, address: Uint8Array): number {
      const done = (status: number): void => {
        node.AsyncWrap.call(req as unknown as StreamWrap, req['oncomplete'], [status, this, req, true, true]);
      };
      try {
        client.call('connect', this.socketOf(family), address);
        loop.complete(() => done(0));
      } catch (error) {
        const status = uvNumber(error);
        if (error instanceof SysError && error.errno === 'EINPROGRESS') this.awaitConnection(done);
        else if (error instanceof SysError && (error.errno === 'ECONNREFUSED' || family === AF.UNIX))
          loop.complete(() => done(status));
        else return status;
      }
      return 0;
    }
    private awaitConnection(done: (status: number) => void): void {
      loop.refs++;
      const watch = {
        fd: this.fd,
        events: POLL.OUT,
        ready: (): void => {
          this.stopConnecting();
          const value = new Uint8Array(4);
          client.call('getsockopt', this.fd, SOL_SOCKET, SO.ERROR, value);
          done(-new DataView(value.buffer).getInt32(0, true));
        },
      };
      loop.watch(watch);
      this.stopConnecting = () => {
        this.stopConnecting = () => {};
        loop.unwatch(watch);
        loop.refs--;
      };
    }
    private stopConnecting: () => void = () => {};
    override release(): void {
      this.stopListening();
      this.stopConnecting();
      super.release();
    }
  }
  return SocketBase;
};

export const tcpWrap: MakeBinding = (node) => {
  const { client } = node;
  const Base = makeSocketClass(node, () => new TCP(0));
  const nameInto = (call: 'getsockname' | 'getpeername', fd: number, out: Dict): number =>
    attempt(() => {
      Object.assign(out, unpackInternet(nameOf(node, call, fd)));
      return 0;
    });
  class TCP extends Base {
    constructor(type: number) {
      super(type === 1 ? 'TCPSERVERWRAP' : 'TCPWRAP', type === 1 ? 'TCPServerWrap' : 'TCPSocketWrap');
    }
    open(fd: number): number {
      node.Stream.adopt(this, fd);
      return 0;
    }
    bind(address: string, port: number): number {
      return this.name(AF.INET, address, port);
    }
    bind6(address: string, port: number): number {
      return this.name(AF.INET6, address, port);
    }
    private name(family: number, address: string, port: number): number {
      const packed = packInternet(address, port, family);
      if (packed === undefined) return UV_EINVAL;
      return attempt(() => {
        const fd = this.socketOf(family);
        client.call('setsockopt', fd, SOL_SOCKET, SO.REUSEADDR, Uint8Array.of(1, 0, 0, 0));
        try {
          client.call('bind', fd, packed);
        } catch (error) {
          if (!(error instanceof SysError) || error.errno !== 'EADDRINUSE') throw error;
          this.delayed = uvNumber(error);
        }
        return 0;
      });
    }
    connect(req: Dict, address: string, port: number): number {
      const packed = packInternet(address, port, AF.INET);
      return packed === undefined ? UV_EINVAL : this.connectTo(req, AF.INET, packed);
    }
    connect6(req: Dict, address: string, port: number): number {
      const packed = packInternet(address, port, AF.INET6);
      return packed === undefined ? UV_EINVAL : this.connectTo(req, AF.INET6, packed);
    }
    getsockname(out: Dict): number {
      return nameInto('getsockname', this.fd, out);
    }
    getpeername(out: Dict): number {
      return nameInto('getpeername', this.fd, out);
    }
    setNoDelay(): number {
      return 0;
    }
    setKeepAlive(): number {
      return 0;
    }
    setSimultaneousAccepts(): number {
      return 0;
    }
    reset(callback?: unknown): number {
      this.close(callback);
      return 0;
    }
  }
  class TCPConnectWrap extends node.AsyncWrap {
    constructor() {
      super('TCPCONNECTWRAP');
    }
  }
  return { TCP, TCPConnectWrap, constants: { SOCKET: 0, SERVER: 1, UV_TCP_IPV6ONLY: 1, UV_TCP_REUSEPORT: 2 } };
};

export const pipeWrap: MakeBinding = (node) => {
  const { client, host } = node;
  const constants = { SOCKET: 0, SERVER: 1, IPC: 2, UV_READABLE: 1, UV_WRITABLE: 2 };
  const Base = makeSocketClass(node, () => new Pipe(constants.SOCKET));
  class Pipe extends Base {
    #path: string | undefined;
    constructor(type: number) {
      super(type === constants.SERVER ? 'PIPESERVERWRAP' : 'PIPEWRAP', 'PipeWrap');
    }
    open(fd: number): number {
      node.Stream.adopt(this, fd);
      return 0;
    }
    bind(path: string): number {
      const error = attempt(() => client.call('bind', this.socketOf(AF.UNIX), packUnix(host.encodeUtf8(path))));
      if (error === 0) this.#path = path;
      return error;
    }
    connect(req: Dict, path: string): number {
      return this.connectTo(req, AF.UNIX, packUnix(host.encodeUtf8(path)));
    }
    fchmod(mode: number): number {
      const path = this.#path;
      if (path === undefined) return UvErrors.number('EBADF');
      const BITS = { 1: 0o444, 2: 0o222, 3: 0o666 } as Readonly<Record<number, number>>;
      const bits = BITS[mode];
      if (bits === undefined) return UV_EINVAL;
      return attempt(() => client.call('chmod', -100, host.encodeUtf8(path), bits, 0));
    }
    override release(): void {
      super.release();
      if (this.#path === undefined) return;
      // A server's name goes with it.
      attempt(() => client.call('unlink', -100, host.encodeUtf8(this.#path ?? ''), 0));
    }
  }
  class PipeConnectWrap extends node.AsyncWrap {
    constructor() {
      super('PIPECONNECTWRAP');
    }
  }
  return { Pipe, PipeConnectWrap, constants };
};
