// Keys in DER: SubjectPublicKeyInfo (RFC 5280), PKCS #8 (RFC 5958) and encrypted (RFC 8018), PKCS #1 (RFC 8017) and SEC 1
// (RFC 5915). In both directions.

import { pbkdf2 } from '@noble/hashes/pbkdf2.js';
import { BLOCK, cbc } from './aes-modes.ts';
import {
  bigintOf,
  bits,
  bytesOfBigint,
  DerError,
  DerReader,
  der,
  integer,
  nothing,
  octets,
  oid,
  sequence,
  TAG,
} from './asn1.ts';
import { type Curve, curveOfOid, findRaw, rawOf } from './curves.ts';
import { findDigest } from './digests.ts';
import { opensslError } from './errors.ts';
import { type AsymmetricKey, type EcKey, isRsa, type PssParameters } from './key-material.ts';
import type { RandomFill, RsaPrivate, RsaPublic } from './rsa.ts';

const OID = {
  rsa: '1.2.840.113549.1.1.1',
  pss: '1.2.840.113549.1.1.10',
  mgf1: '1.2.840.113549.1.1.8',
  ec: '1.2.840.10045.2.1',
  pbes2: '1.2.840.113549.1.5.13',
  pbkdf2: '1.2.840.113549.1.5.12',
} as const;

const HASHES: Readonly<Record<string, string>> = {
  sha1: '1.3.14.3.2.26',
  sha224: '2.16.840.1.101.3.4.2.4',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
};
/** hmacWith... of PKCS #5. */
const PRFS: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.8': 'sha224',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
};
/** aes-CBC and the bytes of its key. */
const BOXES: Readonly<Record<string, number>> = {
  '2.16.840.1.101.3.4.1.2': 16,
  '2.16.840.1.101.3.4.1.22': 24,
  '2.16.840.1.101.3.4.1.42': 32,
};

const nameOf = (table: Readonly<Record<string, string>>, id: string): string => {
  const name = Object.keys(table).find((key) => table[key] === id);
  if (name === undefined) throw new DerError(`unknown algorithm ${id}`);
  return name;
};

// --- parts ---------------------------------------------------------------------------------------------------------

const readRsaPublic = (bytes: Uint8Array): RsaPublic => {
  const reader = new DerReader(bytes).sequence();
  return { n: reader.integer(), e: reader.integer() };
};

const writeRsaPublic = ({ n, e }: RsaPublic): Uint8Array => sequence(integer(n), integer(e));

const readRsaPrivate = (bytes: Uint8Array): RsaPrivate => {
  const reader = new DerReader(bytes).sequence();
  if (reader.integer() !== 0n) throw new DerError('RSA with more than two primes');
  const next = (): bigint => reader.integer();
  return { n: next(), e: next(), d: next(), p: next(), q: next(), dp: next(), dq: next(), qi: next() };
};

const writeRsaPrivate = ({ n, e, d, p, q, dp, dq, qi }: RsaPrivate): Uint8Array =>
  sequence(...[0n, n, e, d, p, q, dp, dq, qi].map(integer));

/** RSASSA-PSS-params, whose absent parts mean SHA-1 and 20 bytes of salt. */
const readPss = (reader: DerReader): PssParameters => {
  let [hash, mgf1Hash, saltLength] = ['sha1', 'sha1', 20];
  if (reader.tag === 0xa0) hash = nameOf(HASHES, reader.sequence(0xa0).sequence().oid());
  if (reader.tag === 0xa1) {
    const mgf = reader.sequence(0xa1).sequence();
    if (mgf.oid() !== OID.mgf1) throw new DerError('a mask that is not MGF1');
    mgf1Hash = nameOf(HASHES, mgf.sequence().oid());
  }
  if (reader.tag === 0xa2) saltLength = Number(reader.sequence(0xa2).integer());
  return { hash, mgf1Hash, saltLength };
};

const writePss = ({ hash, mgf1Hash, saltLength }: PssParameters): Uint8Array => {
  const algorithm = (name: string): Uint8Array => sequence(oid(HASHES[name] ?? ''), nothing());
  return sequence(
    der(0xa0, algorithm(hash)),
    der(0xa1, sequence(oid(OID.mgf1), algorithm(mgf1Hash))),
    der(0xa2, integer(BigInt(saltLength))),
  );
};

const readCurve = (reader: DerReader): Curve => {
  const curve = reader.tag === TAG.OID ? curveOfOid(reader.oid()) : undefined;
  if (curve === undefined) throw new DerError('a curve that is not known');
  return curve;
};

/** Any point that is on the curve, uncompressed. */
export const normalPoint = (curve: Curve, point: Uint8Array): Uint8Array =>
  curve.math.Point.fromBytes(Uint8Array.from(point)).toBytes(false);

const ecFromSecret = (curve: Curve, bytes: Uint8Array): AsymmetricKey => {
  const secret = bytesOfBigint(bigintOf(bytes), curve.size);
  return { kind: 'ec', curve, secret, point: curve.math.getPublicKey(secret, false) };
};

/** ECPrivateKey; `known` when the curve is told outside. */
const readSec1 = (bytes: Uint8Array, known?: Curve): AsymmetricKey => {
  const reader = new DerReader(bytes).sequence();
  if (reader.integer() !== 1n) throw new DerError('a version that is not known');
  const secret = reader.octets();
  const curve = reader.tag === 0xa0 ? readCurve(reader.sequence(0xa0)) : known;
  if (curve === undefined) throw new DerError('no curve');
  return ecFromSecret(curve, secret);
};

const writeSec1 = (key: EcKey, named: boolean): Uint8Array =>
  sequence(
    integer(1n),
    octets(key.secret as Uint8Array),
    ...(named ? [der(0xa0, oid(key.curve.oid))] : []),
    der(0xa1, bits(key.point)),
  );

const algorithmOf = (key: AsymmetricKey): Uint8Array => {
  switch (key.kind) {
    case 'rsa':
      return sequence(oid(OID.rsa), nothing());
    case 'rsa-pss':
      return sequence(oid(OID.pss), ...(key.pss === undefined ? [] : [writePss(key.pss)]));
    case 'ec':
      return sequence(oid(OID.ec), oid(key.curve.oid));
    default:
      return sequence(oid(rawOf(key.kind).oid));
  }
};

// --- whole keys ----------------------------------------------------------------------------------------------------

export const readSpki = (bytes: Uint8Array): AsymmetricKey => {
  const reader = new DerReader(bytes).sequence();
  const algorithm = reader.sequence();
  const content = reader.bits();
  const id = algorithm.oid();
  if (id === OID.rsa) return { kind: 'rsa', public: readRsaPublic(content) };
  if (id === OID.pss) {
    return {
      kind: 'rsa-pss',
      public: readRsaPublic(content),
      ...(!algorithm.atEnd && { pss: readPss(algorithm.sequence()) }),
    };
  }
  if (id === OID.ec) {
    const curve = readCurve(algorithm);
    return { kind: 'ec', curve, point: normalPoint(curve, content) };
  }
  const raw = findRaw({ oid: id });
  if (raw === undefined || content.length !== raw.size) throw new DerError(`unknown algorithm ${id}`);
  return { kind: raw.kind, point: content.slice() };
};

export const writeSpki = (key: AsymmetricKey): Uint8Array => {
  const content = isRsa(key) ? writeRsaPublic(key.public) : key.point;
  return sequence(algorithmOf(key), bits(content));
};

export const readPkcs8 = (bytes: Uint8Array): AsymmetricKey => {
  const reader = new DerReader(bytes).sequence();
  reader.integer();
  const algorithm = reader.sequence();
  const content = reader.octets();
  const id = algorithm.oid();
  if (id === OID.rsa || id === OID.pss) {
    const key = readRsaPrivate(content);
    const parts = { public: { n: key.n, e: key.e }, private: key };
    if (id === OID.rsa) return { kind: 'rsa', ...parts };
    return { kind: 'rsa-pss', ...parts, ...(!algorithm.atEnd && { pss: readPss(algorithm.sequence()) }) };
  }
  if (id === OID.ec) return readSec1(content, readCurve(algorithm));
  const raw = findRaw({ oid: id });
  if (raw === undefined) throw new DerError(`unknown algorithm ${id}`);
  const secret = new DerReader(content).octets().slice();
  return { kind: raw.kind, secret, point: raw.publicOf(secret) };
};

export const writePkcs8 = (key: AsymmetricKey): Uint8Array => {
  const content = isRsa(key)
    ? writeRsaPrivate(key.private as RsaPrivate)
    : key.kind === 'ec'
      ? writeSec1(key, false)
      : octets(key.secret as Uint8Array);
  return sequence(integer(0n), algorithmOf(key), octets(content));
};

export const readPkcs1 = {
  public: (bytes: Uint8Array): AsymmetricKey => ({ kind: 'rsa', public: readRsaPublic(bytes) }),
  private: (bytes: Uint8Array): AsymmetricKey => {
    const key = readRsaPrivate(bytes);
    return { kind: 'rsa', public: { n: key.n, e: key.e }, private: key };
  },
};

export const writePkcs1 = {
  public: (key: AsymmetricKey): Uint8Array => writeRsaPublic((key as { public: RsaPublic }).public),
  private: (key: AsymmetricKey): Uint8Array => writeRsaPrivate((key as { private: RsaPrivate }).private),
};

export const readEcPrivate = (bytes: Uint8Array): AsymmetricKey => readSec1(bytes);
export const writeEcPrivate = (key: AsymmetricKey): Uint8Array => writeSec1(key as EcKey, true);

/** The key in an X.509 certificate. */
export const readCertificateKey = (bytes: Uint8Array): AsymmetricKey => {
  const body = new DerReader(bytes).sequence().sequence();
  if (body.tag === 0xa0) body.whole();
  // Serial number, signature, issuer, validity, subject.
  for (let i = 0; i < 5; i++) body.whole();
  return readSpki(body.whole());
};

// --- encryption ----------------------------------------------------------------------------------------------------

const ITERATIONS = 2048;

const blocks = (bytes: Uint8Array, change: (block: Uint8Array) => void): Uint8Array => {
  const out = Uint8Array.from(bytes);
  for (let at = 0; at < out.length; at += BLOCK) change(out.subarray(at, at + BLOCK));
  return out;
};

/** What EncryptedPrivateKeyInfo holds: PBES2 with PBKDF2 and AES-CBC. Throws OpenSSL's error for a wrong passphrase. */
export const openPkcs8 = (bytes: Uint8Array, passphrase: Uint8Array): Uint8Array => {
  const reader = new DerReader(bytes).sequence();
  const algorithm = reader.sequence();
  const secret = reader.octets();
  if (algorithm.oid() !== OID.pbes2) throw new DerError('an encryption that is not PBES2');
  const parameters = algorithm.sequence();
  const derivation = parameters.sequence();
  const box = parameters.sequence();
  if (derivation.oid() !== OID.pbkdf2) throw new DerError('a derivation that is not PBKDF2');
  const inner = derivation.sequence();
  const salt = inner.octets();
  const count = Number(inner.integer());
  if (inner.tag === TAG.INTEGER) inner.integer();
  const prf = inner.atEnd ? 'sha1' : PRFS[inner.sequence().oid()];
  const size = BOXES[box.oid()];
  const hash = findDigest(prf ?? '')?.hash;
  if (size === undefined || hash === undefined) throw new DerError('a cipher that is not known');
  const key = pbkdf2(hash, Uint8Array.from(passphrase), Uint8Array.from(salt), { c: count, dkLen: size });
  const bad = opensslError('Provider routines', 0x64, 'bad decrypt');
  if (secret.length === 0 || secret.length % BLOCK !== 0) throw bad;
  const plain = blocks(secret, cbc(key, box.octets(), false));
  const pad = plain.at(-1) as number;
  if (pad === 0 || pad > BLOCK || !plain.subarray(-pad).every((byte) => byte === pad)) throw bad;
  return plain.subarray(0, plain.length - pad);
};

/** `size`: bytes of the AES key. */
export const sealPkcs8 = (bytes: Uint8Array, passphrase: Uint8Array, size: number, random: RandomFill): Uint8Array => {
  const [salt, iv] = [new Uint8Array(16), new Uint8Array(BLOCK)];
  random(salt);
  random(iv);
  const hash = findDigest('sha256')?.hash;
  if (hash === undefined) throw new DerError('no sha256');
  const key = pbkdf2(hash, Uint8Array.from(passphrase), salt, { c: ITERATIONS, dkLen: size });
  const pad = BLOCK - (bytes.length % BLOCK);
  const padded = new Uint8Array(bytes.length + pad).fill(pad);
  padded.set(bytes);
  const box = Object.keys(BOXES).find((id) => BOXES[id] === size) as string;
  const derivation = sequence(
    oid(OID.pbkdf2),
    sequence(octets(salt), integer(BigInt(ITERATIONS)), sequence(oid('1.2.840.113549.2.9'), nothing())),
  );
  const algorithm = sequence(oid(OID.pbes2), sequence(derivation, sequence(oid(box), octets(iv))));
  return sequence(algorithm, octets(blocks(padded, cbc(key, iv, true))));
};
