// RSA (RFC 8017): the operation on numbers, PKCS #1 v1.5, OAEP and PSS.
//
// Private operations go by the Chinese remainder theorem and are blinded. Numbers are bigint: their time still depends
// on their size, which is the limit of this implementation.

import type { CHash } from '@noble/hashes/utils.js';
import { bigintOf, bytesOfBigint, nothing, octets, oid, sequence } from './asn1.ts';
import { concat, equalBytes } from './bytes.ts';
import type { Digest } from './digests.ts';
import { opensslError } from './errors.ts';

export interface RsaPublic {
  readonly n: bigint;
  readonly e: bigint;
}

export interface RsaPrivate extends RsaPublic {
  readonly d: bigint;
  readonly p: bigint;
  readonly q: bigint;
  readonly dp: bigint;
  readonly dq: bigint;
  readonly qi: bigint;
}

/** Fills with random bytes. */
export type RandomFill = (bytes: Uint8Array) => void;

export const modpow = (base: bigint, exponent: bigint, modulus: bigint): bigint => {
  let result = 1n;
  let square = base % modulus;
  // Four bits at a time halve the multiplications.
  const powers: bigint[] = [1n];
  for (let i = 1; i < 16; i++) powers.push(((powers[i - 1] as bigint) * square) % modulus);
  for (const digit of exponent.toString(16)) {
    square = (result * result) % modulus;
    square = (square * square) % modulus;
    square = (square * square) % modulus;
    square = (square * square) % modulus;
    result = (square * (powers[Number.parseInt(digit, 16)] as bigint)) % modulus;
  }
  return result;
};

/** The inverse; 0n when there is none. */
const inverse = (value: bigint, modulus: bigint): bigint => {
  let [r0, r1] = [modulus, ((value % modulus) + modulus) % modulus];
  let [t0, t1] = [0n, 1n];
  while (r1 !== 0n) {
    const quotient = r0 / r1;
    [r0, r1] = [r1, r0 - quotient * r1];
    [t0, t1] = [t1, t0 - quotient * t1];
  }
  if (r0 !== 1n) return 0n;
  return t0 < 0n ? t0 + modulus : t0;
};

export const bitLength = (value: bigint): number => value.toString(2).length;
const byteLength = ({ n }: RsaPublic): number => Math.ceil(bitLength(n) / 8);

const publicOperation = ({ n, e }: RsaPublic, input: Uint8Array): Uint8Array => {
  const value = bigintOf(input);
  if (value >= n) throw opensslError('rsa routines', 132, 'data too large for modulus');
  return bytesOfBigint(modpow(value, e, n), byteLength({ n, e }));
};

const privateOperation = (key: RsaPrivate, input: Uint8Array, random: RandomFill): Uint8Array => {
  const { n, e, p, q, dp, dq, qi } = key;
  const value = bigintOf(input);
  if (value >= n) throw opensslError('rsa routines', 132, 'data too large for modulus');
  const seed = new Uint8Array(byteLength(key));
  let blind = 0n;
  let unblind = 0n;
  while (unblind === 0n) {
    random(seed);
    blind = bigintOf(seed) % n;
    unblind = inverse(blind, n);
  }
  const blinded = (value * modpow(blind, e, n)) % n;
  const [m1, m2] = [modpow(blinded, dp, p), modpow(blinded, dq, q)];
  const h = (qi * (m1 - m2 + p * ((m2 - m1) / p + 1n))) % p;
  const result = ((m2 + ((h + p) % p) * q) * unblind) % n;
  return bytesOfBigint(result, byteLength(key));
};

// --- padding -------------------------------------------------------------------------------------------------------

/** PKCS #1 v1.5: 0, the kind, filling without zeros, 0, the text. */
const pad = (kind: 1 | 2, text: Uint8Array, size: number, random: RandomFill): Uint8Array => {
  if (text.length > size - 11) throw opensslError('rsa routines', 110, 'data too large for key size');
  const fill = new Uint8Array(size - text.length - 3).fill(0xff);
  if (kind === 2) {
    random(fill);
    while (fill.includes(0)) {
      const more = new Uint8Array(1);
      random(more);
      fill[fill.indexOf(0)] = more[0] as number;
    }
  }
  return concat(Uint8Array.of(0, kind), fill, Uint8Array.of(0), text);
};

const unpad = (kind: 1 | 2, block: Uint8Array): Uint8Array => {
  const end = block.indexOf(0, 2);
  const filled = kind === 2 || block.subarray(2, end).every((byte) => byte === 0xff);
  if (block[0] !== 0 || block[1] !== kind || end < 10 || !filled) {
    throw opensslError('rsa routines', 114, 'padding check failed');
  }
  return block.slice(end + 1);
};

const mgf1 = (hash: CHash, seed: Uint8Array, length: number): Uint8Array => {
  const parts: Uint8Array[] = [];
  for (let i = 0; i * hash.outputLen < length; i++) {
    parts.push(hash(concat(seed, Uint8Array.of(i >> 24, i >> 16, i >> 8, i))));
  }
  return concat(...parts).slice(0, length);
};

const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((byte, i) => byte ^ (b[i] as number));

const padOaep = (text: Uint8Array, size: number, hash: CHash, label: Uint8Array, random: RandomFill): Uint8Array => {
  const room = size - 2 * hash.outputLen - 2;
  if (text.length > room) throw opensslError('rsa routines', 110, 'data too large for key size');
  const data = concat(hash(label), new Uint8Array(room - text.length), Uint8Array.of(1), text);
  const seed = new Uint8Array(hash.outputLen);
  random(seed);
  const masked = xor(data, mgf1(hash, seed, data.length));
  return concat(Uint8Array.of(0), xor(seed, mgf1(hash, masked, seed.length)), masked);
};

const unpadOaep = (block: Uint8Array, hash: CHash, label: Uint8Array): Uint8Array => {
  const failure = opensslError('rsa routines', 121, 'oaep decoding error');
  if (block.length < 2 * hash.outputLen + 2) throw failure;
  const masked = block.slice(1 + hash.outputLen);
  const seed = xor(block.slice(1, 1 + hash.outputLen), mgf1(hash, masked, hash.outputLen));
  const data = xor(masked, mgf1(hash, seed, masked.length));
  const start = data.findIndex((byte, i) => i >= hash.outputLen && byte !== 0);
  const good = equalBytes(data.slice(0, hash.outputLen), hash(label));
  if (block[0] !== 0 || !good || data[start] !== 1) throw failure;
  return data.slice(start + 1);
};

// --- encryption ----------------------------------------------------------------------------------------------------

export const PADDING = { PKCS1: 1, NONE: 3, OAEP: 4, PSS: 6 } as const;

export interface Oaep {
  readonly hash: CHash;
  readonly label: Uint8Array;
}

const exact = (text: Uint8Array, size: number): Uint8Array => {
  if (text.length > size) throw opensslError('rsa routines', 110, 'data too large for key size');
  if (text.length < size) throw opensslError('rsa routines', 122, 'data too small for key size');
  return text;
};

export const encrypt = (
  key: RsaPublic,
  text: Uint8Array,
  padding: number,
  oaep: Oaep,
  random: RandomFill,
): Uint8Array => {
  const size = byteLength(key);
  if (padding === PADDING.OAEP) return publicOperation(key, padOaep(text, size, oaep.hash, oaep.label, random));
  return publicOperation(key, padding === PADDING.NONE ? exact(text, size) : pad(2, text, size, random));
};

/** What does not decode gives random bytes of a likely length with PKCS #1 v1.5, as OpenSSL does against Bleichenbacher. */
export const decrypt = (
  key: RsaPrivate,
  text: Uint8Array,
  padding: number,
  oaep: Oaep,
  random: RandomFill,
): Uint8Array => {
  if (text.length > byteLength(key)) throw opensslError('rsa routines', 108, 'data greater than mod len');
  const block = privateOperation(key, text, random);
  if (padding === PADDING.OAEP) return unpadOaep(block, oaep.hash, oaep.label);
  if (padding === PADDING.NONE) return block;
  try {
    return unpad(2, block);
  } catch {
    const length = new Uint8Array(1);
    random(length);
    const made = new Uint8Array((length[0] as number) % (block.length - 10));
    random(made);
    return made;
  }
};

/** privateEncrypt() and publicDecrypt(): signing without a digest. */
export const sealPrivate = (key: RsaPrivate, text: Uint8Array, padding: number, random: RandomFill): Uint8Array => {
  const size = byteLength(key);
  return privateOperation(key, padding === PADDING.NONE ? exact(text, size) : pad(1, text, size, random), random);
};

export const openPublic = (key: RsaPublic, text: Uint8Array, padding: number): Uint8Array => {
  const block = publicOperation(key, text);
  return padding === PADDING.NONE ? block : unpad(1, block);
};

// --- signatures ----------------------------------------------------------------------------------------------------

/** OIDs of digests in a DigestInfo. */
const DIGEST_OID: Readonly<Record<string, string>> = {
  md5: '1.2.840.113549.2.5',
  ripemd160: '1.3.36.3.2.1',
  sha1: '1.3.14.3.2.26',
  sha224: '2.16.840.1.101.3.4.2.4',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
  'sha512-224': '2.16.840.1.101.3.4.2.5',
  'sha512-256': '2.16.840.1.101.3.4.2.6',
  'sha3-224': '2.16.840.1.101.3.4.2.7',
  'sha3-256': '2.16.840.1.101.3.4.2.8',
  'sha3-384': '2.16.840.1.101.3.4.2.9',
  'sha3-512': '2.16.840.1.101.3.4.2.10',
};

const digestInfo = (digest: Digest, hashed: Uint8Array): Uint8Array => {
  // Both digests of md5-sha1 go in bare.
  if (digest.name === 'md5-sha1') return hashed;
  const id = DIGEST_OID[digest.name];
  if (id === undefined) throw opensslError('rsa routines', 117, 'unknown algorithm type');
  return sequence(sequence(oid(id), nothing()), octets(hashed));
};

/** Salt lengths that stand for others. */
const SALT = { DIGEST: -1, AUTO: -2, MAX: -3 } as const;

/** EMSA-PSS-ENCODE. */
const encodePss = (hashed: Uint8Array, bits: number, hash: CHash, mgf: CHash, salt: Uint8Array): Uint8Array => {
  const size = Math.ceil(bits / 8);
  if (size < hashed.length + salt.length + 2) throw opensslError('rsa routines', 110, 'data too large for key size');
  const h = hash(concat(new Uint8Array(8), hashed, salt));
  const data = concat(new Uint8Array(size - salt.length - h.length - 2), Uint8Array.of(1), salt);
  const masked = xor(data, mgf1(mgf, h, data.length));
  masked[0] = (masked[0] as number) & (0xff >> (8 * size - bits));
  return concat(masked, h, Uint8Array.of(0xbc));
};

const verifyPss = (
  hashed: Uint8Array,
  block: Uint8Array,
  bits: number,
  hash: CHash,
  mgf: CHash,
  saltLength: number,
): boolean => {
  const size = Math.ceil(bits / 8);
  const encoded = block.subarray(block.length - size);
  const dataLength = size - hash.outputLen - 1;
  if (dataLength < 1 || encoded[size - 1] !== 0xbc) return false;
  const h = encoded.slice(dataLength, size - 1);
  const data = xor(encoded.slice(0, dataLength), mgf1(mgf, h, dataLength));
  data[0] = (data[0] as number) & (0xff >> (8 * size - bits));
  const one = data.findIndex((byte) => byte !== 0);
  if (one < 0 || data[one] !== 1) return false;
  const salt = data.slice(one + 1);
  if (saltLength >= 0 && salt.length !== saltLength) return false;
  return equalBytes(h, hash(concat(new Uint8Array(8), hashed, salt)));
};

export interface RsaScheme {
  readonly padding: number;
  readonly saltLength: number;
  readonly digest: Digest;
  /** For the mask of PSS. */
  readonly mgf?: CHash | undefined;
}

const saltLengthOf = (wanted: number, hash: CHash, bits: number): number => {
  if (wanted === SALT.DIGEST) return hash.outputLen;
  if (wanted === SALT.AUTO || wanted === SALT.MAX) return Math.ceil(bits / 8) - hash.outputLen - 2;
  return wanted;
};

export const sign = (key: RsaPrivate, hashed: Uint8Array, scheme: RsaScheme, random: RandomFill): Uint8Array => {
  const size = byteLength(key);
  if (scheme.padding !== PADDING.PSS) {
    return privateOperation(key, pad(1, digestInfo(scheme.digest, hashed), size, random), random);
  }
  const hash = pssHash(scheme.digest);
  const bits = bitLength(key.n) - 1;
  const salt = new Uint8Array(Math.max(0, saltLengthOf(scheme.saltLength, hash, bits)));
  random(salt);
  const encoded = encodePss(hashed, bits, hash, scheme.mgf ?? hash, salt);
  return privateOperation(key, encoded, random);
};

export const verify = (key: RsaPublic, hashed: Uint8Array, signature: Uint8Array, scheme: RsaScheme): boolean => {
  if (signature.length !== byteLength(key) || bigintOf(signature) >= key.n) return false;
  const block = publicOperation(key, signature);
  if (scheme.padding === PADDING.PSS) {
    const hash = pssHash(scheme.digest);
    const bits = bitLength(key.n) - 1;
    const wanted = scheme.saltLength === SALT.AUTO ? -1 : saltLengthOf(scheme.saltLength, hash, bits);
    return verifyPss(hashed, block, bits, hash, scheme.mgf ?? hash, wanted);
  }
  try {
    return equalBytes(unpad(1, block), digestInfo(scheme.digest, hashed));
  } catch {
    return false;
  }
};

const pssHash = ({ hash, name }: Digest): CHash => {
  if (hash === undefined) throw opensslError('rsa routines', 117, `unknown algorithm type ${name}`);
  return hash;
};

// --- generation ----------------------------------------------------------------------------------------------------

const SMALL_PRIMES = [3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n, 41n, 43n, 47n, 53n, 59n, 61n, 67n, 71n, 73n];

/** Miller and Rabin, with random bases. */
export const isProbablePrime = (n: bigint, rounds: number, random: RandomFill): boolean => {
  if (n < 2n) return false;
  if (n === 2n || SMALL_PRIMES.includes(n)) return true;
  if ((n & 1n) === 0n || SMALL_PRIMES.some((prime) => n % prime === 0n)) return false;
  let d = n - 1n;
  let s = 0;
  for (; (d & 1n) === 0n; d >>= 1n) s++;
  const seed = new Uint8Array(Math.ceil(bitLength(n) / 8) + 8);
  return Array.from({ length: rounds }).every(() => {
    random(seed);
    let x = modpow((bigintOf(seed) % (n - 3n)) + 2n, d, n);
    if (x === 1n || x === n - 1n) return true;
    for (let i = 1; i < s; i++) {
      x = (x * x) % n;
      if (x === n - 1n) return true;
    }
    return false;
  });
};

/** With the two highest bits set, so that the product of two has all of theirs. */
export const randomPrime = (size: number, random: RandomFill, accept: (candidate: bigint) => boolean): bigint => {
  const seed = new Uint8Array(Math.ceil(size / 8));
  for (;;) {
    random(seed);
    const top = 3n << BigInt(size - 2);
    let candidate = (bigintOf(seed) & ((1n << BigInt(size)) - 1n)) | top | 1n;
    for (let step = 0; step < 4096; step++, candidate += 2n) {
      if (SMALL_PRIMES.some((prime) => candidate % prime === 0n && candidate !== prime)) continue;
      if (bitLength(candidate) !== size) break;
      if (accept(candidate) && isProbablePrime(candidate, 10, random)) return candidate;
    }
  }
};

const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b));

export const generate = (bits: number, e: bigint, random: RandomFill): RsaPrivate => {
  const coprime = (prime: bigint): boolean => gcd(prime - 1n, e) === 1n;
  for (;;) {
    const first = randomPrime(Math.ceil(bits / 2), random, coprime);
    const second = randomPrime(Math.floor(bits / 2), random, (prime) => prime !== first && coprime(prime));
    const [p, q] = first > second ? [first, second] : [second, first];
    const n = p * q;
    if (bitLength(n) !== bits) continue;
    const d = inverse(e, ((p - 1n) * (q - 1n)) / gcd(p - 1n, q - 1n));
    return { n, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
  }
};
