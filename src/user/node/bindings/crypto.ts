// internalBinding('crypto') (node_crypto.cc), over @noble's algorithms. What is not there throws
// ERR_METHOD_NOT_IMPLEMENTED by its name: X.509 certificates, TLS contexts, DSA, post-quantum keys.

import { agreement } from '../crypto/agreement.ts';
import { cipherClasses } from '../crypto/cipher-base.ts';
import { curveNames } from '../crypto/curves.ts';
import { derivationJobs } from '../crypto/derivation.ts';
import { digestNames } from '../crypto/digests.ts';
import { encryption } from '../crypto/encryption.ts';
import { codedError } from '../crypto/errors.ts';
import { hashClasses } from '../crypto/hash-classes.ts';
import { keyGeneration } from '../crypto/key-generation.ts';
import { makeKeyObjectHandle } from '../crypto/key-object.ts';
import { signatureClasses } from '../crypto/signatures.ts';
import type { MakeBinding } from '../runtime.ts';

export const crypto: MakeBinding = (node) => {
  const KeyObjectHandle = makeKeyObjectHandle(node);
  return {
    ...hashClasses(node),
    ...derivationJobs(node),
    ...cipherClasses(node),
    ...signatureClasses(node),
    ...encryption(node),
    ...agreement(node),
    ...keyGeneration(node, KeyObjectHandle),
    KeyObjectHandle,
    createNativeKeyObjectClass: (make: (Base: new (handle: object) => object) => unknown): unknown =>
      make(
        class NativeKeyObject {
          readonly handle: object;

          constructor(handle: object) {
            this.handle = handle;
            Object.defineProperty(this, 'handle', { enumerable: false });
          }
        },
      ),
    getHashes: digestNames,
    getCurves: curveNames,
    getCachedAliases: () => ({}),
    getFipsCrypto: () => 0,
    testFipsCrypto: () => false,
    setFipsCrypto: (on: boolean): void => {
      if (on) throw codedError('ERR_CRYPTO_FIPS_UNAVAILABLE', 'Cannot set FIPS mode in a non-FIPS build.');
    },
    getOpenSSLSecLevelCrypto: () => 1,
    secureHeapUsed: () => undefined,
    secureBuffer: (length: number) => new Uint8Array(length),
    setEngine: () => false,
  };
};
