// Random bytes of the host.

import type { NodeRuntime } from '../runtime.ts';

/** crypto.getRandomValues() gives no more at a time. */
const RANDOM_MAX = 65_536;

export const fillRandom = (node: NodeRuntime, into: Uint8Array): void => {
  for (let at = 0; at < into.length; at += RANDOM_MAX) {
    // Shared memory cannot be filled in place.
    const part = new Uint8Array(Math.min(RANDOM_MAX, into.length - at));
    node.host.randomFill(part);
    into.set(part, at);
  }
};
