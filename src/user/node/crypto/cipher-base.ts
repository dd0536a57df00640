// The class CipherBase of the binding `crypto`: Cipheriv and Decipheriv (crypto_cipher.cc), with padding as PKCS #7
// and the tags of authenticated ciphers.

import type { Dict, NodeRuntime } from '../runtime.ts';
import { BLOCK } from './aes-modes.ts';
import { bytesOf, concat, equalBytes, inputBytes } from './bytes.ts';
import { type Begun, type Cipher, cipherNames, findCipher } from './ciphers.ts';
import { codedError, opensslError } from './errors.ts';
import { keyBytes } from './key-object.ts';

const TAG = 16;
const NOTHING = new Uint8Array();

const invalidTagLength = (length: number): Error =>
  codedError('ERR_CRYPTO_INVALID_AUTH_TAG', `Invalid authentication tag length: ${length}`, TypeError);

const checkTagLength = (cipher: Cipher, length: number): void => {
  const valid = cipher.mode === 'gcm' ? length === 4 || length === 8 || (length >= 12 && length <= 16) : length <= TAG;
  if (!valid) throw invalidTagLength(length);
};

const ivFits = ({ ivLength, ivRange }: Cipher, length: number): boolean =>
  ivRange === undefined ? length === ivLength : length >= ivRange[0] && length <= ivRange[1];

/** Bytes of a block cipher: what does not fill a block is held back, and when decrypting the last block as well. */
class Blocks {
  padding = true;
  private held: Uint8Array = NOTHING;
  private readonly mode: (block: Uint8Array) => void;
  private readonly encrypts: boolean;

  constructor(mode: (block: Uint8Array) => void, encrypts: boolean) {
    this.mode = mode;
    this.encrypts = encrypts;
  }

  update(bytes: Uint8Array): Uint8Array {
    const all = concat(this.held, bytes);
    let whole = all.length - (all.length % BLOCK);
    if (!this.encrypts && this.padding && whole === all.length && whole > 0) whole -= BLOCK;
    for (let at = 0; at < whole; at += BLOCK) this.mode(all.subarray(at, at + BLOCK));
    this.held = all.slice(whole);
    return all.slice(0, whole);
  }

  final(): Uint8Array {
    const { held } = this;
    if (!this.padding) {
      if (held.length > 0) throw opensslError('Provider routines', 0x6b, 'wrong final block length');
      return NOTHING;
    }
    if (this.encrypts) {
      const block = new Uint8Array(BLOCK).fill(BLOCK - held.length);
      block.set(held);
      this.mode(block);
      return block;
    }
    if (held.length !== BLOCK) throw opensslError('Provider routines', 0x6b, 'wrong final block length');
    this.mode(held);
    const pad = held[BLOCK - 1] as number;
    if (pad === 0 || pad > BLOCK || !held.subarray(BLOCK - pad).every((byte) => byte === pad)) {
      throw opensslError('Provider routines', 0x64, 'bad decrypt');
    }
    return held.slice(0, BLOCK - pad);
  }
}

export const cipherClasses = (node: NodeRuntime): Dict => {
  class CipherBase {
    readonly #encrypts: boolean;
    readonly #cipher: Cipher;
    readonly #begun: Begun;
    readonly #blocks: Blocks | undefined;
    #tagLength: number | undefined;
    #tag: Uint8Array | undefined;
    #over = false;

    constructor(encrypts: boolean, name: string, key: unknown, iv: unknown, tagLength: number) {
      const cipher = findCipher(name);
      if (cipher === undefined) throw codedError('ERR_CRYPTO_UNKNOWN_CIPHER', 'Unknown cipher');
      const secret = keyBytes(key);
      if (secret.length !== cipher.keyLength) {
        throw codedError('ERR_CRYPTO_INVALID_KEYLEN', 'Invalid key length', RangeError);
      }
      const start = iv === null || iv === undefined ? undefined : Uint8Array.from(bytesOf(iv));
      if (start === undefined ? cipher.ivLength > 0 : !ivFits(cipher, start.length)) {
        throw codedError('ERR_CRYPTO_INVALID_IV', 'Invalid initialization vector', TypeError);
      }
      this.#encrypts = encrypts;
      this.#cipher = cipher;
      this.#begun = cipher.begin(secret, start ?? NOTHING, encrypts);
      if (this.#begun.kind === 'block') this.#blocks = new Blocks(this.#begun.mode, encrypts);
      if (this.#begun.kind === 'aead' && tagLength >= 0) {
        checkTagLength(cipher, tagLength);
        this.#tagLength = tagLength;
      }
    }

    update(data: unknown, encoding: unknown): Uint8Array {
      if (this.#over) throw new Error('Trying to add data in unsupported state');
      const bytes = inputBytes(data, encoding, node.host.encodeUtf8);
      return node.buffer(this.#transform(bytes));
    }

    #transform(bytes: Uint8Array): Uint8Array {
      if (this.#blocks !== undefined) return this.#blocks.update(bytes);
      if (this.#begun.kind === 'aead') return this.#begun.mode.transform(bytes);
      const out = Uint8Array.from(bytes);
      if (this.#begun.kind === 'stream') this.#begun.mode(out);
      return out;
    }

    final(): Uint8Array {
      if (this.#over) throw codedError('ERR_CRYPTO_INVALID_STATE', 'Invalid state');
      this.#over = true;
      const rest = this.#blocks?.final() ?? NOTHING;
      if (this.#begun.kind === 'aead') this.#authenticate(this.#begun.mode.tag());
      return node.buffer(Uint8Array.from(rest));
    }

    #authenticate(tag: Uint8Array): void {
      if (this.#encrypts) {
        this.#tag = tag.slice(0, this.#tagLength ?? TAG);
        return;
      }
      if (this.#tag === undefined || !equalBytes(tag.slice(0, this.#tag.length), this.#tag)) {
        throw new Error('Unsupported state or unable to authenticate data');
      }
    }

    setAutoPadding(on: boolean): boolean {
      if (this.#over) return false;
      if (this.#blocks !== undefined) this.#blocks.padding = on;
      return true;
    }

    /** undefined where there is none to be had. */
    getAuthTag(): Uint8Array | undefined {
      if (!this.#over || !this.#encrypts || this.#tag === undefined) return undefined;
      return node.buffer(Uint8Array.from(this.#tag));
    }

    setAuthTag(tag: unknown): boolean {
      if (this.#over || this.#encrypts || this.#begun.kind !== 'aead' || this.#tag !== undefined) return false;
      const bytes = Uint8Array.from(bytesOf(tag));
      if (this.#tagLength === undefined) checkTagLength(this.#cipher, bytes.length);
      else if (this.#tagLength !== bytes.length) throw invalidTagLength(bytes.length);
      this.#tag = bytes;
      return true;
    }

    setAAD(aad: unknown): boolean {
      if (this.#over || this.#begun.kind !== 'aead') return false;
      return this.#begun.mode.authenticate(bytesOf(aad));
    }
  }

  return {
    CipherBase,
    getCiphers: cipherNames,
    getSSLCiphers: () => [],
    getCipherInfo: (
      info: Dict,
      name: string | number,
      keyLength: number | undefined,
      ivLength: number | undefined,
    ): Dict | undefined => {
      const cipher = findCipher(name);
      if (cipher === undefined || (keyLength !== undefined && keyLength !== cipher.keyLength)) return undefined;
      if (ivLength !== undefined && !ivFits(cipher, ivLength)) return undefined;
      const shown = cipher.mode === 'gcm' ? `id-aes${cipher.keyLength * 8}-GCM` : cipher.name;
      Object.assign(info, { mode: cipher.mode, name: shown, nid: cipher.nid });
      if (cipher.mode !== 'stream') info['blockSize'] = cipher.blockSize;
      if (cipher.ivLength > 0) info['ivLength'] = ivLength ?? cipher.ivLength;
      info['keyLength'] = cipher.keyLength;
      return info;
    },
  };
};
