// Why a volume could not be mounted, as the page is told.

import { SysError } from '../abi/errno.ts';
import type { VolumeFault } from './control.ts';

/** What browsers say when somebody else has the files open. */
const BUSY: readonly string[] = ['NoModificationAllowedError', 'InvalidStateError'];

/** Undefined: something else went wrong. */
export const volumeFault = (error: unknown): VolumeFault | undefined => {
  if (error instanceof SysError && error.errno === 'EIO') return 'ERR_VOLUME_DAMAGED';
  if (error instanceof SysError && error.errno === 'EINVAL') return 'ERR_VOLUME_NEWER';
  return error instanceof DOMException && BUSY.includes(error.name) ? 'ERR_VOLUME_BUSY' : undefined;
};
