// Message digests by OpenSSL's names, over @noble/hashes.
//
// Names are found whatever their case; the aliases are those that OpenSSL lists. SHAKE has outputs of any length. Not
// there: sm3.

import { blake2b, blake2s } from '@noble/hashes/blake2.js';
import { md5, ripemd160, sha1 } from '@noble/hashes/legacy.js';
import { sha224, sha256, sha384, sha512, sha512_224, sha512_256 } from '@noble/hashes/sha2.js';
import { sha3_224, sha3_256, sha3_384, sha3_512, shake128, shake256 } from '@noble/hashes/sha3.js';
import type { CHash } from '@noble/hashes/utils.js';

/** A digest under way. */
export interface Running {
  update(bytes: Uint8Array): unknown;
  /** Of all so far; nothing may follow. */
  digest(): Uint8Array;
  clone(): Running;
}

export interface Digest {
  readonly name: string;
  readonly outputLength: number;
  readonly blockLength: number;
  /** Its output may have any length. */
  readonly extendable: boolean;
  /** For HMAC and key derivation; undefined where OpenSSL has none either. */
  readonly hash: CHash | undefined;
  create(outputLength?: number): Running;
}

/** md5 and sha1 side by side, as SSL 3 had it. */
class Md5Sha1 implements Running {
  private readonly parts: readonly [Running, Running];

  constructor(parts: readonly [Running, Running] = [md5.create(), sha1.create()]) {
    this.parts = parts;
  }

  update(bytes: Uint8Array): void {
    for (const part of this.parts) part.update(bytes);
  }

  digest(): Uint8Array {
    const out = new Uint8Array(36);
    out.set(this.parts[0].digest());
    out.set(this.parts[1].digest(), 16);
    return out;
  }

  clone(): Running {
    return new Md5Sha1([this.parts[0].clone(), this.parts[1].clone()]);
  }
}

const simple = (name: string, hash: CHash): Digest => ({
  name,
  outputLength: hash.outputLen,
  blockLength: hash.blockLen,
  extendable: false,
  hash,
  create: () => hash.create(),
});

/** `length` is what Node gives when none is asked for. */
const shake = (name: string, xof: typeof shake128, length: number): Digest => ({
  name,
  outputLength: length,
  blockLength: xof.blockLen,
  extendable: true,
  hash: undefined,
  create: (outputLength = length) => xof.create({ dkLen: outputLength }),
});

/** A digest and the other names that OpenSSL lists for it. */
const TABLE: readonly (readonly [Digest, ...string[]])[] = [
  [simple('md5', md5), 'RSA-MD5', 'md5WithRSAEncryption', 'ssl3-md5'],
  [
    {
      name: 'md5-sha1',
      outputLength: 36,
      blockLength: 64,
      extendable: false,
      hash: undefined,
      create: () => new Md5Sha1(),
    },
  ],
  [simple('ripemd160', ripemd160), 'RSA-RIPEMD160', 'ripemd', 'ripemd160WithRSA', 'rmd160'],
  [simple('sha1', sha1), 'RSA-SHA1', 'RSA-SHA1-2', 'sha1WithRSAEncryption', 'ssl3-sha1'],
  [simple('sha224', sha224), 'RSA-SHA224', 'sha224WithRSAEncryption'],
  [simple('sha256', sha256), 'RSA-SHA256', 'sha256WithRSAEncryption'],
  [simple('sha384', sha384), 'RSA-SHA384', 'sha384WithRSAEncryption'],
  [simple('sha512', sha512), 'RSA-SHA512', 'sha512WithRSAEncryption'],
  [simple('sha512-224', sha512_224), 'RSA-SHA512/224', 'sha512-224WithRSAEncryption'],
  [simple('sha512-256', sha512_256), 'RSA-SHA512/256', 'sha512-256WithRSAEncryption'],
  [simple('sha3-224', sha3_224), 'RSA-SHA3-224', 'id-rsassa-pkcs1-v1_5-with-sha3-224'],
  [simple('sha3-256', sha3_256), 'RSA-SHA3-256', 'id-rsassa-pkcs1-v1_5-with-sha3-256'],
  [simple('sha3-384', sha3_384), 'RSA-SHA3-384', 'id-rsassa-pkcs1-v1_5-with-sha3-384'],
  [simple('sha3-512', sha3_512), 'RSA-SHA3-512', 'id-rsassa-pkcs1-v1_5-with-sha3-512'],
  [simple('blake2b512', blake2b as unknown as CHash)],
  [simple('blake2s256', blake2s as unknown as CHash)],
  [shake('shake128', shake128, 16)],
  [shake('shake256', shake256, 32)],
];

/** Names that OpenSSL takes without listing them. */
const UNLISTED: Readonly<Record<string, string>> = {
  'sha-1': 'sha1',
  'sha-224': 'sha224',
  'sha-256': 'sha256',
  'sha-384': 'sha384',
  'sha-512': 'sha512',
  'sha2-224': 'sha224',
  'sha2-256': 'sha256',
  'sha2-384': 'sha384',
  'sha2-512': 'sha512',
  'sha-512/224': 'sha512-224',
  'sha-512/256': 'sha512-256',
  'shake-128': 'shake128',
  'shake-256': 'shake256',
  'blake2b-512': 'blake2b512',
  'blake2s-256': 'blake2s256',
  'ripemd-160': 'ripemd160',
};

const BY_NAME = new Map(
  TABLE.flatMap(([digest, ...aliases]) => [digest.name, ...aliases].map((name) => [name.toLowerCase(), digest])),
);

export const findDigest = (name: string): Digest | undefined => {
  const key = name.toLowerCase();
  return BY_NAME.get(UNLISTED[key] ?? key);
};

/** The names of crypto.getHashes(), in OpenSSL's order. */
export const digestNames = (): string[] => TABLE.flatMap(([digest, ...aliases]) => [digest.name, ...aliases]).sort();
