// What stations may ask of the switchboard (link.ts).

import type { ServedKernel } from '../proc/serve.ts';
import type { NetStation, Switchboard } from './switchboard.ts';

export type NetCalls = Extract<keyof ServedKernel, `net${string}`>;

export const netCalls = (net: Switchboard, station: NetStation): Pick<ServedKernel, NetCalls> => ({
  netBind: (_c, socket, name) => net.bind(station, socket, name),
  netListen: (_c, socket) => net.listen(station, socket),
  netRelease: (_c, socket) => net.release(station, socket),
  netConnect: (_c, line, protocol, where, from, who) => net.connect(station, line, protocol, where, from, who),
  netRelay: (_c, line, message) => net.relay(station, line, message),
  netDatagram: (_c, protocol, where, from, bytes) => net.datagram(protocol, where, { from, bytes }),
});
