// A key as a program gives it (PEM or DER, with or without a passphrase) and as it gets it back (crypto_keys.cc).

import { DerError } from './asn1.ts';
import { findCipher } from './ciphers.ts';
import { codedError, unsupported } from './errors.ts';
import {
  openPkcs8,
  readCertificateKey,
  readEcPrivate,
  readPkcs1,
  readPkcs8,
  readSpki,
  sealPkcs8,
  writeEcPrivate,
  writePkcs1,
  writePkcs8,
  writeSpki,
} from './key-encoding.ts';
import { type AsymmetricKey, publicHalf } from './key-material.ts';
import { openOldPem, type PemBlock, pem, pemBlocks } from './pem.ts';
import type { RandomFill } from './rsa.ts';

/** Of the binding: kKeyFormat... and kKeyEncoding... */
export const FORMAT = { DER: 0, PEM: 1, JWK: 2 } as const;
const ENCODING = { PKCS1: 0, PKCS8: 1, SPKI: 2, SEC1: 3 } as const;

const noDecoder = (): Error => {
  const error = new Error('error:1E08010C:DECODER routines::unsupported');
  return Object.assign(error, { library: 'DECODER routines', reason: 'unsupported', code: 'ERR_OSSL_UNSUPPORTED' });
};

const needPassphrase = (): Error =>
  codedError('ERR_MISSING_PASSPHRASE', 'Passphrase required for encrypted key', TypeError);

/** Bytes that are no such key are the program's mistake; anything else is ours. */
const reading = <T>(read: () => T): T => {
  try {
    return read();
  } catch (error) {
    if (error instanceof DerError || error instanceof RangeError) throw noDecoder();
    // Points that are not on their curve: @noble/curves throws plain errors.
    if (error instanceof Error && !('code' in error) && error.constructor === Error) throw noDecoder();
    throw error;
  }
};

const openedBlock = (block: PemBlock, passphrase: Uint8Array | undefined): Uint8Array => {
  if (block.encryption === undefined) return block.bytes;
  if (passphrase === undefined) throw needPassphrase();
  return openOldPem(block, passphrase);
};

const privateOfBlock = (block: PemBlock, passphrase: Uint8Array | undefined): AsymmetricKey | undefined => {
  switch (block.label) {
    case 'PRIVATE KEY':
      return readPkcs8(block.bytes);
    case 'ENCRYPTED PRIVATE KEY':
      if (passphrase === undefined) throw needPassphrase();
      return readPkcs8(openPkcs8(block.bytes, passphrase));
    case 'RSA PRIVATE KEY':
      return readPkcs1.private(openedBlock(block, passphrase));
    case 'EC PRIVATE KEY':
      return readEcPrivate(openedBlock(block, passphrase));
    default:
      return undefined;
  }
};

const publicOfBlock = (block: PemBlock): AsymmetricKey | undefined => {
  switch (block.label) {
    case 'PUBLIC KEY':
      return readSpki(block.bytes);
    case 'RSA PUBLIC KEY':
      return readPkcs1.public(block.bytes);
    case 'CERTIFICATE':
    case 'X509 CERTIFICATE':
      return readCertificateKey(block.bytes);
    default:
      return undefined;
  }
};

const firstOf = (bytes: Uint8Array, read: (block: PemBlock) => AsymmetricKey | undefined): AsymmetricKey => {
  for (const block of pemBlocks(bytes)) {
    const key = read(block);
    if (key !== undefined) return key;
  }
  throw noDecoder();
};

export const parsePrivate = (
  bytes: Uint8Array,
  format: number,
  type: number | undefined,
  passphrase: Uint8Array | undefined,
): AsymmetricKey =>
  reading(() => {
    if (format === FORMAT.PEM) return firstOf(bytes, (block) => privateOfBlock(block, passphrase));
    if (type === ENCODING.PKCS1) return readPkcs1.private(bytes);
    if (type === ENCODING.SEC1) return readEcPrivate(bytes);
    return readPkcs8(passphrase === undefined ? bytes : openPkcs8(bytes, passphrase));
  });

/** The public half of what may be a private key too. */
export const parsePublic = (
  bytes: Uint8Array,
  format: number,
  type: number | undefined,
  passphrase: Uint8Array | undefined,
): AsymmetricKey =>
  reading(() => {
    if (format === FORMAT.PEM) {
      return publicHalf(firstOf(bytes, (block) => publicOfBlock(block) ?? privateOfBlock(block, passphrase)));
    }
    if (type === ENCODING.SPKI) return readSpki(bytes);
    if (type === ENCODING.PKCS1) {
      try {
        return readPkcs1.public(bytes);
      } catch {
        return publicHalf(readPkcs1.private(bytes));
      }
    }
    return publicHalf(parsePrivate(bytes, format, type, passphrase));
  });

/** DER as bytes, PEM as text. */
const shaped = (format: number, label: string, bytes: Uint8Array): Uint8Array | string =>
  format === FORMAT.PEM ? pem(label, bytes) : bytes;

export const formatPublic = (key: AsymmetricKey, format: number, type: number): Uint8Array | string =>
  type === ENCODING.PKCS1
    ? shaped(format, 'RSA PUBLIC KEY', writePkcs1.public(key))
    : shaped(format, 'PUBLIC KEY', writeSpki(key));

export const formatPrivate = (
  key: AsymmetricKey,
  format: number,
  type: number,
  cipher: string | undefined,
  passphrase: Uint8Array | undefined,
  random: RandomFill,
): Uint8Array | string => {
  if (cipher !== undefined && cipher !== null) {
    const known = findCipher(cipher);
    if (known === undefined) throw codedError('ERR_CRYPTO_UNKNOWN_CIPHER', 'Unknown cipher');
    if (type !== ENCODING.PKCS8 || known.mode !== 'cbc') throw unsupported(`${cipher} for this encoding of keys`);
    const sealed = sealPkcs8(writePkcs8(key), passphrase ?? new Uint8Array(), known.keyLength, random);
    return shaped(format, 'ENCRYPTED PRIVATE KEY', sealed);
  }
  if (type === ENCODING.PKCS1) return shaped(format, 'RSA PRIVATE KEY', writePkcs1.private(key));
  if (type === ENCODING.SEC1) return shaped(format, 'EC PRIVATE KEY', writeEcPrivate(key));
  return shaped(format, 'PRIVATE KEY', writePkcs8(key));
};
