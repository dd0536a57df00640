// Authenticated encryption in pieces: AES-GCM (NIST SP 800-38D) and ChaCha20-Poly1305 (RFC 8439).

import { poly1305 } from '@noble/ciphers/_poly1305.js';
import { ghash } from '@noble/ciphers/_polyval.js';
import { chacha20 } from '@noble/ciphers/chacha.js';
import { BLOCK, ctr, encryptor, type StreamMode } from './aes-modes.ts';
import { concat } from './bytes.ts';

/** Bits of a length as 64-bit words. */
const lengths = (littleEndian: boolean, unit: number, ...values: readonly number[]): Uint8Array => {
  const bytes = new Uint8Array(values.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) view.setBigUint64(i * 8, BigInt(value) * BigInt(unit), littleEndian);
  return bytes;
};

const zeros = (length: number): Uint8Array => new Uint8Array((BLOCK - (length % BLOCK)) % BLOCK);

interface Mac {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array;
}

/** What of the two is different. */
interface Scheme {
  readonly mac: Mac;
  readonly stream: StreamMode;
  readonly trailer: (aad: number, text: number) => Uint8Array;
  readonly mask: Uint8Array;
}

export class Aead {
  private readonly scheme: Scheme;
  private readonly encrypts: boolean;
  private aadLength = 0;
  private textLength = 0;
  private begun = false;

  constructor(scheme: Scheme, encrypts: boolean) {
    this.scheme = scheme;
    this.encrypts = encrypts;
  }

  /** False when text has gone through already. */
  authenticate(aad: Uint8Array): boolean {
    if (this.begun) return false;
    this.scheme.mac.update(Uint8Array.from(aad));
    this.aadLength += aad.length;
    return true;
  }

  transform(bytes: Uint8Array): Uint8Array {
    this.begin();
    const out = Uint8Array.from(bytes);
    const { mac, stream } = this.scheme;
    if (!this.encrypts) mac.update(Uint8Array.from(bytes));
    stream(out);
    if (this.encrypts) mac.update(Uint8Array.from(out));
    this.textLength += bytes.length;
    return out;
  }

  tag(): Uint8Array {
    this.begin();
    const { mac, trailer, mask } = this.scheme;
    mac.update(zeros(this.textLength));
    mac.update(trailer(this.aadLength, this.textLength));
    return mac.digest().map((byte, i) => byte ^ (mask[i] as number));
  }

  private begin(): void {
    if (this.begun) return;
    this.begun = true;
    this.scheme.mac.update(zeros(this.aadLength));
  }
}

/** GHASH over pieces of any length: the library's pads each piece to a block. */
class Ghash implements Mac {
  private readonly inner: Mac;
  private held: Uint8Array = new Uint8Array();

  constructor(key: Uint8Array) {
    this.inner = ghash.create(key);
  }

  update(bytes: Uint8Array): void {
    const all = this.held.length === 0 ? bytes : concat(this.held, bytes);
    const whole = all.length - (all.length % BLOCK);
    if (whole > 0) this.inner.update(Uint8Array.from(all.subarray(0, whole)));
    this.held = all.slice(whole);
  }

  digest(): Uint8Array {
    return this.inner.digest();
  }
}

export const gcm = (key: Uint8Array, iv: Uint8Array, encrypts: boolean): Aead => {
  const encrypt = encryptor(key);
  const subkey = new Uint8Array(BLOCK);
  encrypt(subkey);
  const trailer = (aad: number, text: number): Uint8Array => lengths(false, 8, aad, text);
  let start: Uint8Array;
  if (iv.length === 12) start = concat(iv, Uint8Array.of(0, 0, 0, 1));
  else {
    const mac = ghash.create(subkey);
    mac.update(concat(iv, zeros(iv.length), trailer(0, iv.length)));
    start = Uint8Array.from(mac.digest());
  }
  const stream = ctr(key, start, 4);
  // The first block of the stream masks the tag.
  const mask = new Uint8Array(BLOCK);
  stream(mask);
  return new Aead({ mac: new Ghash(subkey), stream, trailer, mask }, encrypts);
};

const CHACHA_BLOCK = 64;

/** The stream of ChaCha20 from a block on, in pieces. */
export const chachaStream = (key: Uint8Array, nonce: Uint8Array, first: number): StreamMode => {
  const [secret, once] = [Uint8Array.from(key), Uint8Array.from(nonce)];
  let counter = first;
  let pad = new Uint8Array();
  let used = 0;
  return (bytes) => {
    for (let at = 0; at < bytes.length; ) {
      if (used === pad.length) {
        const blocks = Math.min(64, Math.ceil((bytes.length - at) / CHACHA_BLOCK));
        pad = Uint8Array.from(chacha20(secret, once, new Uint8Array(blocks * CHACHA_BLOCK), undefined, counter));
        counter += blocks;
        used = 0;
      }
      const n = Math.min(pad.length - used, bytes.length - at);
      for (let i = 0; i < n; i++) bytes[at + i] = (bytes[at + i] as number) ^ (pad[used + i] as number);
      at += n;
      used += n;
    }
  };
};

export const chachaPoly = (key: Uint8Array, iv: Uint8Array, encrypts: boolean): Aead => {
  // OpenSSL fills up a shorter nonce in front.
  const nonce = new Uint8Array(12);
  nonce.set(iv, 12 - iv.length);
  const macKey = new Uint8Array(32);
  chachaStream(key, nonce, 0)(macKey);
  const scheme: Scheme = {
    mac: poly1305.create(macKey),
    stream: chachaStream(key, nonce, 1),
    trailer: (aad, text) => lengths(true, 1, aad, text),
    mask: new Uint8Array(BLOCK),
  };
  return new Aead(scheme, encrypts);
};
