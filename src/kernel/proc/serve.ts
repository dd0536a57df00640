// How the kernel's operations are served, whatever carries them.

import type { KernelOps } from '../link.ts';
import { Cancel } from '../wait-queue.ts';

/** The call of a station that is being served: tells when the caller gives up. */
export interface CallContext {
  readonly canceled: boolean;
  onCancel(listener: () => void): void;
}

export type ServedKernel = {
  [K in keyof KernelOps]: (
    context: CallContext,
    ...args: Parameters<KernelOps[K]>
  ) => ReturnType<KernelOps[K]> | Promise<ReturnType<KernelOps[K]>>;
};

export const cancelOf = (context: CallContext): Cancel => {
  const cancel = new Cancel();
  context.onCancel(() => cancel.cancel());
  return cancel;
};
