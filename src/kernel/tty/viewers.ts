// The pages that show a terminal: they share its master end. Each gets what was on the screen before it came, then the
// live output, and anything that one of them types goes in.
//
// Flow control is by credit: at most WINDOW bytes are on the way to a viewer that it has not acknowledged, and output is
// taken from the terminal only as far as the slowest viewer has room, so a program that outruns a page waits. The
// scrollback is the only buffer; memory is bounded whatever a viewer does. Without viewers output goes to the
// scrollback alone and programs run on, as in a detached tmux.
//
// A viewer that stays silent while it holds up the output (its tab is frozen, or hidden and throttled) is passed over
// after a while. When it speaks again it goes on where it was, or starts afresh if that has left the scrollback.

import { SysError } from '../../abi/errno.ts';
import type { Winsize } from '../../abi/termios.ts';
import { Cancel } from '../wait-queue.ts';
import { Scrollback } from './scrollback.ts';
import type { Terminal } from './terminal.ts';
import { isTerminalReport } from './terminal-report.ts';
import { Viewer, type ViewerPort } from './viewer.ts';

export type { ViewerPort } from './viewer.ts';

/** Bytes on the way to a viewer. Few enough that after Ctrl-C nothing old is shown for long. */
const VIEWER_WINDOW = 256 * 1024;
/** How long a silent viewer may hold up one that keeps pace, and how long if there is none. */
const PATIENCE_MS = { others: 1000, alone: 10_000 } as const;
const CHUNK = 64 * 1024;

export interface ViewersOptions {
  /** Bytes of output that are kept, a power of two. */
  readonly scrollback?: number;
  readonly window?: number;
}

export class Viewers {
  readonly scrollback: Scrollback;
  private readonly window: number;
  private readonly terminal: Terminal;
  private readonly attached = new Set<Viewer>();
  /** Who was last active, most recent last. */
  private recent: Viewer[] = [];
  /** Input of all viewers that has not been taken yet. */
  private typing = new Cancel();
  private pumpIsDue = false;
  private listening = false;
  private stopPatience: (() => void) | undefined;
  /** From the first call of `finish` on: who waits for it. */
  private finishing: (() => void)[] | undefined;
  /** The size that was last made the terminal's: a program may have set another one since. */
  private applied: Winsize | undefined;

  constructor(terminal: Terminal, { scrollback, window = VIEWER_WINDOW }: ViewersOptions = {}) {
    this.terminal = terminal;
    this.scrollback = new Scrollback(scrollback);
    this.window = window;
    this.listen();
    this.listenForFlush();
    this.pumpSoon();
  }

  /** How many are attached. */
  get size(): number {
    return this.attached.size;
  }

  /** Show the terminal. What was on the screen is sent at once, as far as the window allows. */
  attach(port: ViewerPort): Viewer {
    const viewer = new Viewer(port, {
      scrollback: this.scrollback,
      window: this.window,
      clock: this.terminal.clock,
      acknowledged: () => this.pump(),
      input: (bytes) => this.input(viewer, bytes),
      resized: () => this.becomeLatest(viewer),
      detach: () => this.detach(viewer),
    });
    this.attached.add(viewer);
    viewer.replay();
    viewer.send();
    this.pumpSoon();
    return viewer;
  }

  /**
   * The last process has closed the terminal: viewers are told so after the last of its output. Resolves when that
   * output is in the scrollback, on its way to the viewers.
   */
  finish(): Promise<void> {
    return new Promise((resolve) => {
      this.finishing ??= [];
      this.finishing.push(resolve);
      this.pump();
    });
  }

  // --- output ------------------------------------------------------------------------------------------------------

  /** Once everything that happens now is through: several small writes make one message. */
  private pumpSoon(): void {
    if (this.pumpIsDue) return;
    this.pumpIsDue = true;
    queueMicrotask(() => {
      this.pumpIsDue = false;
      this.pump();
    });
  }

  private listen(): void {
    if (this.listening) return;
    this.listening = true;
    this.terminal.masterReadable.add(() => {
      this.listening = false;
      this.pumpSoon();
    });
  }

  private listenForFlush(): void {
    this.terminal.outputFlushed.add(() => {
      for (const viewer of this.attached) viewer.flushed();
      this.listenForFlush();
    });
  }

  /** Take output from the terminal as far as every viewer that counts has room, and send it. */
  private pump(): void {
    const { master } = this.terminal;
    for (const viewer of this.attached) viewer.send();
    while (master.available > 0) {
      const room = this.room();
      if (room === 0) {
        this.losePatience();
        return;
      }
      this.scrollback.append(master.read(Math.min(room, CHUNK), true));
      for (const viewer of this.attached) viewer.send();
    }
    this.listen();
    if (this.finishing === undefined) return;
    for (const viewer of this.attached) viewer.endWhenSent();
    for (const resolve of this.finishing.splice(0)) resolve();
  }

  private room(): number {
    let room = CHUNK;
    for (const viewer of this.attached) if (!viewer.passedOver) room = Math.min(room, viewer.room);
    return room;
  }

  /** Look in a while for viewers that have been silent for too long. */
  private losePatience(): void {
    this.stopPatience ??= this.terminal.clock.after(PATIENCE_MS.others, () => {
      this.stopPatience = undefined;
      const now = this.terminal.clock.now();
      const counting = [...this.attached].filter((viewer) => !viewer.passedOver);
      const blocking = counting.filter((viewer) => viewer.room === 0);
      const patience = blocking.length < counting.length ? PATIENCE_MS.others : PATIENCE_MS.alone;
      for (const viewer of blocking) if (now - viewer.lastProgress >= patience) viewer.passOver();
      this.pump();
    });
  }

  // --- input and size ----------------------------------------------------------------------------------------------

  /**
   * Resolves when everything is taken. A key that interrupts overtakes input that nobody reads, which it discards. An
   * emulator's answer counts only from the latest viewer: a program is to hear one.
   */
  private async input(viewer: Viewer, bytes: Uint8Array): Promise<void> {
    const latest = this.recent.at(-1);
    if (latest !== undefined && latest !== viewer && isTerminalReport(bytes)) return;
    this.becomeLatest(viewer);
    const key = bytes.length === 1 && this.terminal.typed.length > 0 ? bytes[0] : undefined;
    if (key !== undefined && this.terminal.interrupt(key)) {
      // A writer that this has just woken sees that it is cancelled before it types on.
      this.typing.cancel();
      this.typing = new Cancel();
      return;
    }
    try {
      await this.terminal.master.write(bytes, false, this.typing);
    } catch (error) {
      // EINTR: discarded by an interrupt. EIO: nobody will ever read it.
      if (!(error instanceof SysError)) throw error;
    }
  }

  /**
   * The size is that of the viewer that was last active: attached with a size, resized or typed in. So tmux does by
   * default (window-size latest): who sits in front of one page is not to suffer from a small one left open elsewhere.
   */
  private becomeLatest(viewer: Viewer): void {
    if (this.recent.at(-1) !== viewer) this.recent = [...this.recent.filter((other) => other !== viewer), viewer];
    this.applySize();
  }

  private applySize(): void {
    const size = this.recent.findLast((viewer) => viewer.size !== undefined)?.size;
    if (size === undefined || (this.applied !== undefined && sameSize(size, this.applied))) return;
    this.applied = size;
    this.terminal.setSize(size);
    for (const viewer of this.attached) {
      if (viewer.size === undefined || !sameSize(viewer.size, size)) viewer.sizeChanged(size);
    }
  }

  private detach(viewer: Viewer): void {
    if (!this.attached.delete(viewer)) return;
    this.recent = this.recent.filter((other) => other !== viewer);
    this.applySize();
    this.pump();
  }
}

const sameSize = (a: Winsize, b: Winsize): boolean =>
  a.rows === b.rows && a.cols === b.cols && a.xpixel === b.xpixel && a.ypixel === b.ypixel;
