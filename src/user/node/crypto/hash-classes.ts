// The classes Hash and Hmac of the binding `crypto`, and the digest in one call (crypto_hash.cc, crypto_hmac.cc).

import { hmac } from '@noble/hashes/hmac.js';
import { decode } from '../encodings.ts';
import type { Dict, NodeRuntime } from '../runtime.ts';
import { bytesOf, inputBytes } from './bytes.ts';
import { type Digest, findDigest, type Running } from './digests.ts';
import { codedError, invalidDigest, opensslError } from './errors.ts';
import { keyBytes } from './key-object.ts';

const findForHash = (name: string, outputLength: number | undefined): Digest => {
  const digest = findDigest(name);
  if (digest === undefined) throw new Error('Digest method not supported');
  if (outputLength !== undefined && outputLength !== digest.outputLength && !digest.extendable && outputLength !== 0) {
    throw opensslError('digital envelope routines', 0xb2, 'not XOF or invalid length');
  }
  return digest;
};

const finish = (running: Running, outputLength: number | undefined): Uint8Array =>
  outputLength === 0 ? new Uint8Array() : running.digest();

export const hashClasses = (node: NodeRuntime): Dict => {
  const { host } = node;
  const input = (data: unknown, encoding: unknown): Uint8Array => inputBytes(data, encoding, host.encodeUtf8);
  const output = (bytes: Uint8Array, encoding: unknown): unknown =>
    typeof encoding === 'string' && encoding !== 'buffer'
      ? decode(bytes, encoding, host.decodeUtf8)
      : node.buffer(Uint8Array.from(bytes));

  class Hash {
    readonly #running: Running;
    readonly #outputLength: number | undefined;
    #result: Uint8Array | undefined;

    constructor(from: string | Hash, outputLength: number | undefined) {
      if (typeof from !== 'string') {
        this.#running = from.#running.clone();
        this.#outputLength = from.#outputLength;
        if (outputLength !== undefined && outputLength !== from.#outputLength) {
          throw opensslError('digital envelope routines', 0xb2, 'not XOF or invalid length');
        }
        return;
      }
      this.#running = findForHash(from, outputLength).create(outputLength === 0 ? undefined : outputLength);
      this.#outputLength = outputLength;
    }

    update(data: unknown, encoding: unknown): boolean {
      this.#running.update(input(data, encoding));
      return true;
    }

    digest(encoding: unknown): unknown {
      this.#result ??= finish(this.#running, this.#outputLength);
      return output(this.#result, encoding);
    }
  }

  class Hmac {
    #running: Running | undefined;

    init(name: string, key: unknown): void {
      const { hash } = findDigest(name) ?? {};
      if (hash === undefined) throw invalidDigest(name);
      this.#running = hmac.create(hash, keyBytes(key));
    }

    update(data: unknown, encoding: unknown): boolean {
      this.#running?.update(input(data, encoding));
      return this.#running !== undefined;
    }

    digest(encoding: unknown): unknown {
      const result = this.#running?.digest() ?? new Uint8Array();
      this.#running = undefined;
      return output(result, encoding);
    }
  }

  return {
    Hash,
    Hmac,
    oneShotDigest: (
      name: string,
      _id: number,
      _cache: unknown,
      data: unknown,
      encoding: unknown,
      _encodingId: number,
      outputLength: number | undefined,
    ): unknown => {
      const digest = findForHash(name, outputLength);
      const running = digest.create(outputLength === 0 ? undefined : outputLength);
      running.update(input(data, 'utf8'));
      return output(finish(running, outputLength), encoding);
    },
    timingSafeEqual: (a: unknown, b: unknown): boolean => {
      const [x, y] = [checked(a, 'buf1'), checked(b, 'buf2')];
      if (x.length !== y.length) {
        throw codedError(
          'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH',
          'Input buffers must have the same byte length',
          RangeError,
        );
      }
      let difference = 0;
      for (let i = 0; i < x.length; i++) difference |= (x[i] as number) ^ (y[i] as number);
      return difference === 0;
    },
  };
};

const checked = (value: unknown, name: string): Uint8Array => {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return bytesOf(value);
  throw codedError(
    'ERR_INVALID_ARG_TYPE',
    `The "${name}" argument must be an instance of ArrayBuffer, Buffer, TypedArray, or DataView.`,
    TypeError,
  );
};
