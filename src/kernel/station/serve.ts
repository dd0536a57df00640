// How a station's operations (link.ts) are served, whatever carries them. The station may be made later than the port.

import type { StationOps } from '../link.ts';
import type { CallContext } from '../proc/serve.ts';

/** What the kernel asks of a station, some of it answered later. */
export type StationOperations = {
  [K in keyof StationOps]: (
    ...args: Parameters<StationOps[K]>
  ) => ReturnType<StationOps[K]> | Promise<ReturnType<StationOps[K]>>;
};

export type ServedStation = {
  [K in keyof StationOps]: (
    context: CallContext,
    ...args: Parameters<StationOps[K]>
  ) => ReturnType<StationOps[K]> | Promise<ReturnType<StationOps[K]>>;
};

export const serveStation = (station: () => { readonly operations: StationOperations }): ServedStation => {
  const of = (): StationOperations => station().operations;
  return {
    signal: (_c, ...args) => of().signal(...args),
    reparented: (_c, ...args) => of().reparented(...args),
    detail: (_c, ...args) => of().detail(...args),
    mounted: (_c, ...args) => of().mounted(...args),
    unmounted: (_c, ...args) => of().unmounted(...args),
    mountBusy: (_c, ...args) => of().mountBusy(...args),
    watched: (_c, ...args) => of().watched(...args),
    changed: (_c, ...args) => of().changed(...args),
    netOffer: (_c, ...args) => of().netOffer(...args),
    netRelayed: (_c, ...args) => of().netRelayed(...args),
    netDelivered: (_c, ...args) => of().netDelivered(...args),
  };
};
