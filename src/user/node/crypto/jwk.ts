// JSON Web Keys (RFC 7517, RFC 7518, RFC 8037). Numbers and bytes are in base64url.

import { base64Text, writeBase64 } from '../encodings.ts';
import type { Dict } from '../runtime.ts';
import { bigintOf, bytesOfBigint } from './asn1.ts';
import { concat } from './bytes.ts';
import { findCurve, rawOf } from './curves.ts';
import { codedError } from './errors.ts';
import { normalPoint } from './key-encoding.ts';
import { type AsymmetricKey, isRsa } from './key-material.ts';
import type { RsaPrivate } from './rsa.ts';

const text = (bytes: Uint8Array): string => base64Text(bytes, true);

export const fromBase64 = (value: unknown): Uint8Array => {
  const chars = String(value).replace(/=+$/, '');
  const into = new Uint8Array(Math.ceil((chars.length * 3) / 4));
  return into.slice(0, writeBase64(chars, into));
};

const RSA_PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi'] as const;

export const putJwk = (key: AsymmetricKey, jwk: Dict): void => {
  if (isRsa(key)) {
    if (key.kind === 'rsa-pss') {
      throw codedError('ERR_CRYPTO_JWK_UNSUPPORTED_KEY_TYPE', 'Unsupported JWK Key Type.');
    }
    const numbers: Partial<RsaPrivate> = key.private ?? key.public;
    jwk['kty'] = 'RSA';
    for (const name of ['n', 'e', ...RSA_PRIVATE] as const) {
      const value = numbers[name];
      if (value !== undefined) jwk[name] = text(bytesOfBigint(value));
    }
    return;
  }
  if (key.kind === 'ec') {
    const { curve, point, secret } = key;
    jwk['kty'] = 'EC';
    jwk['x'] = text(point.subarray(1, 1 + curve.size));
    jwk['y'] = text(point.subarray(1 + curve.size));
    jwk['crv'] = curve.jwk;
    if (secret !== undefined) jwk['d'] = text(secret);
    return;
  }
  jwk['crv'] = rawOf(key.kind).jwk;
  if (key.secret !== undefined) jwk['d'] = text(key.secret);
  jwk['x'] = text(key.point);
  jwk['kty'] = 'OKP';
};

/** undefined for what is no key. */
export const keyOfJwk = (jwk: Dict, curveName: string | undefined): AsymmetricKey | undefined => {
  try {
    if (jwk['kty'] === 'RSA') {
      const number = (name: string): bigint => bigintOf(fromBase64(jwk[name]));
      const numbers = { n: number('n'), e: number('e') };
      if (jwk['d'] === undefined) return { kind: 'rsa', public: numbers };
      const rest = Object.fromEntries(RSA_PRIVATE.map((name) => [name, number(name)]));
      return { kind: 'rsa', public: numbers, private: { ...numbers, ...rest } as RsaPrivate };
    }
    const curve = findCurve(curveName ?? String(jwk['crv']));
    if (jwk['kty'] !== 'EC' || curve === undefined) return undefined;
    const point = normalPoint(curve, concat(Uint8Array.of(4), fromBase64(jwk['x']), fromBase64(jwk['y'])));
    if (jwk['d'] === undefined) return { kind: 'ec', curve, point };
    return { kind: 'ec', curve, point, secret: bytesOfBigint(bigintOf(fromBase64(jwk['d'])), curve.size) };
  } catch {
    // Coordinates of no point, or no numbers: the caller has an error of its own for that.
    return undefined;
  }
};
