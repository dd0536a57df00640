// Elliptic curves by OpenSSL's names, over @noble/curves.
//
// Short Weierstrass curves for ECDSA and ECDH: prime256v1, secp384r1, secp521r1, secp256k1. Edwards and Montgomery
// curves for signatures (Ed25519, Ed448, RFC 8032) and agreement (X25519, X448, RFC 7748).

import { ed448, x448 } from '@noble/curves/ed448.js';
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';

export interface Curve {
  readonly name: string;
  /** In JSON Web Keys. */
  readonly jwk: string;
  readonly oid: string;
  /** Bytes of a coordinate. */
  readonly size: number;
  readonly order: bigint;
  readonly math: typeof p256;
}

const curve = (name: string, jwk: string, oid: string, size: number, math: typeof p256): Curve => ({
  name,
  jwk,
  oid,
  size,
  order: math.Point.CURVE().n,
  math,
});

const CURVES: readonly Curve[] = [
  curve('prime256v1', 'P-256', '1.2.840.10045.3.1.7', 32, p256),
  curve('secp256k1', 'secp256k1', '1.3.132.0.10', 32, secp256k1),
  curve('secp384r1', 'P-384', '1.3.132.0.34', 48, p384),
  curve('secp521r1', 'P-521', '1.3.132.0.35', 66, p521),
];

/** By OpenSSL's name, or NIST's. */
export const findCurve = (name: string): Curve | undefined =>
  CURVES.find((known) => known.name === name || known.jwk === name || (name === 'secp256r1' && known.jwk === 'P-256'));

export const curveOfOid = (oid: string): Curve | undefined => CURVES.find((known) => known.oid === oid);
export const curveNames = (): string[] => CURVES.map(({ name }) => name);

export type RawKind = 'ed25519' | 'ed448' | 'x25519' | 'x448';

/** Keys that are nothing but bytes. */
export interface RawCurve {
  readonly kind: RawKind;
  readonly jwk: string;
  readonly oid: string;
  /** OBJ_nid of OpenSSL. */
  readonly nid: number;
  readonly size: number;
  publicOf(secret: Uint8Array): Uint8Array;
}

const RAW: readonly RawCurve[] = [
  { kind: 'x25519', jwk: 'X25519', oid: '1.3.101.110', nid: 1034, size: 32, publicOf: (s) => x25519.getPublicKey(s) },
  { kind: 'x448', jwk: 'X448', oid: '1.3.101.111', nid: 1035, size: 56, publicOf: (s) => x448.getPublicKey(s) },
  {
    kind: 'ed25519',
    jwk: 'Ed25519',
    oid: '1.3.101.112',
    nid: 1087,
    size: 32,
    publicOf: (s) => ed25519.getPublicKey(s),
  },
  { kind: 'ed448', jwk: 'Ed448', oid: '1.3.101.113', nid: 1088, size: 57, publicOf: (s) => ed448.getPublicKey(s) },
];

export const findRaw = (
  by: { readonly jwk: string } | { readonly oid: string } | { readonly nid: number },
): RawCurve | undefined =>
  RAW.find((known) => Object.entries(by).every(([field, value]) => known[field as 'jwk' | 'oid' | 'nid'] === value));

export const rawOf = (kind: RawKind): RawCurve => RAW.find((known) => known.kind === kind) as RawCurve;

export const EDWARDS = { ed25519, ed448 } as const;
export const MONTGOMERY = { x25519, x448 } as const;
