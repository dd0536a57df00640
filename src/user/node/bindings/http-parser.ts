// internalBinding('http_parser') (node_http_parser.cc): llhttp as WebAssembly, which is part of undici in Node's library.

import { latin1Text, writeBase64 } from '../encodings.ts';
import type { Dict, Fn, MakeBinding } from '../runtime.ts';

const REQUEST = 1;
const HPE = { OK: 0, PAUSED: 21, PAUSED_UPGRADE: 22, USER: 24 } as const;
/** Keys of the callbacks on a parser. */
const ON = { messageBegin: 0, headers: 1, headersComplete: 2, body: 3, messageComplete: 4, execute: 5, timeout: 6 };
const LENIENT = {
  kLenientNone: 0,
  kLenientHeaders: 1,
  kLenientChunkedLength: 2,
  kLenientKeepAlive: 4,
  kLenientTransferEncoding: 8,
  kLenientVersion: 16,
  kLenientDataAfterClose: 32,
  kLenientOptionalLFAfterCR: 64,
  kLenientOptionalCRLFAfterChunk: 128,
  kLenientOptionalCRBeforeLF: 256,
  kLenientSpacesAfterChunkSize: 512,
  kLenientAll: 1023,
};
const MAX_HEADER_SIZE = 16 * 1024;

interface Llhttp {
  readonly memory: WebAssembly.Memory;
  readonly [name: string]: unknown;
}
type Call = (...args: number[]) => number;

export const httpParser: MakeBinding = (node) => {
  const parsers = new Map<number, HTTPParser>();
  let loaded: Llhttp | undefined;

  const load = (): Llhttp => {
    if (loaded !== undefined) return loaded;
    const source = node.library.source('internal/deps/undici/undici') ?? '';
    const text = /wasmBase64 = "([A-Za-z0-9+/=]+)"/.exec(source)?.[1];
    if (text === undefined) throw new Error('llhttp is not in the library');
    const bytes = new Uint8Array((text.length * 3) >> 2);
    const module = new WebAssembly.Module(bytes.subarray(0, writeBase64(text, bytes)));
    const span =
      (name: 'onUrl' | 'onStatus' | 'onField' | 'onValue' | 'onBody') => (p: number, at: number, length: number) =>
        parsers.get(p)?.event(name, at, length) ?? 0;
    const env = {
      wasm_on_url: span('onUrl'),
      wasm_on_status: span('onStatus'),
      wasm_on_header_field: span('onField'),
      wasm_on_header_value: span('onValue'),
      wasm_on_body: span('onBody'),
      wasm_on_message_begin: (p: number) => parsers.get(p)?.event('onBegin', 0, 0) ?? 0,
      wasm_on_headers_complete: (p: number, status: number, upgrade: number, keepAlive: number) =>
        parsers.get(p)?.headersComplete(status, upgrade !== 0, keepAlive !== 0) ?? 0,
      wasm_on_message_complete: (p: number) => parsers.get(p)?.event('onComplete', 0, 0) ?? 0,
    };
    loaded = new WebAssembly.Instance(module, { env }).exports as unknown as Llhttp;
    return loaded;
  };
  const call = (name: string, ...args: number[]): number => (load()[name] as Call)(...args);
  const textAt = (pointer: number): string => {
    const memory = new Uint8Array(load().memory.buffer);
    return latin1Text(memory.subarray(pointer, memory.indexOf(0, pointer)));
  };

  class ConnectionsList {
    readonly parsers = new Set<HTTPParser>();
    all(): HTTPParser[] {
      return [...this.parsers];
    }
    idle(): HTTPParser[] {
      return this.all().filter((parser) => parser.idle);
    }
    active(): HTTPParser[] {
      return this.all().filter((parser) => !parser.idle);
    }
    expired(headersTimeout: number, requestTimeout: number): HTTPParser[] {
      const now = node.host.now();
      return this.active().filter((parser) => {
        const age = now - parser.started;
        return (
          (headersTimeout > 0 && !parser.headersDone && age > headersTimeout) ||
          (requestTimeout > 0 && age > requestTimeout)
        );
      });
    }
  }

  class HTTPParser extends node.AsyncWrap {
    static readonly REQUEST = REQUEST;
    static readonly RESPONSE = 2;
    static readonly kOnMessageBegin = ON.messageBegin;
    static readonly kOnHeaders = ON.headers;
    static readonly kOnHeadersComplete = ON.headersComplete;
    static readonly kOnBody = ON.body;
    static readonly kOnMessageComplete = ON.messageComplete;
    static readonly kOnExecute = ON.execute;
    static readonly kOnTimeout = ON.timeout;

    idle = true;
    headersDone = false;
    started = 0;
    #pointer = 0;
    #type = 0;
    #most = MAX_HEADER_SIZE;
    #headerSize = 0;
    #url = '';
    #status = '';
    #headers: string[] = [];
    #inValue = false;
    #thrown: { readonly error: unknown } | undefined;
    #reason: readonly [code: string, reason: string] | undefined;
    #current: Uint8Array | undefined;
    #list: ConnectionsList | undefined;

    constructor() {
      super('HTTPINCOMINGMESSAGE');
    }

    initialize(type: number, _resource: object, most?: number, lenient = 0, list?: ConnectionsList): void {
      this.#release();
      this.#type = type;
      this.#most = most !== undefined && most > 0 ? most : MAX_HEADER_SIZE;
      this.#pointer = call('llhttp_alloc', type);
      parsers.set(this.#pointer, this);
      const flags = [
        'headers',
        'chunked_length',
        'keep_alive',
        'transfer_encoding',
        'version',
        'data_after_close',
        'optional_lf_after_cr',
        'optional_crlf_after_chunk',
        'optional_cr_before_lf',
        'spaces_after_chunk_size',
      ];
      for (const [bit, name] of flags.entries()) {
        const set = load()[`llhttp_set_lenient_${name}`];
        if ((lenient & (1 << bit)) !== 0 && typeof set === 'function') (set as Call)(this.#pointer, 1);
      }
      this.idle = true;
      this.headersDone = false;
      this.#clear();
      this.#list = list;
      if (list !== undefined) {
        this.started = node.host.now();
        list.parsers.add(this);
      }
    }

    #clear(): void {
      this.#url = '';
      this.#status = '';
      this.#headers = [];
      this.#inValue = false;
      this.#headerSize = 0;
    }

    #release(): void {
      this.#list?.parsers.delete(this);
      if (this.#pointer === 0) return;
      parsers.delete(this.#pointer);
      call('llhttp_free', this.#pointer);
      this.#pointer = 0;
    }

    /** A callback of llhttp. What the guest throws is kept: it must not unwind the WebAssembly. */
    event(
      name: 'onUrl' | 'onStatus' | 'onField' | 'onValue' | 'onBody' | 'onBegin' | 'onComplete',
      at: number,
      length: number,
    ): number {
      try {
        return this.#handle(name, at, length);
      } catch (error) {
        this.#thrown = { error };
        return HPE.USER;
      }
    }

    #handle(name: string, at: number, length: number): number {
      const bytes = new Uint8Array(load().memory.buffer, at, length);
      switch (name) {
        case 'onBegin':
          this.#clear();
          this.idle = false;
          this.headersDone = false;
          this.started = node.host.now();
          this.#tell(ON.messageBegin);
          return 0;
        case 'onBody':
          this.#tell(ON.body, node.buffer(bytes.slice()));
          return 0;
        case 'onComplete':
          this.idle = true;
          if (this.#headers.length > 0) this.#tell(ON.headers, this.#headers, '');
          this.#headers = [];
          this.#tell(ON.messageComplete);
          return 0;
        default:
          return this.#text(name, latin1Text(bytes));
      }
    }

    #text(name: string, text: string): number {
      this.#headerSize += text.length;
      if (this.#headerSize >= this.#most) {
        this.#reason = ['HPE_HEADER_OVERFLOW', 'Header overflow'];
        return HPE.USER;
      }
      if (name === 'onUrl') this.#url += text;
      else if (name === 'onStatus') this.#status += text;
      else if (name === 'onField') {
        if (this.#inValue || this.#headers.length === 0) this.#headers.push(text, '');
        else this.#headers[this.#headers.length - 2] += text;
        this.#inValue = false;
      } else {
        this.#inValue = true;
        this.#headers[this.#headers.length - 1] += text;
      }
      return 0;
    }

    headersComplete(status: number, upgrade: boolean, keepAlive: boolean): number {
      this.headersDone = true;
      const pointer = this.#pointer;
      const headers = this.#headers.map((text, i) => (i % 2 === 1 ? text.replace(/[ \t]+$/, '') : text));
      const request = this.#type === REQUEST;
      const args = [
        call('llhttp_get_http_major', pointer),
        call('llhttp_get_http_minor', pointer),
        headers,
        request ? call('llhttp_get_method', pointer) : undefined,
        request ? this.#url : undefined,
        request ? undefined : status,
        request ? undefined : this.#status,
        upgrade,
        keepAlive,
      ];
      this.#headers = [];
      this.#inValue = false;
      this.#headerSize = 0;
      try {
        return Number(this.#tell(ON.headersComplete, ...args)) || 0;
      } catch (error) {
        this.#thrown = { error };
        return -1;
      }
    }

    #tell(key: number, ...args: unknown[]): unknown {
      const callback = (this as unknown as Dict)[String(key)];
      return typeof callback === 'function' ? (callback as Fn).apply(this, args) : undefined;
    }

    execute(view: ArrayBufferView): unknown {
      const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
      this.#current = bytes;
      const at = call('malloc', Math.max(1, bytes.length));
      try {
        new Uint8Array(load().memory.buffer).set(bytes, at);
        const error = call('llhttp_execute', this.#pointer, at, bytes.length);
        return this.#result(error, at, bytes.length);
      } finally {
        this.#current = undefined;
        call('free', at);
      }
    }

    finish(): unknown {
      if (this.#pointer === 0) return 0;
      return this.#result(call('llhttp_finish', this.#pointer), 0, 0);
    }

    #result(error: number, at: number, length: number): unknown {
      const thrown = this.#thrown;
      this.#thrown = undefined;
      if (thrown !== undefined) throw thrown.error;
      if (error === HPE.OK) return length;
      if (this.#pointer === 0) return length;
      const read = at === 0 ? 0 : call('llhttp_get_error_pos', this.#pointer) - at;
      if (error === HPE.PAUSED_UPGRADE) {
        call('llhttp_resume_after_upgrade', this.#pointer);
        return read;
      }
      if (error === HPE.PAUSED) return read;
      const [code, reason] = this.#reason ?? [
        textAt(call('llhttp_errno_name', error)),
        textAt(call('llhttp_get_error_reason', this.#pointer)),
      ];
      this.#reason = undefined;
      return Object.assign(new Error('Parse Error'), {
        bytesParsed: read,
        code,
        reason,
        message: `Parse Error: ${reason}`,
      });
    }

    close(): void {
      this.#release();
    }
    free(): void {
      this.#release();
    }
    remove(): void {
      this.#list?.parsers.delete(this);
    }
    pause(): void {
      if (this.#pointer !== 0) call('llhttp_pause', this.#pointer);
    }
    resume(): void {
      if (this.#pointer !== 0) call('llhttp_resume', this.#pointer);
    }
    // The socket hands its data on by itself.
    consume(): void {}
    unconsume(): void {}
    getCurrentBuffer(): unknown {
      return this.#current === undefined ? undefined : node.buffer(this.#current.slice());
    }
    duration(): number {
      return this.started === 0 ? 0 : node.host.now() - this.started;
    }
    headersCompleted(): boolean {
      return this.headersDone;
    }
  }
  Object.assign(HTTPParser, LENIENT);
  return { HTTPParser, ConnectionsList };
};
