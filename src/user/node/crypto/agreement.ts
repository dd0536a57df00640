// Key agreement: ECDH, Diffie-Hellman in the groups of RFC 2409, RFC 3526 or one's own, X25519 and X448
// (crypto_ec.cc, crypto_dh.cc).

import type { Dict, NodeRuntime } from '../runtime.ts';
import { bigintOf, bytesOfBigint } from './asn1.ts';
import { arrayBufferOf, bytesOf } from './bytes.ts';
import { type Curve, findCurve, MONTGOMERY } from './curves.ts';
import { codedError, unsupported } from './errors.ts';
import { makeJob } from './jobs.ts';
import { normalPoint } from './key-encoding.ts';
import type { AsymmetricKey } from './key-material.ts';
import { materialOf } from './key-object.ts';
import { fillRandom } from './random.ts';
import { isProbablePrime, modpow, randomPrime } from './rsa.ts';

/** POINT_CONVERSION_... */
const COMPRESSED = 2;
const HYBRID = 6;

const shaped = (curve: Curve, point: Uint8Array, form: number): Uint8Array => {
  if (form === COMPRESSED) return curve.math.Point.fromBytes(Uint8Array.from(point)).toBytes(true);
  if (form !== HYBRID) return point;
  const hybrid = Uint8Array.from(point);
  hybrid[0] = HYBRID | ((point.at(-1) as number) & 1);
  return hybrid;
};

const curveNamed = (name: string): Curve => {
  const curve = findCurve(name);
  if (curve === undefined) throw codedError('ERR_CRYPTO_INVALID_CURVE', 'Invalid EC curve name', TypeError);
  return curve;
};

const readPoint = (curve: Curve, bytes: Uint8Array): Uint8Array | undefined => {
  try {
    const plain = Uint8Array.from(bytes);
    if (plain[0] === HYBRID || plain[0] === HYBRID + 1) plain[0] = 4;
    return normalPoint(curve, plain);
  } catch {
    // Not on the curve: each caller says so in its own way.
    return undefined;
  }
};

/** The moduli of RFC 2409 and RFC 3526 are 2^n - 2^(n-64) - 1 + 2^64 (floor(2^(n-130) pi) + k). */
const GROUPS: Readonly<Record<string, readonly [bits: number, k: bigint]>> = {
  modp1: [768, 149_686n],
  modp2: [1024, 129_093n],
  modp5: [1536, 741_804n],
  modp14: [2048, 124_476n],
  modp15: [3072, 1_690_314n],
  modp16: [4096, 240_904n],
  modp17: [6144, 929_484n],
  modp18: [8192, 4_743_158n],
};

/** floor(2^bits * pi), by Machin's formula with guard bits. */
const piTimes = (bits: number): bigint => {
  const one = 1n << BigInt(bits + 64);
  const arctan = (inverse: bigint): bigint => {
    let [term, sum, n, sign] = [one / inverse, one / inverse, 1n, -1n];
    const square = inverse * inverse;
    while (term !== 0n) {
      term /= square;
      n += 2n;
      sum += (sign * term) / n;
      sign = -sign;
    }
    return sum;
  };
  return (4n * (4n * arctan(5n) - arctan(239n))) >> 64n;
};

const groupPrime = (name: string): bigint => {
  const group = GROUPS[name.toLowerCase()];
  if (group === undefined) throw codedError('ERR_CRYPTO_UNKNOWN_DH_GROUP', 'Unknown DH group');
  const [bits, k] = group;
  const n = BigInt(bits);
  return (1n << n) - (1n << (n - 64n)) - 1n + (1n << 64n) * (piTimes(bits - 130) + k);
};

const sharedSecret = (publicKey: AsymmetricKey, privateKey: AsymmetricKey): Uint8Array => {
  if (publicKey.kind === 'ec' && privateKey.kind === 'ec' && privateKey.secret !== undefined) {
    return privateKey.curve.math.getSharedSecret(privateKey.secret, publicKey.point, true).slice(1);
  }
  if ((publicKey.kind === 'x25519' || publicKey.kind === 'x448') && publicKey.kind === privateKey.kind) {
    const { secret } = privateKey as { secret?: Uint8Array };
    if (secret !== undefined) return MONTGOMERY[publicKey.kind].getSharedSecret(secret, publicKey.point);
  }
  throw unsupported(`an agreement of ${publicKey.kind} and ${privateKey.kind}`);
};

const keyOf = (handle: unknown): AsymmetricKey => {
  const material = materialOf(handle);
  if (material.type === 'public' || material.type === 'private') return material.key;
  throw unsupported('an agreement of secrets');
};

export const agreement = (node: NodeRuntime): Dict => {
  const random = (bytes: Uint8Array): void => fillRandom(node, bytes);
  const buffer = (bytes: Uint8Array): Uint8Array => node.buffer(Uint8Array.from(bytes));
  const bitsJob = makeJob(node, 'DERIVEBITSREQUEST', (publicKey: unknown, privateKey: unknown) => {
    const [theirs, ours] = [keyOf(publicKey), keyOf(privateKey)];
    return () => arrayBufferOf(sharedSecret(theirs, ours));
  });

  class ECDH {
    readonly #curve: Curve;
    #secret: Uint8Array | undefined;
    #point: Uint8Array | undefined;

    constructor(name: string) {
      this.#curve = curveNamed(name);
    }

    generateKeys(): void {
      this.#secret = this.#curve.math.utils.randomSecretKey();
      this.#point = this.#curve.math.getPublicKey(this.#secret, false);
    }

    computeSecret(other: unknown): Uint8Array | undefined {
      if (this.#secret === undefined) throw codedError('ERR_CRYPTO_INVALID_KEYPAIR', 'Invalid key pair', RangeError);
      const point = readPoint(this.#curve, bytesOf(other));
      // undefined: the library says that the public key is not valid.
      if (point === undefined) return undefined;
      return buffer(this.#curve.math.getSharedSecret(this.#secret, point, true).slice(1));
    }

    getPublicKey(form: number): Uint8Array {
      if (this.#point === undefined) throw codedError('ERR_CRYPTO_OPERATION_FAILED', 'Failed to get ECDH public key');
      return buffer(shaped(this.#curve, this.#point, form));
    }

    getPrivateKey(): Uint8Array {
      if (this.#secret === undefined) throw codedError('ERR_CRYPTO_OPERATION_FAILED', 'Failed to get ECDH private key');
      return buffer(this.#secret);
    }

    setPrivateKey(bytes: unknown): void {
      const value = bigintOf(bytesOf(bytes));
      if (value <= 0n || value >= this.#curve.order) {
        throw codedError('ERR_CRYPTO_INVALID_KEYTYPE', 'Private key is not valid for specified curve.');
      }
      this.#secret = bytesOfBigint(value, this.#curve.size);
      this.#point = this.#curve.math.getPublicKey(this.#secret, false);
    }

    setPublicKey(bytes: unknown): void {
      const point = readPoint(this.#curve, bytesOf(bytes));
      if (point === undefined) {
        throw codedError('ERR_CRYPTO_OPERATION_FAILED', 'Failed to convert Buffer to EC_POINT');
      }
      this.#point = point;
    }
  }

  class DiffieHellman {
    readonly verifyError: number;
    readonly #prime: bigint;
    readonly #generator: bigint;
    #public: bigint | undefined;
    #private: bigint | undefined;

    constructor(sizeOrPrime: unknown, generator: unknown) {
      this.#generator = typeof generator === 'number' ? BigInt(generator) : bigintOf(bytesOf(generator));
      if (this.#generator < 2n) throw codedError('ERR_OUT_OF_RANGE', 'Invalid generator', RangeError);
      if (typeof sizeOrPrime === 'number') {
        if (sizeOrPrime < 2) throw codedError('ERR_OUT_OF_RANGE', 'Invalid prime length', RangeError);
        const safe = (prime: bigint): boolean => isProbablePrime((prime - 1n) / 2n, 10, random);
        this.#prime = randomPrime(sizeOrPrime, random, safe);
        this.verifyError = 0;
        return;
      }
      this.#prime = bigintOf(bytesOf(sizeOrPrime));
      this.verifyError = checkPrime(this.#prime, random);
    }

    get #size(): number {
      return Math.ceil(this.#prime.toString(16).length / 2);
    }

    generateKeys(): Uint8Array {
      if (this.#private === undefined) {
        const bytes = new Uint8Array(this.#size);
        random(bytes);
        this.#private = (bigintOf(bytes) % (this.#prime - 3n)) + 2n;
      }
      this.#public = modpow(this.#generator, this.#private, this.#prime);
      return buffer(bytesOfBigint(this.#public, this.#size));
    }

    computeSecret(other: unknown): Uint8Array {
      const theirs = bigintOf(bytesOf(other));
      if (this.#private === undefined) throw codedError('ERR_CRYPTO_INVALID_KEYTYPE', 'No private key');
      if (theirs <= 1n) throw codedError('ERR_CRYPTO_INVALID_KEYLEN', 'Supplied key is too small', RangeError);
      if (theirs >= this.#prime - 1n) {
        throw codedError('ERR_CRYPTO_INVALID_KEYLEN', 'Supplied key is too large', RangeError);
      }
      return buffer(bytesOfBigint(modpow(theirs, this.#private, this.#prime), this.#size));
    }

    getPrime(): Uint8Array {
      return buffer(bytesOfBigint(this.#prime));
    }

    getGenerator(): Uint8Array {
      return buffer(bytesOfBigint(this.#generator));
    }

    getPublicKey(): Uint8Array {
      return this.#shown(this.#public, 'No public key - did you forget to generate one?');
    }

    getPrivateKey(): Uint8Array {
      return this.#shown(this.#private, 'No private key - did you forget to generate one?');
    }

    #shown(value: bigint | undefined, missing: string): Uint8Array {
      if (value === undefined) throw codedError('ERR_CRYPTO_INVALID_KEYTYPE', missing);
      return buffer(bytesOfBigint(value));
    }

    setPublicKey(bytes: unknown): void {
      this.#public = bigintOf(bytesOf(bytes));
    }

    setPrivateKey(bytes: unknown): void {
      this.#private = bigintOf(bytesOf(bytes));
    }
  }

  class DiffieHellmanGroup extends DiffieHellman {
    constructor(name: string) {
      super(bytesOfBigint(groupPrime(name)), 2);
    }
  }

  return {
    ECDH,
    DiffieHellman,
    DiffieHellmanGroup,
    ECDHBitsJob: bitsJob,
    DHBitsJob: bitsJob,
    ECDHConvertKey: (bytes: unknown, name: string, form: number): Uint8Array => {
      const curve = curveNamed(name);
      const point = readPoint(curve, bytesOf(bytes));
      if (point === undefined) {
        throw codedError('ERR_CRYPTO_OPERATION_FAILED', 'Failed to convert Buffer to EC_POINT');
      }
      return buffer(shaped(curve, point, form));
    },
  };
};

/** DH_check: what is wrong with a prime. */
const checkPrime = (prime: bigint, random: (bytes: Uint8Array) => void): number => {
  const [notPrime, notSafe] = [1, 2];
  if (Object.keys(GROUPS).some((name) => prime.toString(2).length === GROUPS[name]?.[0] && prime === groupPrime(name)))
    return 0;
  if (!isProbablePrime(prime, 5, random)) return notPrime;
  return isProbablePrime((prime - 1n) / 2n, 5, random) ? 0 : notSafe;
};
