// Key derivation, random bytes and MACs as jobs: PBKDF2 (RFC 8018), scrypt (RFC 7914), HKDF (RFC 5869).

import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { pbkdf2 } from '@noble/hashes/pbkdf2.js';
import { scrypt } from '@noble/hashes/scrypt.js';
import type { CHash } from '@noble/hashes/utils.js';
import type { Dict, NodeRuntime } from '../runtime.ts';
import { arrayBufferOf, bytesOf, equalBytes } from './bytes.ts';
import { findDigest } from './digests.ts';
import { codedError, invalidDigest } from './errors.ts';
import { makeJob } from './jobs.ts';
import { keyBytes } from './key-object.ts';
import { fillRandom } from './random.ts';

const SIGN = 0;

const hashOf = (name: string): CHash => {
  const { hash } = findDigest(name) ?? {};
  if (hash === undefined) throw invalidDigest(name);
  return hash;
};

const checkScrypt = (n: number, r: number, p: number, maxmem: number): void => {
  const invalid = (why = ''): Error =>
    codedError('ERR_CRYPTO_INVALID_SCRYPT_PARAMS', `Invalid scrypt params${why}`, RangeError);
  if (n < 2 || !Number.isInteger(Math.log2(n)) || r < 1 || p < 1 || r * p >= 2 ** 30) throw invalid();
  if (p * 128 * r + 128 * r * (n + 2) > maxmem) {
    throw invalid(': error:030000AC:digital envelope routines::memory limit exceeded');
  }
};

export const derivationJobs = (node: NodeRuntime): Dict => ({
  RandomBytesJob: makeJob(node, 'RANDOMBYTESREQUEST', (buffer: unknown, offset: number, size: number) => {
    const into = bytesOf(buffer).subarray(offset, offset + size);
    return () => fillRandom(node, into);
  }),
  PBKDF2Job: makeJob(
    node,
    'PBKDF2REQUEST',
    (password: unknown, salt: unknown, iterations: number, length: number, digest: string) => {
      const hash = hashOf(digest);
      const [secret, spice] = [Uint8Array.from(bytesOf(password)), Uint8Array.from(bytesOf(salt))];
      return () =>
        length === 0
          ? new ArrayBuffer(0)
          : arrayBufferOf(pbkdf2(hash, secret, spice, { c: iterations, dkLen: length }));
    },
  ),
  ScryptJob: makeJob(
    node,
    'SCRYPTREQUEST',
    (password: unknown, salt: unknown, N: number, r: number, p: number, maxmem: number, length: number) => {
      checkScrypt(N, r, p, maxmem);
      const [secret, spice] = [Uint8Array.from(bytesOf(password)), Uint8Array.from(bytesOf(salt))];
      return () =>
        length === 0
          ? new ArrayBuffer(0)
          : arrayBufferOf(scrypt(secret, spice, { N, r, p, dkLen: length, maxmem: Number.MAX_SAFE_INTEGER }));
    },
  ),
  HKDFJob: makeJob(
    node,
    'DERIVEBITSREQUEST',
    (digest: string, key: unknown, salt: unknown, info: unknown, length: number) => {
      const hash = hashOf(digest);
      if (length > 255 * hash.outputLen) {
        throw codedError('ERR_CRYPTO_INVALID_KEYLEN', 'Invalid key length', RangeError);
      }
      const parts = [keyBytes(key), bytesOf(salt), bytesOf(info)].map((part) => Uint8Array.from(part));
      const [secret, spice, context] = parts as [Uint8Array, Uint8Array, Uint8Array];
      return () => (length === 0 ? new ArrayBuffer(0) : arrayBufferOf(hkdf(hash, secret, spice, context, length)));
    },
  ),
  HashJob: makeJob(node, 'HASHREQUEST', (name: string, data: unknown, bits: number | undefined) => {
    const digest = findDigest(name);
    if (digest === undefined) throw invalidDigest(name);
    const running = digest.create(bits === undefined ? undefined : bits / 8);
    running.update(bytesOf(data));
    return () => arrayBufferOf(running.digest());
  }),
  HmacJob: makeJob(
    node,
    'SIGNREQUEST',
    (mode: number, digest: string, key: unknown, data: unknown, signature: unknown) => {
      const mac = hmac(hashOf(digest), keyBytes(key), bytesOf(data));
      return () => (mode === SIGN ? arrayBufferOf(mac) : equalBytes(mac, bytesOf(signature)));
    },
  ),
});
