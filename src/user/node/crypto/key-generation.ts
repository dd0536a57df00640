// Making keys: secrets, and pairs of RSA, EC, Edwards and Montgomery curves (crypto_keygen.cc). Not there: DSA, DH pairs.

import type { Dict, NodeRuntime } from '../runtime.ts';
import { bigintOf, bytesOfBigint } from './asn1.ts';
import { arrayBufferOf, bytesOf } from './bytes.ts';
import { type Curve, findCurve, findRaw } from './curves.ts';
import { findDigest } from './digests.ts';
import { codedError, invalidDigest, unsupported } from './errors.ts';
import { makeJob } from './jobs.ts';
import { formatPrivate, formatPublic } from './key-input.ts';
import { type AsymmetricKey, type PssParameters, publicHalf } from './key-material.ts';
import { type HandleClass, wrapKey } from './key-object.ts';
import { fillRandom } from './random.ts';
import { generate, isProbablePrime, randomPrime } from './rsa.ts';

const RSA_PSS = 1;
const FORMAT_NONE = undefined;

/** publicFormat, publicType, privateFormat, privateType, cipher, passphrase. */
type Encoding = readonly [
  publicFormat?: number,
  publicType?: number,
  privateFormat?: number,
  privateType?: number,
  cipher?: string,
  passphrase?: unknown,
];

const curveOf = (name: string): Curve => {
  const curve = findCurve(name);
  if (curve === undefined) throw codedError('ERR_CRYPTO_INVALID_CURVE', 'Invalid EC curve name', TypeError);
  return curve;
};

const hashName = (name: string | undefined): string => {
  const digest = findDigest(name ?? 'sha1');
  if (digest === undefined) throw invalidDigest(String(name));
  return digest.name;
};

export const keyGeneration = (node: NodeRuntime, Handle: HandleClass): Dict => {
  const random = (bytes: Uint8Array): void => fillRandom(node, bytes);

  const encoded = (key: AsymmetricKey, encoding: Encoding): readonly [unknown, unknown] => {
    const [publicFormat, publicType, privateFormat, privateType, cipher, passphrase] = encoding;
    const shown = (value: Uint8Array | string): unknown =>
      typeof value === 'string' ? value : node.buffer(Uint8Array.from(value));
    const secret = passphrase === undefined || passphrase === null ? undefined : bytesOf(passphrase);
    return [
      publicFormat === FORMAT_NONE
        ? wrapKey(Handle, { type: 'public', key: publicHalf(key) })
        : shown(formatPublic(key, publicFormat, Number(publicType))),
      privateFormat === FORMAT_NONE
        ? wrapKey(Handle, { type: 'private', key })
        : shown(formatPrivate(key, privateFormat, Number(privateType), cipher, secret, random)),
    ];
  };
  const job = (prepare: (...args: never[]) => () => unknown): unknown => makeJob(node, 'KEYPAIRGENREQUEST', prepare);

  const rsa = (bits: number, exponent: number, pss: PssParameters | undefined, isPss: boolean): AsymmetricKey => {
    const key = generate(bits, BigInt(exponent), random);
    const { n, e } = key;
    return { kind: isPss ? 'rsa-pss' : 'rsa', public: { n, e }, private: key, ...(pss && { pss }) };
  };

  return {
    SecretKeyGenJob: makeJob(node, 'KEYGENREQUEST', (bits: number) => () => {
      const bytes = new Uint8Array(Math.floor(bits / 8));
      random(bytes);
      return wrapKey(Handle, { type: 'secret', bytes });
    }),
    RsaKeyPairGenJob: job((variant: number, bits: number, exponent: number, ...rest: never[]) => {
      if (variant !== RSA_PSS) return () => encoded(rsa(bits, exponent, undefined, false), rest as unknown as Encoding);
      const [hash, mgf1, salt, ...encoding] = rest as unknown as [string?, string?, number?, ...unknown[]];
      const restricted = hash !== undefined || mgf1 !== undefined || salt !== undefined;
      const name = hashName(hash);
      const pss: PssParameters | undefined = restricted
        ? {
            hash: name,
            mgf1Hash: hashName(mgf1 ?? hash),
            saltLength: salt ?? (hash === undefined ? 20 : (findDigest(name)?.outputLength ?? 20)),
          }
        : undefined;
      return () => encoded(rsa(bits, exponent, pss, true), encoding as unknown as Encoding);
    }),
    EcKeyPairGenJob: job((name: string, _parameters: number, ...encoding: never[]) => {
      const curve = curveOf(name);
      return () => {
        const secret = curve.math.utils.randomSecretKey();
        const key: AsymmetricKey = { kind: 'ec', curve, secret, point: curve.math.getPublicKey(secret, false) };
        return encoded(key, encoding as unknown as Encoding);
      };
    }),
    NidKeyPairGenJob: job((nid: number, ...encoding: never[]) => {
      const raw = findRaw({ nid });
      if (raw === undefined) throw unsupported(`the key type ${nid}`);
      return () => {
        const secret = new Uint8Array(raw.size);
        random(secret);
        return encoded({ kind: raw.kind, secret, point: raw.publicOf(secret) }, encoding as unknown as Encoding);
      };
    }),
    RandomPrimeJob: makeJob(node, 'RANDOMPRIMEREQUEST', (size: number, safe: boolean, add: unknown, rem: unknown) => {
      const step = add === undefined ? undefined : bigintOf(bytesOf(add));
      const left = rem === undefined ? undefined : bigintOf(bytesOf(rem));
      if (step !== undefined && step.toString(2).length > size) {
        throw codedError('ERR_OUT_OF_RANGE', 'invalid options.add', RangeError);
      }
      if (step !== undefined && left !== undefined && step <= left) {
        throw codedError('ERR_OUT_OF_RANGE', 'invalid options.rem', RangeError);
      }
      const wanted = (prime: bigint): boolean =>
        (step === undefined || prime % step === (left ?? (safe ? 3n : 1n))) &&
        (!safe || isProbablePrime((prime - 1n) / 2n, 10, random));
      return () => arrayBufferOf(bytesOfBigint(primeOf(size, wanted, random), Math.ceil(size / 8)));
    }),
    CheckPrimeJob: makeJob(node, 'CHECKPRIMEREQUEST', (candidate: unknown, checks: number) => {
      const number = bigintOf(bytesOf(candidate));
      return () => isProbablePrime(number, checks === 0 ? 64 : checks, random);
    }),
  };
};

const primeOf = (size: number, wanted: (prime: bigint) => boolean, random: (bytes: Uint8Array) => void): bigint => {
  // Too few for `randomPrime`, which sets the two highest bits: 2 and 3, 5 and 7.
  const small = [
    [2n, 3n],
    [5n, 7n],
  ][size - 2];
  if (small === undefined) return randomPrime(size, random, wanted);
  const fitting = small.filter(wanted);
  const choice = new Uint8Array(1);
  random(choice);
  const prime = fitting[(choice[0] as number) % fitting.length];
  if (prime === undefined) throw codedError('ERR_OUT_OF_RANGE', 'there is no such prime', RangeError);
  return prime;
};
