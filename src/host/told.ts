// How a failure crosses Comlink, which keeps only the message of an Error: as a plain object with the errno as `code`.

import { SysError } from '../abi/errno.ts';

export const told = async <T>(work: () => T | Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    const plain = error instanceof SysError ? { code: error.errno, message: error.message } : error;
    throw plain;
  }
};
