// Encryption with RSA keys, and the jobs by which WebCrypto encrypts and exports (crypto_cipher.cc, crypto_aes.cc,
// crypto_rsa.cc).

import { aeskw } from '@noble/ciphers/aes.js';
import type { CHash } from '@noble/hashes/utils.js';
import type { Dict, NodeRuntime } from '../runtime.ts';
import { type Aead, chachaPoly, gcm } from './aead.ts';
import { BLOCK, cbc, ctr } from './aes-modes.ts';
import { arrayBufferOf, bytesOf, concat, equalBytes } from './bytes.ts';
import { findDigest } from './digests.ts';
import { invalidDigest, unsupported } from './errors.ts';
import { makeJob } from './jobs.ts';
import { writePkcs8, writeSpki } from './key-encoding.ts';
import { type AsymmetricKey, isRsa } from './key-material.ts';
import { asymmetric, keyBytes, materialOf } from './key-object.ts';
import { fillRandom } from './random.ts';
import { decrypt, encrypt, type Oaep, openPublic, type RsaPrivate, type RsaPublic, sealPrivate } from './rsa.ts';

const ENCRYPT = 0;
const EXPORT = { RAW: 0, PKCS8: 1, SPKI: 2 } as const;
const TAG = 16;

const hashNamed = (name: string): CHash => {
  const { hash } = findDigest(name) ?? {};
  if (hash === undefined) throw invalidDigest(name);
  return hash;
};

const oaepOf = (hash: string | undefined, label: unknown): Oaep => ({
  hash: hashNamed(hash ?? 'sha1'),
  label: label === undefined ? new Uint8Array() : Uint8Array.from(bytesOf(label)),
});

const rsaPublic = (key: AsymmetricKey): RsaPublic => {
  if (isRsa(key)) return key.public;
  throw unsupported(`encryption with ${key.kind}`);
};

const rsaPrivate = (key: AsymmetricKey): RsaPrivate => {
  if (key.kind === 'rsa' && key.private !== undefined) return key.private;
  throw unsupported(`decryption with ${key.kind}`);
};

/** The failure that WebCrypto tells as OperationError. */
const failed = (): Error => new Error('Cipher job failed');

const padded = (key: Uint8Array, iv: Uint8Array, data: Uint8Array, encrypts: boolean): Uint8Array => {
  const step = cbc(key, iv, encrypts);
  const pad = BLOCK - (data.length % BLOCK);
  const out = encrypts ? concat(data, new Uint8Array(pad).fill(pad)) : Uint8Array.from(data);
  if (out.length === 0 || out.length % BLOCK !== 0) throw failed();
  for (let at = 0; at < out.length; at += BLOCK) step(out.subarray(at, at + BLOCK));
  if (encrypts) return out;
  const count = out.at(-1) as number;
  if (count === 0 || count > BLOCK || !out.subarray(-count).every((byte) => byte === count)) throw failed();
  return out.subarray(0, out.length - count);
};

/** CTR of WebCrypto: only the last bits of the block count, and the data may not be longer than they can tell apart. */
const counted = (key: Uint8Array, counter: Uint8Array, bits: number, data: Uint8Array): Uint8Array => {
  const blocks = Math.ceil(data.length / BLOCK);
  const size = 2n ** BigInt(bits);
  if (BigInt(blocks) > size) throw failed();
  const out = Uint8Array.from(data);
  const mask = size - 1n;
  const start = counter.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const untilWrap = size - (start & mask);
  const first = untilWrap >= BigInt(blocks) ? out.length : Number(untilWrap) * BLOCK;
  ctr(key, counter)(out.subarray(0, first));
  if (first === out.length) return out;
  const wrapped = start & ~mask;
  const again = Uint8Array.from({ length: BLOCK }, (_, i) => Number((wrapped >> BigInt(8 * (BLOCK - 1 - i))) & 0xffn));
  ctr(key, again)(out.subarray(first));
  return out;
};

/** The tag is behind the text when encrypting, and apart when decrypting; its length is told when encrypting. */
const authenticated = (make: Aead, data: Uint8Array, tag: unknown, aad: unknown, encrypts: boolean): Uint8Array => {
  if (aad !== undefined) make.authenticate(bytesOf(aad));
  const out = make.transform(data);
  const made = make.tag();
  if (encrypts) return concat(out, made.subarray(0, typeof tag === 'number' ? tag : TAG));
  const given = bytesOf(tag);
  if (!equalBytes(made.subarray(0, given.length), given)) throw failed();
  return out;
};

export const encryption = (node: NodeRuntime): Dict => {
  const random = (bytes: Uint8Array): void => fillRandom(node, bytes);
  const operation =
    (act: (key: AsymmetricKey, data: Uint8Array, padding: number, oaep: Oaep) => Uint8Array, wantsPrivate: boolean) =>
    (
      keyData: unknown,
      format: unknown,
      type: unknown,
      passphrase: unknown,
      data: unknown,
      padding: number,
      hash: string | undefined,
      label: unknown,
    ): Uint8Array => {
      const key = asymmetric(keyData, format, type, passphrase, wantsPrivate);
      return node.buffer(Uint8Array.from(act(key, Uint8Array.from(bytesOf(data)), padding, oaepOf(hash, label))));
    };
  const exportJob = makeJob(node, 'KEYEXPORTREQUEST', (format: number, handle: unknown) => {
    const material = materialOf(handle);
    if (material.type !== 'public' && material.type !== 'private') throw unsupported('the export of a secret');
    const { key } = material;
    return () => {
      if (format === EXPORT.SPKI) return arrayBufferOf(writeSpki(key));
      if (format === EXPORT.PKCS8) return arrayBufferOf(writePkcs8(key));
      if (isRsa(key)) throw unsupported('raw RSA keys');
      if (material.type === 'public' || key.kind === 'ec') return arrayBufferOf(key.point);
      return arrayBufferOf(key.secret as Uint8Array);
    };
  });

  return {
    publicEncrypt: operation((key, data, padding, oaep) => encrypt(rsaPublic(key), data, padding, oaep, random), false),
    privateDecrypt: operation(
      (key, data, padding, oaep) => decrypt(rsaPrivate(key), data, padding, oaep, random),
      true,
    ),
    privateEncrypt: operation((key, data, padding) => sealPrivate(rsaPrivate(key), data, padding, random), true),
    publicDecrypt: operation((key, data, padding) => openPublic(rsaPublic(key), data, padding), false),
    ECKeyExportJob: exportJob,
    RSAKeyExportJob: exportJob,
    RSACipherJob: makeJob(
      node,
      'CIPHERREQUEST',
      (mode: number, handle: unknown, data: unknown, _variant: number, hash: string, label: unknown) => {
        const material = materialOf(handle);
        if (material.type !== 'public' && material.type !== 'private') throw unsupported('RSA with a secret');
        const text = Uint8Array.from(bytesOf(data));
        const oaep = oaepOf(hash, label);
        return () =>
          arrayBufferOf(
            mode === ENCRYPT
              ? encrypt(rsaPublic(material.key), text, 4, oaep, random)
              : decrypt(rsaPrivate(material.key), text, 4, oaep, random),
          );
      },
    ),
    AESCipherJob: makeJob(
      node,
      'CIPHERREQUEST',
      (mode: number, handle: unknown, data: unknown, variant: number, iv: unknown, extra: unknown, aad: unknown) => {
        const key = keyBytes(handle);
        const text = Uint8Array.from(bytesOf(data));
        const start = iv === undefined ? new Uint8Array() : Uint8Array.from(bytesOf(iv));
        const encrypts = mode === ENCRYPT;
        const kind = Math.floor(variant / 3);
        return () => {
          if (kind === 0) return arrayBufferOf(counted(key, start, Number(extra), text));
          if (kind === 1) return arrayBufferOf(padded(key, start, text, encrypts));
          if (kind === 2) return arrayBufferOf(authenticated(gcm(key, start, encrypts), text, extra, aad, encrypts));
          if (kind !== 3) throw unsupported('AES-OCB');
          const wrap = aeskw(key);
          return arrayBufferOf(encrypts ? wrap.encrypt(text) : wrap.decrypt(text));
        };
      },
    ),
    ChaCha20Poly1305CipherJob: makeJob(
      node,
      'CIPHERREQUEST',
      (mode: number, handle: unknown, data: unknown, iv: unknown, tag: unknown, aad: unknown) => {
        const encrypts = mode === ENCRYPT;
        const make = chachaPoly(keyBytes(handle), bytesOf(iv), encrypts);
        const text = Uint8Array.from(bytesOf(data));
        return () => arrayBufferOf(authenticated(make, text, tag, aad, encrypts));
      },
    ),
  };
};
