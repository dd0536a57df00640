// What both ends of a terminal have in common: read(2) and write(2) that answer at once where they can and otherwise
// sleep, one reader and one writer at a time (a large write of one process is not mixed with another's).
//
// An end is ready or not by `ready`, and tells by `watch` that this may have changed.

import { type Errno, SysError } from '../../abi/errno.ts';
import type { Clock } from '../ports.ts';
import { type Cancel, WaitQueue } from '../wait-queue.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** A read under way. */
export interface Reading {
  /** Take what is there. True when the read is complete. */
  advance(): boolean;
  /** How many bytes it has. */
  readonly taken: number;
  /** Milliseconds it may wait until it has more; undefined: for ever. 0: not at all. */
  readonly timeout: number | undefined;
  /** That time is over. */
  expire(): void;
  result(): Bytes;
}

export abstract class TerminalEnd {
  private readonly readable: WaitQueue;
  private readonly writable: WaitQueue;
  private readonly clock: Clock;
  private reading = false;
  private writing = false;
  private readonly readTurn = new WaitQueue();
  private readonly writeTurn = new WaitQueue();

  constructor(readable: WaitQueue, writable: WaitQueue, clock: Clock) {
    this.readable = readable;
    this.writable = writable;
    this.clock = clock;
  }

  /** poll(2): the bits of POLL that hold now. */
  abstract ready(): number;
  /** FIONREAD. */
  abstract readonly available: number;

  /** There is nothing to read and never will be: what a new read gives (no bytes: end of file). */
  protected abstract readonly ended: Errno | 'end of file' | undefined;
  /** Why writing is over, if it is. */
  protected abstract readonly broken: Errno | undefined;
  protected abstract startReading(max: number): Reading;
  /** Take what there is room for. Gives how many bytes. */
  protected abstract accept(bytes: Uint8Array): number;

  /** A write that has not found room yet is under way. */
  protected get isWriting(): boolean {
    return this.writing;
  }

  /**
   * read(2): up to `max` bytes, none at end of file. With `nonblock` never a promise.
   * Errors: EAGAIN, EINTR (cancelled before there was anything), EIO.
   */
  read(max: number, nonblock: true): Bytes;
  read(max: number, nonblock?: boolean, cancel?: Cancel): Bytes | Promise<Bytes>;
  read(max: number, nonblock = false, cancel?: Cancel): Bytes | Promise<Bytes> {
    const { ended } = this;
    if (ended === 'end of file' || max <= 0) return new Uint8Array(0);
    if (this.reading) {
      if (nonblock) throw new SysError('EAGAIN');
      return this.readInTurn(max, cancel);
    }
    const request = this.startReading(max);
    if (request.advance()) return request.result();
    if (ended !== undefined) return soFar(request, ended);
    return nonblock ? soFar(request, 'EAGAIN') : this.readLater(request, cancel);
  }

  /**
   * write(2): all of `bytes` (which must not change until then), or what there is room for with `nonblock`, which
   * never gives a promise, or as much as was written when it is cancelled. Errors: EAGAIN, EINTR, EIO.
   */
  write(bytes: Uint8Array, nonblock: true): number;
  write(bytes: Uint8Array, nonblock?: boolean, cancel?: Cancel): number | Promise<number>;
  write(bytes: Uint8Array, nonblock = false, cancel?: Cancel): number | Promise<number> {
    if (this.broken !== undefined) throw new SysError(this.broken);
    if (this.writing) {
      if (nonblock) throw new SysError('EAGAIN');
      return this.writeInTurn(bytes, cancel);
    }
    const done = this.accept(bytes);
    if (done === bytes.length) return done;
    if (!nonblock) return this.writeLater(bytes, done, cancel);
    if (done === 0) throw new SysError('EAGAIN');
    return done;
  }

  /** Call `wake` once, when `ready` may give something new. Gives the function that takes it back. */
  watch(wake: () => void): () => void {
    const forget = [this.readable.add(wake), this.writable.add(wake)];
    return () => {
      for (const f of forget) f();
    };
  }

  private async readInTurn(max: number, cancel: Cancel | undefined): Promise<Bytes> {
    while (this.reading) await this.readTurn.wait(cancel);
    return this.read(max, false, cancel);
  }

  private async readLater(request: Reading, cancel: Cancel | undefined): Promise<Bytes> {
    this.reading = true;
    let timedAt = -1;
    let stopTimer: (() => void) | undefined;
    try {
      for (;;) {
        const { taken, timeout } = request;
        if (timeout !== undefined && timedAt !== taken) {
          stopTimer?.();
          timedAt = taken;
          stopTimer = this.clock.after(timeout, () => {
            request.expire();
            this.readable.wake();
          });
        }
        await this.readable.wait(cancel);
        if (request.advance()) return request.result();
        const { ended } = this;
        if (ended !== undefined) return soFar(request, 'EIO');
      }
    } catch (error) {
      if (request.taken > 0) return request.result();
      throw error;
    } finally {
      stopTimer?.();
      this.reading = false;
      this.readTurn.wake();
    }
  }

  private async writeInTurn(bytes: Uint8Array, cancel: Cancel | undefined): Promise<number> {
    while (this.writing) await this.writeTurn.wait(cancel);
    return this.write(bytes, false, cancel);
  }

  private async writeLater(bytes: Uint8Array, start: number, cancel: Cancel | undefined): Promise<number> {
    this.writing = true;
    let done = start;
    try {
      while (done < bytes.length) {
        await this.writable.wait(cancel);
        if (cancel?.canceled === true) throw new SysError('EINTR');
        if (this.broken !== undefined) throw new SysError(this.broken);
        done += this.accept(bytes.subarray(done));
      }
    } catch (error) {
      if (done === 0) throw error;
    } finally {
      this.writing = false;
      this.writeTurn.wake();
      this.writable.wake();
    }
    return done;
  }
}

const soFar = (request: Reading, otherwise: Errno): Bytes => {
  if (request.taken > 0) return request.result();
  throw new SysError(otherwise);
};
