/**
 * The page's ends of a byte stream over a MessagePort (host/control.ts, streams): what a process writes, and what it
 * reads. At most STREAM_WINDOW bytes are on the way, so a fast process waits for a slow page and the other way round.
 */

import { STREAM_WINDOW, type StreamCredit, type StreamData } from '../host/control.ts';
import { deferred } from './deferred.ts';
import { SystemError } from './errors.ts';

/** Bytes of one message to a process. */
const CHUNK = 64 * 1024;

/** A consumer of bytes; when it returns a promise, no more come before that settles. */
export type BytesListener = (bytes: Uint8Array) => void | Promise<void>;

export interface StreamReader {
  /** Resolves when the last writer is gone and the listener has had everything; rejects with what the listener threw. */
  readonly ended: Promise<void>;
  /** Read no further: a process that still writes gets SIGPIPE. */
  cancel(): void;
}

export function readStream(port: MessagePort, listener: BytesListener): StreamReader {
  const post = (message: StreamCredit) => port.postMessage(message);
  const { promise: ended, resolve, reject } = deferred<void>();
  let done = false;
  let last = Promise.resolve();
  // The process's side closes the port once it knows: closing it here could overtake what was just posted.
  const finish = () => {
    done = true;
    resolve();
  };
  const cancel = () => {
    if (done) return;
    post({ type: 'cancel' });
    finish();
  };
  const consume = async (message: StreamData) => {
    if (done) return;
    if (message.type !== 'data') {
      finish();
      return;
    }
    try {
      await listener(message.bytes);
    } catch (error) {
      reject(error);
      cancel();
      return;
    }
    if (!done) post({ type: 'ack', bytes: message.bytes.length });
  };
  port.onmessage = ({ data }: MessageEvent<StreamData>) => {
    // One after the other: the next chunk waits for the promise of the last.
    last = last.then(() => consume(data));
  };
  return { ended, cancel };
}

/** What a process reads, written by the page. */
export class StreamWriter {
  readonly #port: MessagePort;
  #window = STREAM_WINDOW;
  #state: 'open' | 'closing' | 'closed' | 'broken' = 'open';
  #last = Promise.resolve();
  #wake: (() => void) | undefined;

  constructor(port: MessagePort) {
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<StreamCredit>) => {
      if (data.type === 'ack') this.#window += data.bytes;
      else this.#break();
      this.#wake?.();
    };
  }

  /**
   * Write text (as UTF-8) or bytes. Writes keep their order; await each to have back-pressure.
   *
   * @returns when all of it is on the way; rejects with EPIPE when nobody reads any more, or after `close`
   */
  write(data: string | Uint8Array): Promise<void> {
    if (this.#state !== 'open') return Promise.reject(new SystemError('EPIPE', 'write'));
    // The caller may change its buffer as soon as this returns.
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data.slice();
    const written = this.#last.then(() => this.#send(bytes));
    this.#last = written.catch(() => undefined);
    return written;
  }

  /** The end of the input, after what was written before. Doing so twice does nothing. */
  async close(): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    await this.#last;
    if (this.#isBroken()) return;
    this.#state = 'closed';
    this.#port.postMessage({ type: 'end' } satisfies StreamData);
  }

  /** The source of the bytes has failed: the reader is told that they are not the whole. */
  abort(): void {
    if (this.#state !== 'open') return;
    this.#port.postMessage({ type: 'abort' } satisfies StreamData);
    this.#state = 'closed';
  }

  /** The process is gone, or the machine: what waits fails with EPIPE. */
  abandon(): void {
    this.#break();
    this.#wake?.();
  }

  async #send(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length; ) {
      while (this.#window === 0 && !this.#isBroken()) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      if (this.#isBroken()) throw new SystemError('EPIPE', 'write');
      const chunk = bytes.slice(from, from + Math.min(CHUNK, this.#window));
      // Before it is given away, and is empty.
      this.#window -= chunk.length;
      from += chunk.length;
      this.#port.postMessage({ type: 'data', bytes: chunk } satisfies StreamData, [chunk.buffer]);
    }
  }

  /** As a call, because the state changes while `await` waits. */
  #isBroken(): boolean {
    return this.#state === 'broken';
  }

  #break(): void {
    if (this.#state === 'closed') return;
    this.#state = 'broken';
    this.#port.close();
  }
}
