// internalBinding('tty_wrap'): streams of terminals, and their modes (tty_wrap.cc).

import { SysError } from '../../../abi/errno.ts';
import { LAYOUT } from '../../../abi/layout.ts';
import { pack, unpack } from '../../../abi/struct.ts';
import { CC, CFLAG, IFLAG, LFLAG, OFLAG, TCSA } from '../../../abi/termios.ts';
import type { Dict, MakeBinding, NodeRuntime } from '../runtime.ts';
import { UvErrors, uvNumber } from '../uv-error.ts';

const isTerminal = (node: NodeRuntime, fd: number): boolean => {
  try {
    node.client.call('tcgetattr', fd, new Uint8Array(LAYOUT.termios.size));
    return true;
  } catch (error) {
    if (error instanceof SysError) return false;
    throw error;
  }
};

export const ttyWrap: MakeBinding = (node) => {
  const { client } = node;
  class TTY extends node.Stream {
    constructor(fd: number, context: Dict) {
      super('TTYWRAP', 'TTYWrap');
      if (!isTerminal(node, fd)) {
        const errno = UvErrors.number('EINVAL');
        Object.assign(context, { errno, code: 'EINVAL', message: node.uv.messageOf(errno), syscall: 'uv_tty_init' });
        return;
      }
      node.Stream.adopt(this, fd);
    }
    getWindowSize(size: number[]): number {
      const bytes = new Uint8Array(LAYOUT.winsize.size);
      try {
        client.call('tcgetwinsz', this.fd, bytes);
      } catch (error) {
        return uvNumber(error);
      }
      const { cols, rows } = unpack('winsize', bytes);
      size[0] = cols;
      size[1] = rows;
      return 0;
    }
    setRawMode(on: boolean): number {
      try {
        node.terminalModes.set(this.fd, on);
        return 0;
      } catch (error) {
        return uvNumber(error);
      }
    }
    override setBlocking(): number {
      return 0;
    }
  }
  return { TTY, isTTY: (fd: number) => isTerminal(node, fd) };
};

/** Raw mode of terminals, taken back when the process ends (uv_tty_reset_mode). */
export class TerminalModes {
  private readonly node: NodeRuntime;
  private readonly original = new Map<number, Uint8Array>();

  constructor(node: NodeRuntime) {
    this.node = node;
  }

  /** Throws SysError. */
  set(fd: number, raw: boolean): void {
    const { client } = this.node;
    const bytes = new Uint8Array(LAYOUT.termios.size);
    let before = this.original.get(fd);
    if (before === undefined) {
      client.call('tcgetattr', fd, bytes);
      before = bytes.slice();
      this.original.set(fd, before);
    }
    if (!raw) {
      client.call('tcsetattr', fd, TCSA.DRAIN, before);
      return;
    }
    const modes = unpack('termios', before);
    modes.iflag &= ~(IFLAG.BRKINT | IFLAG.ICRNL | IFLAG.INPCK | IFLAG.ISTRIP | IFLAG.IXON);
    modes.oflag |= OFLAG.ONLCR;
    modes.cflag |= CFLAG.CS8;
    modes.lflag &= ~(LFLAG.ECHO | LFLAG.ICANON | LFLAG.IEXTEN | LFLAG.ISIG);
    modes.cc[CC.VMIN] = 1;
    modes.cc[CC.VTIME] = 0;
    pack('termios', modes, bytes);
    client.call('tcsetattr', fd, TCSA.DRAIN, bytes);
  }

  reset(): void {
    for (const [fd, before] of this.original) {
      try {
        this.node.client.call('tcsetattr', fd, TCSA.NOW, before);
      } catch (error) {
        if (!(error instanceof SysError)) throw error;
      }
    }
  }
}
