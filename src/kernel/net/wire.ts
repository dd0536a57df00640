// The far end of a connection whose other socket is elsewhere: in another tab, or in a page. It takes what the local
// socket writes and sends it as messages, and writes what comes, with credit: each side sends at most as much as the
// other has room for.
//
// Messages are in order. `end`: no more bytes will come. `stop`: no more bytes are wanted. `reset` ends all at once.
// `closed`: this side has nothing more to say, and is the last message but for a reset.

import { SOCKET_BUFFER } from '../../abi/socket.ts';
import type { Connection } from './connection.ts';

export type WireMessage =
  | readonly ['data', Uint8Array]
  | readonly ['credit', number]
  | readonly ['end' | 'stop' | 'reset' | 'closed'];

const PART = 65_536;
/** Room is told of in steps, so that small reads do not cost a message each. */
const GRANT = SOCKET_BUFFER / 4;

export class Wire {
  private readonly far: Connection;
  private readonly send: (message: WireMessage) => void;
  private readonly finished: () => void;
  private credit = SOCKET_BUFFER;
  /** Bytes that the other side may still send. */
  private granted = SOCKET_BUFFER;
  private ended = false;
  private stopped = false;
  private over = false;
  private due = false;
  private forget: (() => void) | undefined;

  /** `far` is the end that the local socket does not hold. */
  constructor(far: Connection, send: (message: WireMessage) => void, finished: () => void) {
    this.far = far;
    this.send = send;
    this.finished = finished;
    this.pumpSoon();
  }

  receive(message: WireMessage): void {
    if (this.over) return;
    const { far } = this;
    switch (message[0]) {
      case 'data':
        this.granted -= message[1].length;
        // More than was granted: the other side does not keep the rules, so nothing it says can be relied on.
        if (this.granted < 0) this.fail();
        else if (far.tx.readers > 0) far.tx.put(message[1]);
        break;
      case 'credit':
        this.credit += message[1];
        break;
      case 'end':
        far.endWriting();
        break;
      case 'stop':
        far.endReading();
        break;
      case 'reset':
        this.drop();
        return;
      case 'closed':
        break;
    }
    this.pumpSoon();
  }

  /** There is no other side: end it without a word. */
  drop(): void {
    if (this.over) return;
    this.far.abort();
    this.finish();
  }

  private fail(): void {
    this.send(['reset']);
    this.drop();
  }

  private pumpSoon(): void {
    if (this.due || this.over) return;
    this.due = true;
    queueMicrotask(() => {
      this.due = false;
      this.pump();
    });
  }

  private pump(): void {
    if (this.over) return;
    this.forget?.();
    const { far } = this;
    if (far.reset) {
      this.send(['reset']);
      this.finish();
      return;
    }
    this.sendBytes();
    this.grant();
    if (!this.ended && far.rx.writers === 0 && (far.rx.size === 0 || far.rx.readers === 0)) {
      this.ended = true;
      this.send(['end']);
    }
    if (!this.stopped && far.tx.readers === 0) {
      this.stopped = true;
      this.send(['stop']);
    }
    if (this.ended && this.stopped) {
      this.send(['closed']);
      this.finish();
      return;
    }
    this.forget = far.watch(() => this.pumpSoon());
  }

  private sendBytes(): void {
    const { rx } = this.far;
    while (rx.size > 0 && this.credit > 0) {
      const part = new Uint8Array(Math.min(rx.size, this.credit, PART));
      rx.take(part);
      this.credit -= part.length;
      this.send(['data', part]);
    }
  }

  private grant(): void {
    const { tx } = this.far;
    const more = tx.room - this.granted;
    if (more < GRANT && !(more > 0 && tx.size === 0 && this.granted < GRANT)) return;
    this.granted += more;
    this.send(['credit', more]);
  }

  private finish(): void {
    this.over = true;
    this.forget?.();
    this.finished();
  }
}
