// Chunks of bytes to and from a page over a MessagePort, with credit (control.ts, streams): at most STREAM_WINDOW bytes are
// on the way. A stream to the page that fails is not ended: the call that it belongs to rejects, and says why.

import { SysError } from '../abi/errno.ts';
import { STREAM_WINDOW, type StreamCredit, type StreamData } from './control.ts';

const CHUNK = 64 * 1024;

/** All chunks out of the port, as fast as the page takes them. ECANCELED when it wants no more. */
export const sendChunks = async (chunks: AsyncIterable<Uint8Array>, port: MessagePort): Promise<void> => {
  let window = STREAM_WINDOW;
  let canceled = false;
  let wake = (): void => {};
  port.onmessage = ({ data }: MessageEvent<StreamCredit>): void => {
    if (data.type === 'cancel') canceled = true;
    else window += data.bytes;
    wake();
  };
  const post = async (bytes: Uint8Array<ArrayBuffer>): Promise<void> => {
    while (window <= 0 && !isCanceled()) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (isCanceled()) throw new SysError('ECANCELED');
    window -= bytes.length;
    port.postMessage({ type: 'data', bytes } satisfies StreamData, [bytes.buffer]);
  };
  /** As a call, because it changes while `await` waits. */
  const isCanceled = (): boolean => canceled;
  // Small pieces (the headers of tar) travel together.
  const buffer = new Uint8Array(CHUNK);
  let filled = 0;
  try {
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length; ) {
        const part = chunk.subarray(at, at + CHUNK - filled);
        buffer.set(part, filled);
        filled += part.length;
        at += part.length;
        if (filled < CHUNK) continue;
        await post(buffer.slice());
        filled = 0;
      }
    }
    if (filled > 0) await post(buffer.slice(0, filled));
    port.postMessage({ type: 'end' } satisfies StreamData);
  } finally {
    port.onmessage = null;
    port.close();
  }
};

/** What the page writes into the port. Who stops reading tells it so. ECANCELED when the page's own source fails. */
export async function* receiveChunks(port: MessagePort): AsyncGenerator<Uint8Array> {
  const queue: StreamData[] = [];
  let wake = (): void => {};
  port.onmessage = ({ data }: MessageEvent<StreamData>): void => {
    queue.push(data);
    wake();
  };
  let ended = false;
  try {
    for (;;) {
      const message = queue.shift();
      if (message === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      if (message.type !== 'data') {
        ended = true;
        if (message.type === 'end') return;
        throw new SysError('ECANCELED');
      }
      yield message.bytes;
      port.postMessage({ type: 'ack', bytes: message.bytes.length } satisfies StreamCredit);
    }
  } finally {
    if (!ended) port.postMessage({ type: 'cancel' } satisfies StreamCredit);
    port.close();
  }
}
