// Running the handlers of a guest's signals.
//
// The station flags the channel; the client then calls `run`: take a signal (the station enters its mask), run the
// guest's handler, go back to the old mask, until there is none. A handler may be interrupted by another signal's and
// may leave by longjmp: then the mask stays as the handler had it, as in Linux. While held (fork, execve and exit are
// under way, when the guest's stack is gone or about to go) nothing runs and the flag stays.

import { LAYOUT } from '../../abi/layout.ts';
import { unpack } from '../../abi/struct.ts';
import type { SyscallClient } from '../../transport/client.ts';

/** Runs the guest's handler of a signal; the rest is for siginfo_t. */
export type Deliver = (sig: number, pid: number, code: number, status: number) => void;

export class SignalDelivery {
  /** How many handlers are on the stack. */
  depth = 0;
  private held = 0;
  private readonly client: SyscallClient;
  private readonly info = new Uint8Array(LAYOUT.siginfo.size);
  private readonly deliver: Deliver;

  /** `deliver` runs the guest's handler of a signal. */
  constructor(client: SyscallClient, deliver: Deliver) {
    this.client = client;
    this.deliver = deliver;
    client.onSignal = () => this.run();
  }

  /** Run nothing until `release`. */
  hold(): void {
    this.held++;
  }

  release(): void {
    this.held--;
  }

  /** Make a call whose success ends the guest, so that no handler may run after it. */
  holding<T>(call: () => T): T {
    this.held++;
    try {
      return call();
    } finally {
      this.held--;
    }
  }

  private run(): void {
    if (this.held > 0) return;
    for (;;) {
      // The calls made here look at the flag too: they must not start handlers of their own.
      const sig = this.holding(() => this.client.call('sigtake', this.info));
      if (sig === 0) return;
      const { oldLo, oldHi, pid, code, status } = unpack('siginfo', this.info);
      this.depth++;
      try {
        this.deliver(sig, pid, code, status);
      } finally {
        this.depth--;
      }
      this.holding(() => this.client.call('sigreturn', oldLo, oldHi));
    }
  }
}
