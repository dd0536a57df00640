// Errors of the binding `crypto` as Node's native side makes them (node_errors.h, crypto_util.cc).

type Kind = typeof Error;

/** An error with a code that the native side throws; the library's own come from internal/errors. */
export const codedError = (code: string, message: string, kind: Kind = Error): Error => {
  const error = new kind(message);
  Object.defineProperty(error, 'code', { value: code, enumerable: true, writable: true, configurable: true });
  return error;
};

const LIBRARIES = { 'digital envelope routines': 6, 'rsa routines': 4, 'Provider routines': 57 } as const;

/** An entry of OpenSSL's error queue: library and reason with its number, as ERR_error_string has it. */
export const opensslError = (library: keyof typeof LIBRARIES, number: number, reason: string): Error => {
  const packed = ((LIBRARIES[library] << 23) | number) >>> 0;
  const text = `error:${packed.toString(16).toUpperCase().padStart(8, '0')}:${library}::${reason}`;
  const error = new Error(text);
  const name = reason.toUpperCase().replaceAll(/[ -]/g, '_');
  const prefix = library === 'digital envelope routines' ? 'EVP_' : library === 'rsa routines' ? 'RSA_' : '';
  Object.assign(error, { library, reason, code: `ERR_OSSL_${prefix}${name}` });
  return error;
};

export const invalidDigest = (name: string): Error =>
  codedError('ERR_CRYPTO_INVALID_DIGEST', `Invalid digest: ${name}`, TypeError);

/** What this runtime does not have; `what` is OpenSSL's name for it. */
export const unsupported = (what: string): Error =>
  codedError('ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', `${what} is not available in this runtime`);
