// Calls on sockets: socket(2), bind(2), listen(2), accept(2), connect(2), send(2), recv(2) and their kin.

import { SysError } from '../../abi/errno.ts';
import { AF, SOCK } from '../../abi/socket.ts';
import { pack } from '../../abi/struct.ts';
import type { Handlers } from '../../abi/syscalls.ts';
import type { OpenFile } from '../fd/open-file.ts';
import { familyOf, formatAddress, parseAddress, type SocketAddress } from '../net/address.ts';
import { DatagramSocket } from '../net/datagram-socket.ts';
import type { AnySocket, Sockets } from '../net/sockets.ts';
import { StreamSocket } from '../net/stream-socket.ts';
import type { Task } from '../station/task.ts';
import { chain } from '../vfs/flow.ts';

type Calls =
  | 'socket'
  | 'socketpair'
  | 'bind'
  | 'listen'
  | 'accept'
  | 'connect'
  | 'shutdown'
  | 'getsockname'
  | 'getpeername'
  | 'sendto'
  | 'recvfrom'
  | 'getsockopt'
  | 'setsockopt';

const TYPE_FLAGS = SOCK.NONBLOCK | SOCK.CLOEXEC;

const socketOf = (task: Task, fd: number): AnySocket => {
  const file = task.fds.get(fd);
  if (file instanceof StreamSocket || file instanceof DatagramSocket) return file;
  throw new SysError('ENOTSOCK');
};

const streamOf = (task: Task, fd: number): StreamSocket => {
  const socket = socketOf(task, fd);
  if (socket instanceof StreamSocket) return socket;
  throw new SysError('EOPNOTSUPP');
};

const putName = (address: SocketAddress, socket: AnySocket, into: Uint8Array): void => {
  const bytes = formatAddress(address, socket.family);
  pack('sockname', { length: bytes.length, bytes: padded(bytes) }, into);
};

const padded = (bytes: Uint8Array): Uint8Array => {
  const field = new Uint8Array(124);
  field.set(bytes);
  return field;
};

/** Put two files on descriptors, or none. */
const addBoth = (task: Task, files: readonly [OpenFile, OpenFile], cloexec: boolean, into: Uint8Array): void => {
  const [a, b] = files;
  // Both must be held before one can fail: releasing the last reference closes it.
  a.retain();
  b.retain();
  try {
    const first = task.fds.add(a, cloexec);
    try {
      pack('fdpair', { first, second: task.fds.add(b, cloexec) }, into);
    } catch (error) {
      task.fds.close(first);
      throw error;
    }
  } finally {
    a.release();
    b.release();
  }
};

export const socketCalls = ({ sockets }: { readonly sockets: Sockets }): Handlers<Task, Calls> => {
  return {
    socket(task, domain, type, protocol) {
      const socket = sockets.create(domain, type & ~TYPE_FLAGS, protocol, type & SOCK.NONBLOCK);
      return task.fds.add(socket, (type & SOCK.CLOEXEC) !== 0);
    },

    socketpair(task, domain, type, protocol, fds) {
      const credentials = { pid: task.pid, uid: task.cred.uid, gid: task.cred.gid };
      const pair = sockets.pair(domain, type & ~TYPE_FLAGS, protocol, type & SOCK.NONBLOCK, credentials);
      addBoth(task, pair, (type & SOCK.CLOEXEC) !== 0, fds);
      return 0;
    },

    async bind(task, fd, address) {
      const socket = socketOf(task, fd);
      await sockets.bind(socket, task, parseAddress(address, socket.family));
      return 0;
    },

    async listen(task, fd, backlog) {
      await sockets.listen(streamOf(task, fd), backlog);
      return 0;
    },

    accept(task, fd, flags) {
      if ((flags & ~TYPE_FLAGS) !== 0) throw new SysError('EINVAL');
      const listener = streamOf(task, fd);
      return chain(listener.accept(task), (offer) =>
        task.fds.add(sockets.accepted(listener, offer, flags & SOCK.NONBLOCK), (flags & SOCK.CLOEXEC) !== 0),
      );
    },

    async connect(task, fd, address) {
      const socket = socketOf(task, fd);
      const family = familyOf(address);
      if (socket instanceof DatagramSocket) {
        const peer = family === AF.UNSPEC ? undefined : parseAddress(address, socket.family);
        await sockets.connectDatagram(socket, task, peer);
      } else await sockets.connect(socket, task, parseAddress(address, socket.family));
      return 0;
    },

    shutdown(task, fd, how) {
      sockets.shutdown(socketOf(task, fd), how);
      return 0;
    },

    getsockname(task, fd, name) {
      const socket = socketOf(task, fd);
      putName(socket.local, socket, name);
      return 0;
    },

    getpeername(task, fd, name) {
      const socket = socketOf(task, fd);
      if (socket.peer === undefined) throw new SysError('ENOTCONN');
      putName(socket.peer, socket, name);
      return 0;
    },

    sendto(task, fd, buf, flags, address) {
      const socket = socketOf(task, fd);
      if (address.length === 0) return socket.send(task, buf, flags);
      const to = parseAddress(address, socket.family);
      if (socket instanceof DatagramSocket) return sockets.sendTo(socket, task, buf, flags, to);
      throw new SysError(socket.peer === undefined ? 'EOPNOTSUPP' : 'EISCONN');
    },

    recvfrom(task, fd, buf, flags, from) {
      const socket = socketOf(task, fd);
      return chain(socket.receive(task, buf, flags), (n) => {
        const sender = socket instanceof DatagramSocket ? socket.lastFrom : undefined;
        if (sender !== undefined) putName(sender, socket, from);
        else pack('sockname', { length: 0, bytes: padded(new Uint8Array()) }, from);
        return n;
      });
    },

    getsockopt(task, fd, level, name, value) {
      const bytes = socketOf(task, fd).getOption(level, name);
      const n = Math.min(bytes.length, value.length);
      value.set(bytes.subarray(0, n));
      return n;
    },

    setsockopt(task, fd, level, name, value) {
      socketOf(task, fd).setOption(level, name, value);
      return 0;
    },
  };
};
