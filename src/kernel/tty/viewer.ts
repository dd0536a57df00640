// One page that shows a terminal: where in the output it is, and how much of what it was sent it has not shown yet.

import type { Winsize } from '../../abi/termios.ts';
import type { Clock } from '../ports.ts';
import type { Scrollback } from './scrollback.ts';

/** What a viewer is told, in this order. Byte arrays are its own. */
export interface ViewerPort {
  /**
   * What was on the screen before. Questions in it (device attributes and the like) are not to be answered. It may come
   * again later, beginning with a reset, when the viewer has fallen too far behind.
   */
  replay(bytes: Uint8Array<ArrayBuffer>): void;
  output(bytes: Uint8Array<ArrayBuffer>): void;
  /** Output was discarded (Ctrl-C, tcflush): what has not been shown yet need not be. It is acknowledged as well. */
  flushed(): void;
  /** The terminal has another size than this viewer asked for. */
  sizeChanged(size: Winsize): void;
  /** The last process has closed the terminal; no more output follows. */
  ended(): void;
}

/** What a viewer shares with the others, and what it asks of them. */
export interface ViewerGroup {
  readonly scrollback: Scrollback;
  /** Most bytes on the way that are not acknowledged. */
  readonly window: number;
  readonly clock: Clock;
  acknowledged(): void;
  input(bytes: Uint8Array): Promise<void>;
  resized(): void;
  detach(): void;
}

/** End whatever sequence the emulator is in, and reset it (RIS). */
const RESET = Uint8Array.of(0x18, 0x1b, 0x63);

export class Viewer {
  /** The size it asked for. */
  size: Winsize | undefined;
  /** It holds up nobody any more. */
  passedOver = false;
  /** When it last showed something, or had nothing to show. */
  lastProgress = 0;
  private readonly port: ViewerPort;
  private readonly group: ViewerGroup;
  /** The next byte to send; up to `replayEnd` it is replay. */
  private position = 0;
  private replayEnd = 0;
  private unacknowledged = 0;
  private attached = true;
  private toldEnd = false;

  constructor(port: ViewerPort, group: ViewerGroup) {
    this.port = port;
    this.group = group;
  }

  // --- for the page ------------------------------------------------------------------------------------------------

  /** So many bytes more have been shown, replay or output. */
  acknowledge(bytes: number): void {
    if (!this.attached || !(bytes > 0)) return;
    this.unacknowledged = Math.max(0, this.unacknowledged - bytes);
    this.lastProgress = this.group.clock.now();
    if (this.passedOver && this.unacknowledged === 0) this.comeBack();
    this.group.acknowledged();
  }

  /** Typed or pasted. Resolves when the terminal has taken it: send little more before. */
  async input(bytes: Uint8Array): Promise<void> {
    if (this.attached) await this.group.input(bytes);
  }

  /** The page has this size now. */
  resize(size: Winsize): void {
    if (!this.attached) return;
    this.size = size;
    this.group.resized();
  }

  detach(): void {
    this.attached = false;
    this.group.detach();
  }

  // --- for the group -----------------------------------------------------------------------------------------------

  /** Start with what is in the scrollback. */
  replay(): void {
    const { prologue, from } = this.group.scrollback.replay();
    this.position = from;
    this.replayEnd = this.group.scrollback.end;
    if (prologue.length > 0) this.deliver(prologue, true);
  }

  /** How many bytes more may follow what is in the scrollback now. */
  get room(): number {
    const { window, scrollback } = this.group;
    return Math.max(0, window - this.unacknowledged - (scrollback.end - this.position));
  }

  /** Send what there is, as far as the window allows. */
  send(): void {
    if (this.passedOver) return;
    const { scrollback, window } = this.group;
    while (this.position < scrollback.end && this.unacknowledged < window) {
      const isReplay = this.position < this.replayEnd;
      const room = this.position + window - this.unacknowledged;
      const to = Math.min(isReplay ? this.replayEnd : scrollback.end, room);
      const bytes = scrollback.slice(this.position, to);
      this.position = to;
      this.deliver(bytes, isReplay);
    }
  }

  flushed(): void {
    this.port.flushed();
  }

  sizeChanged(size: Winsize): void {
    this.port.sizeChanged(size);
  }

  /** There will be no more output. */
  endWhenSent(): void {
    if (this.toldEnd || this.position < this.group.scrollback.end) return;
    this.toldEnd = true;
    this.port.ended();
  }

  passOver(): void {
    this.passedOver = true;
  }

  private comeBack(): void {
    this.passedOver = false;
    if (this.position >= this.group.scrollback.start) return;
    this.deliver(RESET.slice(), true);
    this.replay();
  }

  private deliver(bytes: Uint8Array<ArrayBuffer>, isReplay: boolean): void {
    if (this.unacknowledged === 0) this.lastProgress = this.group.clock.now();
    this.unacknowledged += bytes.length;
    if (isReplay) this.port.replay(bytes);
    else this.port.output(bytes);
  }
}
