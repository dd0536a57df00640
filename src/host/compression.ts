// gzip and deflate by the platform (Compression Streams), as transformations of chunks. Back-pressure goes through: no more
// is read from the source than the platform's own small queue holds.

import type { Transform } from '../kernel/archive/zip-format.ts';

const through = (make: () => GenericTransformStream): Transform =>
  async function* (chunks) {
    const { readable, writable } = make();
    const writer = (writable as WritableStream<Uint8Array>).getWriter();
    const feed = async (): Promise<void> => {
      try {
        for await (const chunk of chunks) await writer.write(chunk);
        await writer.close();
      } catch (error) {
        // The reader below gets the same error.
        await writer.abort(error).catch(() => undefined);
      }
    };
    const fed = feed();
    const reader = (readable as ReadableStream<Uint8Array>).getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        yield value;
      }
      await fed;
    } finally {
      await reader.cancel().catch(() => undefined);
    }
  };

export const gzip: Transform = through(() => new CompressionStream('gzip'));
export const gunzip: Transform = through(() => new DecompressionStream('gzip'));
export const deflate: Transform = through(() => new CompressionStream('deflate-raw'));
export const inflate: Transform = through(() => new DecompressionStream('deflate-raw'));
