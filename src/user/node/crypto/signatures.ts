// Signing and verifying: the classes Sign and Verify, and the same in one call (crypto_sig.cc).

import type { Dict, NodeRuntime } from '../runtime.ts';
import { bigintOf, bytesOfBigint, DerReader, integer, sequence } from './asn1.ts';
import { arrayBufferOf, bytesOf, concat, inputBytes } from './bytes.ts';
import { type Curve, EDWARDS } from './curves.ts';
import { type Digest, findDigest, type Running } from './digests.ts';
import { codedError, invalidDigest, unsupported } from './errors.ts';
import { makeJob } from './jobs.ts';
import { type AsymmetricKey, isRsa, type RsaKey } from './key-material.ts';
import { asymmetric } from './key-object.ts';
import { fillRandom } from './random.ts';
import { PADDING, type RandomFill, type RsaScheme, sign as rsaSign, verify as rsaVerify } from './rsa.ts';

const P1363 = 1;
const SIGN = 0;

interface Options {
  readonly padding?: number | undefined;
  readonly saltLength?: number | undefined;
  readonly encoding: number;
  readonly context?: Uint8Array | undefined;
}

const schemeOf = (key: RsaKey, digest: Digest, options: Options, signs: boolean): RsaScheme => {
  const padding = options.padding ?? (key.kind === 'rsa-pss' ? PADDING.PSS : PADDING.PKCS1);
  // The most salt when signing, any when verifying.
  const saltLength = options.saltLength ?? key.pss?.saltLength ?? (signs ? -3 : -2);
  return { padding, saltLength, digest, mgf: key.pss && findDigest(key.pss.mgf1Hash)?.hash };
};

/** The leftmost bits of a digest, as many as the order of the curve has. */
const fitted = (curve: Curve, hashed: Uint8Array): Uint8Array => {
  const size = Math.ceil(curve.order.toString(2).length / 8);
  return hashed.length > size ? hashed.subarray(0, size) : hashed;
};

const derOfPair = (pair: Uint8Array): Uint8Array => {
  const half = pair.length / 2;
  return sequence(integer(bigintOf(pair.subarray(0, half))), integer(bigintOf(pair.subarray(half))));
};

const pairOfDer = (bytes: Uint8Array, size: number): Uint8Array => {
  const reader = new DerReader(bytes).sequence();
  return concat(bytesOfBigint(reader.integer(), size), bytesOfBigint(reader.integer(), size));
};

const signHashed = (
  key: AsymmetricKey,
  digest: Digest,
  hashed: Uint8Array,
  options: Options,
  random: RandomFill,
): Uint8Array => {
  if (isRsa(key)) {
    if (key.private === undefined) throw unsupported('signing with a public key');
    return rsaSign(key.private, hashed, schemeOf(key, digest, options, true), random);
  }
  if (key.kind !== 'ec' || key.secret === undefined) throw unsupported(`signing with ${key.kind}`);
  const extra = new Uint8Array(32);
  random(extra);
  const made = key.curve.math.sign(fitted(key.curve, hashed), key.secret, {
    prehash: false,
    lowS: false,
    extraEntropy: extra,
    format: 'compact',
  });
  return options.encoding === P1363 ? made : derOfPair(made);
};

const verifyHashed = (
  key: AsymmetricKey,
  digest: Digest,
  hashed: Uint8Array,
  signature: Uint8Array,
  options: Options,
): boolean => {
  if (isRsa(key)) {
    return rsaVerify(key.public, hashed, signature, schemeOf(key, digest, options, false));
  }
  if (key.kind !== 'ec') throw unsupported(`verifying with ${key.kind}`);
  try {
    const { curve } = key;
    const pair = options.encoding === P1363 ? Uint8Array.from(signature) : pairOfDer(signature, curve.size);
    return curve.math.verify(pair, fitted(curve, hashed), key.point, {
      prehash: false,
      lowS: false,
      format: 'compact',
    });
  } catch {
    // What is no signature at all does not verify.
    return false;
  }
};

const edwards = (key: AsymmetricKey): (typeof EDWARDS)['ed25519'] | undefined =>
  key.kind === 'ed25519' || key.kind === 'ed448' ? EDWARDS[key.kind] : undefined;

const contextOf = ({ context }: Options): { context: Uint8Array } | undefined =>
  context === undefined || context.length === 0 ? undefined : { context };

/** Without a digest asked for, keys of RSA and EC take SHA-256. */
const digestFor = (key: AsymmetricKey, name: string | undefined | null): Digest => {
  const chosen = name ?? (key.kind === 'rsa-pss' ? key.pss?.hash : undefined) ?? 'sha256';
  const digest = findDigest(chosen);
  if (digest === undefined) throw invalidDigest(chosen);
  return digest;
};

const hashOf = (digest: Digest, data: Uint8Array): Uint8Array => {
  const running = digest.create();
  running.update(data);
  return running.digest();
};

export const signatureClasses = (node: NodeRuntime): Dict => {
  const random = (bytes: Uint8Array): void => fillRandom(node, bytes);

  /** What Sign and Verify have in common. */
  class Signer {
    #digest: Digest | undefined;
    #running: Running | undefined;

    init(name: string): void {
      this.#digest = findDigest(name);
      if (this.#digest === undefined) throw codedError('ERR_CRYPTO_INVALID_DIGEST', 'Invalid digest', TypeError);
      this.#running = this.#digest.create();
    }

    update(data: unknown, encoding: unknown): void {
      const bytes = inputBytes(data, encoding, node.host.encodeUtf8);
      this.#running?.update(bytes);
    }

    /** Once: nothing may be signed twice. */
    protected finish(): readonly [Digest, Uint8Array] {
      const [digest, running] = [this.#digest, this.#running];
      if (digest === undefined || running === undefined) throw new Error('Not initialised');
      this.#running = undefined;
      return [digest, running.digest()];
    }
  }

  class Sign extends Signer {
    sign(
      data: unknown,
      format: unknown,
      type: unknown,
      passphrase: unknown,
      padding: number | undefined,
      saltLength: number | undefined,
      encoding: number,
    ): Uint8Array {
      const key = asymmetric(data, format, type, passphrase, true);
      if (edwards(key) !== undefined) {
        throw codedError('ERR_CRYPTO_UNSUPPORTED_OPERATION', 'Unsupported crypto operation');
      }
      const [digest, hashed] = this.finish();
      return node.buffer(Uint8Array.from(signHashed(key, digest, hashed, { padding, saltLength, encoding }, random)));
    }
  }

  class Verify extends Signer {
    verify(
      data: unknown,
      format: unknown,
      type: unknown,
      passphrase: unknown,
      signature: unknown,
      padding: number | undefined,
      saltLength: number | undefined,
      encoding: number,
    ): boolean {
      const key = asymmetric(data, format, type, passphrase, false);
      if (edwards(key) !== undefined) {
        throw codedError('ERR_CRYPTO_UNSUPPORTED_OPERATION', 'Unsupported crypto operation');
      }
      const [digest, hashed] = this.finish();
      return verifyHashed(key, digest, hashed, bytesOf(signature), { padding, saltLength, encoding });
    }
  }

  return {
    Sign,
    Verify,
    SignJob: makeJob(
      node,
      'SIGNREQUEST',
      (
        mode: number,
        keyData: unknown,
        format: unknown,
        type: unknown,
        passphrase: unknown,
        data: unknown,
        name: string | undefined | null,
        saltLength: number | undefined,
        padding: number | undefined,
        encoding: number | undefined,
        context: unknown,
        signature: unknown,
      ) => {
        const key = asymmetric(keyData, format, type, passphrase, mode === SIGN);
        const options: Options = {
          padding,
          saltLength,
          encoding: encoding ?? 0,
          context: context === undefined ? undefined : bytesOf(context),
        };
        const text = Uint8Array.from(bytesOf(data));
        const curve = edwards(key);
        if (curve !== undefined) {
          const { point, secret } = key as { point: Uint8Array; secret?: Uint8Array };
          if (mode === SIGN) {
            if (secret === undefined) throw unsupported('signing with a public key');
            return () => arrayBufferOf(curve.sign(text, secret, contextOf(options)));
          }
          const given = Uint8Array.from(bytesOf(signature));
          return () => {
            try {
              return curve.verify(given, text, point, contextOf(options));
            } catch {
              // What is no signature at all does not verify.
              return false;
            }
          };
        }
        const digest = digestFor(key, name);
        if (mode === SIGN) {
          return () => arrayBufferOf(signHashed(key, digest, hashOf(digest, text), options, random));
        }
        const given = Uint8Array.from(bytesOf(signature));
        return () => verifyHashed(key, digest, hashOf(digest, text), given, options);
      },
    ),
  };
};
