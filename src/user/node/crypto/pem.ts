// Keys in PEM (RFC 7468), also in the old encrypted form with Proc-Type and DEK-Info headers (RFC 1421, OpenSSL).

import { md5 } from '@noble/hashes/legacy.js';
import { base64Text, latin1Text, writeBase64 } from '../encodings.ts';
import { BLOCK, cbc } from './aes-modes.ts';
import { concat } from './bytes.ts';
import { findCipher } from './ciphers.ts';
import { opensslError, unsupported } from './errors.ts';

export interface PemBlock {
  readonly label: string;
  readonly bytes: Uint8Array;
  /** Cipher and iv, of an old encrypted key. */
  readonly encryption?: { readonly cipher: string; readonly iv: Uint8Array };
}

const BLOCK_PATTERN = /-----BEGIN ([^-\r\n]+)-----[ \t]*\r?\n([\s\S]*?)-----END \1-----/g;

export const pemBlocks = (bytes: Uint8Array): PemBlock[] =>
  [...latin1Text(bytes).matchAll(BLOCK_PATTERN)].map(([, label = '', body = '']) => {
    const dek = /^DEK-Info:\s*([\w-]+),([0-9A-Fa-f]+)/m.exec(body);
    const text = body.replace(/^[\w-]+:.*$/gm, '').replace(/[^A-Za-z0-9+/=]/g, '');
    const decoded = new Uint8Array(Math.ceil((text.length * 3) / 4));
    const content = decoded.subarray(0, writeBase64(text, decoded));
    if (dek === null) return { label, bytes: content };
    const iv = Uint8Array.from(dek[2]?.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    return { label, bytes: content, encryption: { cipher: dek[1] ?? '', iv } };
  });

export const pem = (label: string, bytes: Uint8Array): string => {
  const lines = base64Text(bytes).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
};

/** EVP_BytesToKey with MD5 and one round. */
const oldKey = (passphrase: Uint8Array, salt: Uint8Array, size: number): Uint8Array => {
  let key: Uint8Array = new Uint8Array();
  let last: Uint8Array = new Uint8Array();
  while (key.length < size) {
    last = md5(concat(last, passphrase, salt));
    key = concat(key, last);
  }
  return key.slice(0, size);
};

export const openOldPem = ({ bytes, encryption }: PemBlock, passphrase: Uint8Array): Uint8Array => {
  const { cipher: name = '', iv = new Uint8Array() } = encryption ?? {};
  const cipher = findCipher(name);
  if (cipher?.mode !== 'cbc') throw unsupported(name);
  const bad = opensslError('Provider routines', 0x64, 'bad decrypt');
  if (bytes.length === 0 || bytes.length % BLOCK !== 0 || iv.length !== BLOCK) throw bad;
  const out = Uint8Array.from(bytes);
  const step = cbc(oldKey(passphrase, iv.subarray(0, 8), cipher.keyLength), iv, false);
  for (let at = 0; at < out.length; at += BLOCK) step(out.subarray(at, at + BLOCK));
  const pad = out.at(-1) as number;
  if (pad === 0 || pad > BLOCK) throw bad;
  return out.subarray(0, out.length - pad);
};
