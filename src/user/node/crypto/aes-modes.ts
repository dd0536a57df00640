// AES in its modes of operation, in pieces of any size (NIST SP 800-38A and -38D), over the block function of
// @noble/ciphers.
//
// A mode takes bytes and gives as many as it can; block modes hold back what does not fill a block. Padding is the
// business of cipher-base.ts, authentication that of aead.ts.

import { unsafe } from '@noble/ciphers/aes.js';

export const BLOCK = 16;

type Words = Uint32Array;
/** A block function on 16 bytes in place. */
type Transform = (block: Uint8Array) => void;

export const encryptor = (key: Uint8Array): Transform => {
  const expanded: Words = unsafe.expandKeyLE(Uint8Array.from(key));
  return (block) => void unsafe.encryptBlock(expanded, block);
};

const decryptor = (key: Uint8Array): Transform => {
  const expanded: Words = unsafe.expandKeyDecLE(Uint8Array.from(key));
  return (block) => void unsafe.decryptBlock(expanded, block);
};

const xorInto = (target: Uint8Array, other: Uint8Array): void => {
  for (let i = 0; i < BLOCK; i++) target[i] = (target[i] as number) ^ (other[i] as number);
};

/** One block after another: `step` changes a block in place. */
export type BlockMode = (block: Uint8Array) => void;

export const ecb = (key: Uint8Array, encrypts: boolean): BlockMode => (encrypts ? encryptor(key) : decryptor(key));

export const cbc = (key: Uint8Array, iv: Uint8Array, encrypts: boolean): BlockMode => {
  const chain = Uint8Array.from(iv);
  if (encrypts) {
    const encrypt = encryptor(key);
    return (block) => {
      xorInto(block, chain);
      encrypt(block);
      chain.set(block);
    };
  }
  const decrypt = decryptor(key);
  const next = new Uint8Array(BLOCK);
  return (block) => {
    next.set(block);
    decrypt(block);
    xorInto(block, chain);
    chain.set(next);
  };
};

/** Changes bytes in place, as many as there are. */
export type StreamMode = (bytes: Uint8Array) => void;

/** Big-endian increment of the last `width` bytes. */
const increment = (counter: Uint8Array, width: number): void => {
  for (let i = BLOCK - 1; i >= BLOCK - width; i--) {
    counter[i] = ((counter[i] as number) + 1) & 0xff;
    if (counter[i] !== 0) return;
  }
};

/** `width`: how many bytes of the block count; 16 in CTR, 4 in GCM. */
export const ctr = (key: Uint8Array, start: Uint8Array, width: number = BLOCK): StreamMode => {
  const encrypt = encryptor(key);
  const counter = Uint8Array.from(start);
  const pad = new Uint8Array(BLOCK);
  let used = BLOCK;
  return (bytes) => {
    for (let i = 0; i < bytes.length; i++) {
      if (used === BLOCK) {
        pad.set(counter);
        encrypt(pad);
        increment(counter, width);
        used = 0;
      }
      bytes[i] = (bytes[i] as number) ^ (pad[used++] as number);
    }
  };
};

export const ofb = (key: Uint8Array, iv: Uint8Array): StreamMode => {
  const encrypt = encryptor(key);
  const pad = Uint8Array.from(iv);
  let used = BLOCK;
  return (bytes) => {
    for (let i = 0; i < bytes.length; i++) {
      if (used === BLOCK) {
        encrypt(pad);
        used = 0;
      }
      bytes[i] = (bytes[i] as number) ^ (pad[used++] as number);
    }
  };
};

/** CFB with feedback of whole blocks. */
export const cfb = (key: Uint8Array, iv: Uint8Array, encrypts: boolean): StreamMode => {
  const encrypt = encryptor(key);
  const register = Uint8Array.from(iv);
  let used = BLOCK;
  return (bytes) => {
    for (let i = 0; i < bytes.length; i++) {
      if (used === BLOCK) {
        encrypt(register);
        used = 0;
      }
      const given = bytes[i] as number;
      const made = given ^ (register[used] as number);
      bytes[i] = made;
      register[used++] = encrypts ? made : given;
    }
  };
};

/** CFB with feedback of single bytes. */
export const cfb8 = (key: Uint8Array, iv: Uint8Array, encrypts: boolean): StreamMode => {
  const encrypt = encryptor(key);
  const register = Uint8Array.from(iv);
  const block = new Uint8Array(BLOCK);
  return (bytes) => {
    for (let i = 0; i < bytes.length; i++) {
      block.set(register);
      encrypt(block);
      const given = bytes[i] as number;
      const made = given ^ (block[0] as number);
      bytes[i] = made;
      register.copyWithin(0, 1);
      register[BLOCK - 1] = encrypts ? made : given;
    }
  };
};
