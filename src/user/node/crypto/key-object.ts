// KeyObjectHandle of the binding `crypto` (crypto_keys.cc): a secret, or a public or private key, that Node's library
// wraps in its KeyObject classes.

import { base64Text } from '../encodings.ts';
import type { Dict, NodeRuntime } from '../runtime.ts';
import { bytesOfBigint } from './asn1.ts';
import { arrayBufferOf, bytesOf, equalBytes } from './bytes.ts';
import { findCurve, findRaw } from './curves.ts';
import { codedError } from './errors.ts';
import { fromBase64, keyOfJwk, putJwk } from './jwk.ts';
import { normalPoint, writePkcs8, writeSpki } from './key-encoding.ts';
import { FORMAT, formatPrivate, formatPublic, parsePrivate, parsePublic } from './key-input.ts';
import { type AsymmetricKey, isPrivate, isRsa, publicHalf } from './key-material.ts';
import { fillRandom } from './random.ts';
import { bitLength } from './rsa.ts';

const KEY_TYPE = { SECRET: 0, PUBLIC: 1, PRIVATE: 2 } as const;

type Material =
  | { readonly type: 'none' }
  | { readonly type: 'secret'; readonly bytes: Uint8Array }
  | { readonly type: 'public' | 'private'; readonly key: AsymmetricKey };

/** What a handle holds, for the other parts of the binding. */
const MATERIAL = new WeakMap<object, Material>();

/** Of a handle, or of the KeyObject around one. */
export const materialOf = (value: unknown): Material => {
  if (typeof value !== 'object' || value === null) return { type: 'none' };
  const { handle } = value as { handle?: unknown };
  return MATERIAL.get(value) ?? MATERIAL.get(Object(handle) as object) ?? { type: 'none' };
};

/** The bytes of a secret: a handle, or bytes as they are. */
export const keyBytes = (key: unknown): Uint8Array => {
  const material = materialOf(key);
  return material.type === 'secret' ? material.bytes : Uint8Array.from(bytesOf(key));
};

/** A key given as handle or as text. */
export const asymmetric = (
  data: unknown,
  format: unknown,
  type: unknown,
  passphrase: unknown,
  wantsPrivate: boolean,
): AsymmetricKey => {
  const material = materialOf(data);
  if (material.type === 'public' || material.type === 'private') return material.key;
  const secret = passphrase === undefined || passphrase === null ? undefined : bytesOf(passphrase);
  const parse = wantsPrivate ? parsePrivate : parsePublic;
  return parse(bytesOf(data), Number(format ?? FORMAT.PEM), type as number | undefined, secret);
};

export type HandleClass = new () => object;

export const makeKeyObjectHandle = (node: NodeRuntime): HandleClass => {
  const random = (bytes: Uint8Array): void => fillRandom(node, bytes);
  const shown = (value: Uint8Array | string): unknown =>
    typeof value === 'string' ? value : node.buffer(Uint8Array.from(value));

  return class KeyObjectHandle {
    init(kind: number, data: unknown, format?: number, type?: number, passphrase?: unknown): void {
      if (kind === KEY_TYPE.SECRET) {
        MATERIAL.set(this, { type: 'secret', bytes: Uint8Array.from(bytesOf(data)) });
        return;
      }
      const wantsPrivate = kind === KEY_TYPE.PRIVATE;
      const key = asymmetric(data, format, type, passphrase, wantsPrivate);
      this.#take(key, wantsPrivate);
    }

    #take(key: AsymmetricKey, asPrivate: boolean): void {
      MATERIAL.set(this, asPrivate ? { type: 'private', key } : { type: 'public', key: publicHalf(key) });
    }

    get #key(): AsymmetricKey {
      const material = materialOf(this);
      if (material.type === 'public' || material.type === 'private') return material.key;
      throw codedError('ERR_CRYPTO_INVALID_KEYTYPE', 'Invalid key type', RangeError);
    }

    initECRaw(name: string, data: unknown): boolean {
      const curve = findCurve(name);
      if (curve === undefined) return false;
      try {
        this.#take({ kind: 'ec', curve, point: normalPoint(curve, bytesOf(data)) }, false);
        return true;
      } catch {
        // No point of this curve: false is how the library is told.
        return false;
      }
    }

    initEDRaw(name: string, data: unknown, kind: number): boolean {
      const raw = findRaw({ jwk: name });
      const bytes = Uint8Array.from(bytesOf(data));
      if (raw === undefined || bytes.length !== raw.size) return false;
      const wantsPrivate = kind === KEY_TYPE.PRIVATE;
      if (wantsPrivate) this.#take({ kind: raw.kind, secret: bytes, point: raw.publicOf(bytes) }, true);
      else this.#take({ kind: raw.kind, point: bytes }, false);
      return true;
    }

    initJwk(jwk: Dict, curve?: string): number | undefined {
      if (jwk['kty'] === 'oct') {
        MATERIAL.set(this, { type: 'secret', bytes: fromBase64(jwk['k']) });
        return KEY_TYPE.SECRET;
      }
      const key = keyOfJwk(jwk, curve);
      if (key === undefined) return undefined;
      this.#take(key, isPrivate(key));
      return isPrivate(key) ? KEY_TYPE.PRIVATE : KEY_TYPE.PUBLIC;
    }

    getSymmetricKeySize(): number {
      return keyBytes(this).length;
    }

    getAsymmetricKeyType(): string {
      return this.#key.kind;
    }

    keyDetail(detail: Dict): Dict {
      const material = materialOf(this);
      if (material.type === 'secret') return Object.assign(detail, { length: material.bytes.length * 8 });
      const key = this.#key;
      if (key.kind === 'ec') return Object.assign(detail, { namedCurve: key.curve.name });
      if (!isRsa(key)) return detail;
      Object.assign(detail, {
        modulusLength: bitLength(key.public.n),
        publicExponent: arrayBufferOf(bytesOfBigint(key.public.e)),
      });
      if (key.pss === undefined) return detail;
      const { hash, mgf1Hash, saltLength } = key.pss;
      return Object.assign(detail, { hashAlgorithm: hash, mgf1HashAlgorithm: mgf1Hash, saltLength });
    }

    checkEcKeyData(): boolean {
      return this.#key.kind === 'ec';
    }

    equals(other: object): boolean {
      const [a, b] = [materialOf(this), materialOf(other)];
      if (a.type === 'secret' && b.type === 'secret') return equalBytes(a.bytes, b.bytes);
      if (a.type !== b.type || a.type === 'none' || b.type === 'none' || a.type === 'secret' || b.type === 'secret') {
        return false;
      }
      const write = a.type === 'private' ? writePkcs8 : writeSpki;
      return equalBytes(write(a.key), write(b.key));
    }

    export(format?: number, type?: number, cipher?: string, passphrase?: unknown): unknown {
      const material = materialOf(this);
      if (material.type === 'secret') return node.buffer(Uint8Array.from(material.bytes));
      const key = this.#key;
      if (material.type === 'public') return shown(formatPublic(key, Number(format), Number(type)));
      const secret = passphrase === undefined || passphrase === null ? undefined : bytesOf(passphrase);
      return shown(formatPrivate(key, Number(format), Number(type), cipher, secret, random));
    }

    exportJwk(jwk: Dict, _handlesPss: boolean): Dict {
      const material = materialOf(this);
      if (material.type === 'secret') return Object.assign(jwk, { kty: 'oct', k: base64Text(material.bytes, true) });
      putJwk(this.#key, jwk);
      return jwk;
    }
  };
};

/** A handle around a key that was made here. */
export const wrapKey = (Handle: HandleClass, material: Material): object => {
  const handle = new Handle();
  MATERIAL.set(handle, material);
  return handle;
};
