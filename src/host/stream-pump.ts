// Bytes between a guest's pipe and a page: the other end of a pipe is a MessagePort, with credit both ways
// (control.ts, streams), so that neither a fast guest nor a fast page fills memory.

import type { Pipe } from '../kernel/fd/pipe.ts';
import { STREAM_WINDOW, type StreamCredit, type StreamData } from './control.ts';

const CHUNK = 64 * 1024;

/** Guest to page: what is written into the pipe goes out of the port; ends when the last writer is gone. */
export const pumpOut = (pipe: Pipe, port: MessagePort): void => {
  let window = STREAM_WINDOW;
  let open = true;
  pipe.readers++;
  const finish = (): void => {
    if (!open) return;
    open = false;
    pipe.readers--;
    pipe.forWriters.wake();
    forget();
    port.close();
  };
  const pump = (): void => {
    while (open && window > 0 && pipe.size > 0) {
      const bytes = new Uint8Array(Math.min(CHUNK, window, pipe.size));
      pipe.take(bytes);
      window -= bytes.length;
      port.postMessage({ type: 'data', bytes } satisfies StreamData, [bytes.buffer]);
    }
    if (open && pipe.size === 0 && pipe.writers === 0) {
      port.postMessage({ type: 'end' } satisfies StreamData);
      finish();
    }
  };
  let forget = (): void => {};
  const listen = (): void => {
    forget = pipe.forReaders.add(() => {
      listen();
      pump();
    });
  };
  port.onmessage = ({ data }: MessageEvent<StreamCredit>): void => {
    if (data.type === 'cancel') finish();
    else {
      window += data.bytes;
      pump();
    }
  };
  listen();
};

/** Page to guest: what comes in at the port is written into the pipe, and acknowledged when it is in. */
export const pumpIn = (port: MessagePort, pipe: Pipe): void => {
  const queue: Uint8Array[] = [];
  let ended = false;
  let open = true;
  pipe.writers++;
  const finish = (): void => {
    if (!open) return;
    open = false;
    pipe.writers--;
    pipe.forReaders.wake();
    forget();
    port.close();
  };
  const pump = (): void => {
    while (open) {
      const chunk = queue[0];
      if (chunk === undefined) break;
      if (pipe.readers === 0) {
        // Nobody will read: the page is told to stop.
        port.postMessage({ type: 'cancel' } satisfies StreamCredit);
        finish();
        return;
      }
      const n = pipe.put(chunk);
      if (n > 0) port.postMessage({ type: 'ack', bytes: n } satisfies StreamCredit);
      if (n < chunk.length) {
        queue[0] = chunk.subarray(n);
        return;
      }
      queue.shift();
    }
    if (open && ended) finish();
  };
  let forget = (): void => {};
  const listen = (): void => {
    forget = pipe.forWriters.add(() => {
      listen();
      pump();
    });
  };
  port.onmessage = ({ data }: MessageEvent<StreamData>): void => {
    if (data.type !== 'data') ended = true;
    else if (data.bytes.length > 0) queue.push(data.bytes);
    pump();
  };
  listen();
};
