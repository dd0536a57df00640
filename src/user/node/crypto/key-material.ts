// What is inside a key: numbers and bytes, and whether the private half is there.

import type { Curve, RawKind } from './curves.ts';
import type { RsaPrivate, RsaPublic } from './rsa.ts';

/** Restrictions of an RSA-PSS key: names of digests, and the least salt. */
export interface PssParameters {
  readonly hash: string;
  readonly mgf1Hash: string;
  readonly saltLength: number;
}

export interface RsaKey {
  readonly kind: 'rsa' | 'rsa-pss';
  readonly public: RsaPublic;
  readonly private?: RsaPrivate;
  readonly pss?: PssParameters;
}

/** `point` is uncompressed, with its leading 4. */
export interface EcKey {
  readonly kind: 'ec';
  readonly curve: Curve;
  readonly point: Uint8Array;
  readonly secret?: Uint8Array;
}

export interface RawKey {
  readonly kind: RawKind;
  readonly point: Uint8Array;
  readonly secret?: Uint8Array;
}

export type AsymmetricKey = RsaKey | EcKey | RawKey;

export const isRsa = (key: AsymmetricKey): key is RsaKey => key.kind === 'rsa' || key.kind === 'rsa-pss';

export const isPrivate = (key: AsymmetricKey): boolean =>
  isRsa(key) ? key.private !== undefined : key.secret !== undefined;

/** The same without its private half. */
export const publicHalf = (key: AsymmetricKey): AsymmetricKey => {
  if (isRsa(key)) return { kind: key.kind, public: key.public, ...(key.pss && { pss: key.pss }) };
  if (key.kind === 'ec') return { kind: 'ec', curve: key.curve, point: key.point };
  return { kind: key.kind, point: key.point };
};
