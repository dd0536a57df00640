// A stream of zlib, gzip or raw deflate data under way (the class ZlibContext of node_zlib.cc), over pako, which is
// zlib's own algorithm and state machine in JavaScript.
//
// A call takes as much input and gives as much output as there is; what is left of both is told afterwards. gunzip
// goes on with further members; unzip finds out from the first two bytes which of the two it reads.

import {
  Z_BUF_ERROR,
  Z_DATA_ERROR,
  Z_FINISH,
  type Z_FlushMode,
  Z_MEM_ERROR,
  Z_NEED_DICT,
  Z_OK,
  Z_STREAM_END,
  Z_STREAM_ERROR,
  type Z_Strategy,
  ZStream,
  zlibDeflate,
  zlibDeflateInit2,
  zlibDeflateReset,
  zlibDeflateSetDictionary,
  zlibInflate,
  zlibInflateInit2,
  zlibInflateReset,
  zlibInflateSetDictionary,
} from 'pako';

/** node_zlib_mode. */
const MODE = { DEFLATE: 1, INFLATE: 2, GZIP: 3, GUNZIP: 4, DEFLATERAW: 5, INFLATERAW: 6, UNZIP: 7 } as const;

export interface ZlibError {
  readonly message: string;
  readonly errno: number;
  readonly code: string;
}

const CODES: Readonly<Record<number, string>> = {
  [Z_NEED_DICT]: 'Z_NEED_DICT',
  [-1]: 'Z_ERRNO',
  [Z_STREAM_ERROR]: 'Z_STREAM_ERROR',
  [Z_DATA_ERROR]: 'Z_DATA_ERROR',
  [Z_MEM_ERROR]: 'Z_MEM_ERROR',
  [Z_BUF_ERROR]: 'Z_BUF_ERROR',
};

/** How hard to look for matches at each level: good, lazy, nice, chain (configuration_table of zlib's deflate.c). */
const EFFORT: readonly (readonly [number, number, number, number])[] = [
  [0, 0, 0, 0],
  [4, 4, 8, 4],
  [4, 5, 16, 8],
  [4, 6, 32, 32],
  [4, 4, 16, 16],
  [8, 16, 32, 32],
  [8, 16, 128, 128],
  [8, 32, 128, 256],
  [32, 128, 258, 1024],
  [32, 258, 258, 4096],
];
const DEFAULT_LEVEL = 6;

const DEFLATED = 8;
const GZIP_ID = [0x1f, 0x8b] as const;

export interface ZlibOptions {
  readonly windowBits: number;
  readonly level: number;
  readonly memLevel: number;
  readonly strategy: number;
  readonly dictionary: Uint8Array | undefined;
}

export class ZlibStream {
  private mode: number;
  private readonly options: ZlibOptions;
  private readonly stream = new ZStream();
  private begun = false;
  private status: number = Z_OK;
  private flush = 0;
  private idBytes = 0;

  constructor(mode: number, options: ZlibOptions) {
    this.mode = mode;
    this.options = options;
  }

  get availableInput(): number {
    return this.stream.avail_in;
  }

  get availableOutput(): number {
    return this.stream.avail_out;
  }

  private get compresses(): boolean {
    return this.mode === MODE.DEFLATE || this.mode === MODE.GZIP || this.mode === MODE.DEFLATERAW;
  }

  private begin(): void {
    if (this.begun) return;
    this.begun = true;
    const { windowBits, level, memLevel, strategy, dictionary } = this.options;
    const bits = this.wrapped(windowBits);
    this.status = this.compresses
      ? zlibDeflateInit2(this.stream, level, DEFLATED, bits, memLevel, strategy as Z_Strategy)
      : zlibInflateInit2(this.stream, bits);
    if (this.status === Z_OK && dictionary !== undefined) this.setDictionary(dictionary);
  }

  /** How zlib is told of the header. */
  private wrapped(bits: number): number {
    if (this.mode === MODE.GZIP || this.mode === MODE.GUNZIP) return bits + 16;
    if (this.mode === MODE.UNZIP) return bits + 32;
    return this.mode === MODE.DEFLATERAW || this.mode === MODE.INFLATERAW ? -bits : bits;
  }

  /** For deflate and raw streams: others ask for theirs. */
  private setDictionary(dictionary: Uint8Array): void {
    if (this.compresses) this.status = zlibDeflateSetDictionary(this.stream, dictionary);
    else if (this.mode === MODE.INFLATERAW) this.status = zlibInflateSetDictionary(this.stream, dictionary);
  }

  /** Gives the error, if there is one. */
  write(flush: number, input: Uint8Array, output: Uint8Array): ZlibError | undefined {
    const { stream } = this;
    stream.input = input;
    stream.next_in = 0;
    stream.avail_in = input.length;
    stream.output = output as Uint8Array<ArrayBuffer>;
    stream.next_out = 0;
    stream.avail_out = output.length;
    this.flush = flush;
    this.begin();
    if (this.status !== Z_OK && this.status !== Z_STREAM_END && this.status !== Z_BUF_ERROR) {
      return this.failure('Init error');
    }
    if (this.compresses) this.status = zlibDeflate(stream, flush as Z_FlushMode);
    else {
      this.recognise();
      this.inflate();
    }
    return this.check();
  }

  /** UNZIP becomes GUNZIP or INFLATE when there are bytes to tell by. */
  private recognise(): void {
    const { input, next_in, avail_in } = this.stream;
    for (let at = next_in; this.mode === MODE.UNZIP && at < next_in + avail_in; at++) {
      if (input[at] !== GZIP_ID[this.idBytes]) this.mode = MODE.INFLATE;
      else if (++this.idBytes === GZIP_ID.length) this.mode = MODE.GUNZIP;
    }
  }

  private inflate(): void {
    const { stream } = this;
    const { dictionary } = this.options;
    const step = (): void => {
      this.status = zlibInflate(stream, this.flush as Z_FlushMode);
    };
    step();
    if (this.mode !== MODE.INFLATERAW && this.status === Z_NEED_DICT && dictionary !== undefined) {
      this.status = zlibInflateSetDictionary(stream, dictionary);
      if (this.status === Z_OK) step();
      // Which error of the two it is must be told from outside.
      else if (this.status === Z_DATA_ERROR) this.status = Z_NEED_DICT;
    }
    // Behind a member there may be another one, or zeros, which are no data.
    while (
      stream.avail_in > 0 &&
      this.mode === MODE.GUNZIP &&
      this.status === Z_STREAM_END &&
      stream.input[stream.next_in] !== 0
    ) {
      zlibInflateReset(stream);
      step();
    }
  }

  private check(): ZlibError | undefined {
    switch (this.status) {
      case Z_OK:
      case Z_BUF_ERROR:
        if (this.stream.avail_out !== 0 && this.flush === Z_FINISH)
          return this.failure('unexpected end of file', Z_BUF_ERROR);
        return undefined;
      case Z_STREAM_END:
        return undefined;
      case Z_NEED_DICT:
        return this.failure(this.options.dictionary === undefined ? 'Missing dictionary' : 'Bad dictionary');
      default:
        return this.failure('Zlib error');
    }
  }

  private failure(message: string, errno: number = this.status): ZlibError {
    return { message: this.stream.msg === '' ? message : this.stream.msg, errno, code: CODES[errno] ?? 'Z_ERRNO' };
  }

  /** Begin anew. */
  reset(): ZlibError | undefined {
    if (!this.begun) return undefined;
    this.status = this.compresses ? zlibDeflateReset(this.stream) : zlibInflateReset(this.stream);
    if (this.status !== Z_OK) return this.failure('Failed to reset stream');
    if (this.options.dictionary !== undefined) this.setDictionary(this.options.dictionary);
    return this.status === Z_OK ? undefined : this.failure('Failed to set dictionary');
  }

  /** deflateParams, after everything before has been flushed. pako looks up by level how to compress. */
  setParameters(level: number, strategy: number): void {
    this.begin();
    if (!this.compresses) return;
    const state = this.stream.state as Record<string, number>;
    const effective = level < 0 ? DEFAULT_LEVEL : level;
    const [good, lazy, nice, chain] = EFFORT[effective] as (typeof EFFORT)[number];
    Object.assign(state, {
      level: effective,
      strategy,
      good_match: good,
      max_lazy_match: lazy,
      nice_match: nice,
      max_chain_length: chain,
    });
  }
}
