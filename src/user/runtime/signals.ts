// Running the handlers of a guest's signals.
//
// The station flags the channel; the client then calls `run`: take a signal (the station enters its mask), run the
// guest's handler, go back to the old mask, until there is none. A handler may be interrupted by another signal's and
// may leave by longjmp: then the mask stays as the handler had it, as in Linux. While held (fork, execve and exit are
// under way, when the guest's stack is gone or about to go) nothing runs and the flag stays.

import { LAYOUT } from '../../abi/layout.ts';
import { unpack } from '../../abi/struct.ts';
import type { SyscallClient } from '../../transport/client.ts';

export class SignalDelivery {
  /** How many handlers are on the stack. */
  depth = 0;
  private held = 0;
  private readonly client: SyscallClient;
  private readonly info = new Uint8Array(LAYOUT.siginfo.size);
  private readonly deliver: (sig: number) => void;

  /** `deliver` runs the guest's handler of a signal. */
  constructor(client: SyscallClient, deliver: (sig: number) => void) {
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
      const { oldLo, oldHi } = unpack('siginfo', this.info);
      this.depth++;
      try {
        this.deliver(sig);
      } finally {
        this.depth--;
      }
      this.holding(() => this.client.call('sigreturn', oldLo, oldHi));
    }
  }
}
