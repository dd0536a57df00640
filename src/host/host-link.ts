// What stations and kernel say to each other in browsers beyond the OS itself: who serves the volume, and the ports
// by which the other stations reach it.
//
// The station that holds the volume's Web Lock serves it. The browser gives the lock to the next in line when a tab
// ends, so the death of any tab needs no election: whoever gets the lock mounts the volume and calls `volumeServing`, and
// the kernel connects everybody to it. Which of several that live should serve is for the kernel to say: it asks the one
// that does to yield, and tells those that are given the lock whether it is their turn.

import type { KernelOps, StationOps } from '../kernel/link.ts';
import type { PageState } from './control.ts';

export interface HostKernelOps extends KernelOps {
  /** This station has the volume's lock: should it serve? If not, it lets go of the lock and stands in line again. */
  volumeMayServe(): boolean;
  /** This station has mounted the volume and serves it from now on. */
  volumeServing(): void;
  /** This station serves no more. */
  volumeLeft(): void;
  /** Calls on the volume in the last second: those of this station, which serves it, and of its clients. */
  volumeCalls(own: number, others: readonly (readonly [station: number, calls: number])[]): void;
  /** What became of the station's page. */
  pageState(state: PageState): void;
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
  /** (notification) To the server: another station should serve. */
  volumeYield(): void;
  /** (notification) To a client: the port of the server, the first time or after a change. */
  volumePort(port: MessagePort): void;
}
