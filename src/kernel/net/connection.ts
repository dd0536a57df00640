// A connection of two stream sockets: a ring of bytes each way (fd/pipe.ts), whose ends say who still reads and writes.
//
// Shutting down one way is `writers` or `readers` going to 0, as with pipes. An end that is closed while bytes wait for
// it, or with SO_LINGER 0, resets the connection: the other one reads what came before, then gets ECONNRESET once.

import { SOCKET_BUFFER } from '../../abi/socket.ts';
import { Pipe } from '../fd/pipe.ts';

export class Connection {
  readonly rx: Pipe;
  readonly tx: Pipe;
  /** The other end. */
  peer!: Connection;
  /** The other end has reset the connection. */
  reset = false;

  private constructor(rx: Pipe, tx: Pipe) {
    this.rx = rx;
    this.tx = tx;
  }

  static pair(): [Connection, Connection] {
    const there = new Pipe(SOCKET_BUFFER);
    const back = new Pipe(SOCKET_BUFFER);
    for (const pipe of [there, back]) pipe.readers = pipe.writers = 1;
    const near = new Connection(back, there);
    const far = new Connection(there, back);
    near.peer = far;
    far.peer = near;
    return [near, far];
  }

  /** Nothing more will be written by this end. */
  endWriting(): void {
    this.tx.writers = 0;
    wake(this.tx);
  }

  /** Nothing more will be read by this end. */
  endReading(): void {
    this.rx.readers = 0;
    wake(this.rx);
  }

  /** Both ways are over at once, and the other end is told so. */
  abort(): void {
    this.peer.reset = true;
    for (const pipe of [this.rx, this.tx]) {
      pipe.readers = 0;
      pipe.writers = 0;
      wake(pipe);
    }
  }

  get closed(): boolean {
    return this.tx.writers === 0 && this.rx.readers === 0;
  }

  /** Run `listener` at the next change of either way. Gives the function that takes it back. */
  watch(listener: () => void): () => void {
    const queues = [this.rx.forReaders, this.rx.forWriters, this.tx.forReaders, this.tx.forWriters];
    const forget = queues.map((queue) => queue.add(listener));
    return () => {
      for (const f of forget) f();
    };
  }
}

const wake = (pipe: Pipe): void => {
  pipe.forReaders.wake();
  pipe.forWriters.wake();
};
