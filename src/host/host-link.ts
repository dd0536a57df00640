// What stations and kernel say to each other in browsers beyond the OS itself: who serves the volume, and the ports
// by which the other stations reach it.
//
// The station that holds the volume's Web Lock serves it. The browser gives the lock to the next in line when a tab
// ends, so succession needs no election: whoever gets the lock mounts the volume and calls `volumeServing`, and the
// kernel connects everybody to it.

import type { KernelOps, StationOps } from '../kernel/link.ts';

export interface HostKernelOps extends KernelOps {
  /** This station has mounted the volume and serves it from now on. */
  volumeServing(): void;
  /** When the machine was booted, in milliseconds since the epoch. */
  bootTime(): number;
  /** True for the first that asks since the machine was booted: it empties /tmp. */
  firstMount(): boolean;
}

export interface HostStationOps extends StationOps {
  /** (notification) To the server: a client's port. `station` tells the clients apart. */
  volumeServe(station: number, port: MessagePort): void;
  /** (notification) To the server: a client's tab is gone. */
  volumeLeave(station: number): void;
  /** (notification) To the server: every client there is has been told; what nobody holds open may go. */
  volumeComplete(): void;
  /** (notification) To a client: the port of the server, the first time or after a change. */
  volumePort(port: MessagePort): void;
}
