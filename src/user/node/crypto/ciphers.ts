// The symmetric ciphers by OpenSSL's names: sizes in bytes, and how to begin one.
//
// Not there: CCM, OCB, XTS, CFB1, key wrap, ARIA, Camellia, SM4, DES and the other ciphers of old.

import { type Aead, chachaPoly, chachaStream, gcm } from './aead.ts';
import { type BlockMode, cbc, cfb, cfb8, ctr, ecb, ofb, type StreamMode } from './aes-modes.ts';

export type Begun =
  | { readonly kind: 'block'; readonly mode: BlockMode }
  | { readonly kind: 'stream'; readonly mode: StreamMode }
  | { readonly kind: 'aead'; readonly mode: Aead };

export interface Cipher {
  readonly name: string;
  /** OBJ_nid of OpenSSL (obj_mac.h). */
  readonly nid: number;
  /** As getCipherInfo() calls it. */
  readonly mode: 'cbc' | 'cfb' | 'ctr' | 'ecb' | 'gcm' | 'ofb' | 'stream';
  readonly keyLength: number;
  readonly ivLength: number;
  readonly blockSize: number;
  /** Lengths that the iv may have instead. */
  readonly ivRange?: readonly [min: number, max: number];
  begin(key: Uint8Array, iv: Uint8Array, encrypts: boolean): Begun;
}

const stream = (mode: StreamMode): Begun => ({ kind: 'stream', mode });

/** By AES mode: nids for 128, 192 and 256 bits. */
const AES: readonly (readonly [
  suffix: string,
  mode: Cipher['mode'],
  nids: readonly [number, number, number],
  ivLength: number,
  begin: Cipher['begin'],
])[] = [
  ['ecb', 'ecb', [418, 422, 426], 0, (key, _iv, encrypts) => ({ kind: 'block', mode: ecb(key, encrypts) })],
  ['cbc', 'cbc', [419, 423, 427], 16, (key, iv, encrypts) => ({ kind: 'block', mode: cbc(key, iv, encrypts) })],
  ['ofb', 'ofb', [420, 424, 428], 16, (key, iv) => stream(ofb(key, iv))],
  ['cfb', 'cfb', [421, 425, 429], 16, (key, iv, encrypts) => stream(cfb(key, iv, encrypts))],
  ['cfb8', 'cfb', [653, 654, 655], 16, (key, iv, encrypts) => stream(cfb8(key, iv, encrypts))],
  ['ctr', 'ctr', [904, 905, 906], 16, (key, iv) => stream(ctr(key, iv))],
  ['gcm', 'gcm', [895, 898, 901], 12, (key, iv, encrypts) => ({ kind: 'aead', mode: gcm(key, iv, encrypts) })],
];

const aesCiphers = AES.flatMap(([suffix, mode, nids, ivLength, begin]) =>
  [128, 192, 256].map(
    (bits, i): Cipher => ({
      name: `aes-${bits}-${suffix}`,
      nid: nids[i] as number,
      mode,
      keyLength: bits / 8,
      ivLength,
      blockSize: mode === 'ecb' || mode === 'cbc' ? 16 : 1,
      ...(mode === 'gcm' && { ivRange: [1, 1024] as const }),
      begin,
    }),
  ),
);

const CIPHERS: readonly Cipher[] = [
  ...aesCiphers,
  {
    name: 'chacha20',
    nid: 1019,
    mode: 'stream',
    keyLength: 32,
    ivLength: 16,
    blockSize: 1,
    // A counter of 32 bits, little-endian, and the nonce.
    begin: (key, iv) =>
      stream(chachaStream(key, iv.subarray(4), new DataView(iv.buffer, iv.byteOffset).getUint32(0, true))),
  },
  {
    name: 'chacha20-poly1305',
    nid: 1018,
    mode: 'stream',
    keyLength: 32,
    ivLength: 12,
    blockSize: 1,
    ivRange: [1, 12],
    begin: (key, iv, encrypts) => ({ kind: 'aead', mode: chachaPoly(key, iv, encrypts) }),
  },
];

const ALIASES: Readonly<Record<string, string>> = {
  aes128: 'aes-128-cbc',
  aes192: 'aes-192-cbc',
  aes256: 'aes-256-cbc',
  'id-aes128-gcm': 'aes-128-gcm',
  'id-aes192-gcm': 'aes-192-gcm',
  'id-aes256-gcm': 'aes-256-gcm',
};

export const findCipher = (name: string | number): Cipher | undefined => {
  if (typeof name === 'number') return CIPHERS.find(({ nid }) => nid === name);
  const key = name.toLowerCase();
  const wanted = ALIASES[key] ?? key;
  return CIPHERS.find((cipher) => cipher.name === wanted);
};

/** The names of crypto.getCiphers(), in OpenSSL's order. */
export const cipherNames = (): string[] =>
  [
    ...CIPHERS.map(({ name }) => name),
    'aes128',
    'aes192',
    'aes256',
    'id-aes128-GCM',
    'id-aes192-GCM',
    'id-aes256-GCM',
  ].sort();
