// internalBinding('zlib') (node_zlib.cc): deflate, gzip and raw streams. Brotli and Zstandard throw
// ERR_METHOD_NOT_IMPLEMENTED by name.

import type { MakeBinding } from '../runtime.ts';
import { type ZlibError, ZlibStream } from '../zlib-stream.ts';

const crcTable = (): Uint32Array => {
  const table = new Uint32Array(256);
  for (let n = 0; n < 256; n++) {
    let value = n;
    for (let bit = 0; bit < 8; bit++) value = (value & 1) === 0 ? value >>> 1 : 0xedb8_8320 ^ (value >>> 1);
    table[n] = value;
  }
  return table;
};

export const zlib: MakeBinding = (node) => {
  const table = crcTable();

  class Zlib extends node.AsyncWrap {
    /** Set by the library. */
    onerror: unknown;
    readonly #mode: number;
    #stream: ZlibStream | undefined;
    #state = new Uint32Array(2);
    #callback: unknown;
    #writing = false;
    #closing = false;

    constructor(mode: number) {
      super('ZLIB');
      this.#mode = mode;
    }

    init(
      windowBits: number,
      level: number,
      memLevel: number,
      strategy: number,
      state: Uint32Array<ArrayBuffer>,
      callback: unknown,
      dictionary: ArrayBufferView | undefined,
    ): void {
      const bytes =
        dictionary && new Uint8Array(dictionary.buffer, dictionary.byteOffset, dictionary.byteLength).slice();
      this.#stream = new ZlibStream(this.#mode, { windowBits, level, memLevel, strategy, dictionary: bytes });
      this.#state = state;
      this.#callback = callback;
    }

    write(flush: number, ...rest: ZlibArguments): void {
      this.#writing = true;
      node.loop.complete(() => {
        this.#writing = false;
        // Closed meanwhile: nobody waits for it.
        if (this.#closing) this.close();
        else if (this.#run(flush, rest)) node.AsyncWrap.call(this, this.#callback, []);
      });
    }

    writeSync(flush: number, ...rest: ZlibArguments): void {
      this.#run(flush, rest);
    }

    /** True when it went well; an error has been told. */
    #run(flush: number, [input, inputOffset, inputLength, output, outputOffset, outputLength]: ZlibArguments): boolean {
      const stream = this.#stream;
      if (stream === undefined) return false;
      const from =
        input === null || input === undefined
          ? new Uint8Array()
          : new Uint8Array(input.buffer, input.byteOffset + inputOffset, inputLength);
      const into = new Uint8Array(output.buffer, output.byteOffset + outputOffset, outputLength);
      const error = stream.write(flush, from, into);
      if (error !== undefined) {
        this.#fail(error);
        return false;
      }
      this.#state[0] = stream.availableOutput;
      this.#state[1] = stream.availableInput;
      return true;
    }

    #fail({ message, errno, code }: ZlibError): void {
      node.AsyncWrap.call(this, this.onerror, [message, errno, code]);
      if (this.#closing) this.close();
    }

    params(level: number, strategy: number): void {
      this.#stream?.setParameters(level, strategy);
    }

    reset(): void {
      const error = this.#stream?.reset();
      if (error !== undefined) this.#fail(error);
    }

    close(): void {
      this.#closing = true;
      if (!this.#writing) this.#stream = undefined;
    }
  }

  return {
    Zlib,
    crc32: (data: string | ArrayBufferView, start: number): number => {
      const bytes =
        typeof data === 'string'
          ? node.host.encodeUtf8(data)
          : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      let value = ~start;
      for (const byte of bytes) value = (table[(value ^ byte) & 0xff] as number) ^ (value >>> 8);
      return ~value >>> 0;
    },
  };
};

type ZlibArguments = [
  input: ArrayBufferView | null | undefined,
  inputOffset: number,
  inputLength: number,
  output: ArrayBufferView,
  outputOffset: number,
  outputLength: number,
];
