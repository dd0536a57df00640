// What every JavaScript host offers beyond ECMAScript and the pure layers (base, kernel, transport) may use.
// Those layers have neither the DOM nor the worker library; time, randomness and logging come from ports.
// Follows the Encoding Standard (https://encoding.spec.whatwg.org/#api) and HTML (microtasks), only the parts in use.

declare class TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>;
  encodeInto(source: string, destination: Uint8Array): { read: number; written: number };
}

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(input?: ArrayBuffer | ArrayBufferView, options?: { stream?: boolean }): string;
}

declare function queueMicrotask(callback: () => void): void;
