// The two ends of a terminal: blocking, time-outs, back-pressure, hang-up. The outcomes were compared with a Linux
// pseudoterminal except where a test says otherwise.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { POLL } from '../../abi/file.ts';
import { SIGNAL } from '../../abi/signals.ts';
import { TCFLOW, TCFLUSH, TCSA } from '../../abi/termios.ts';
import { byteString, bytesOf } from '../../base/bytes.ts';
import { settle } from '../../testing/suites/tty/manual-clock.ts';
import { errnoOf, errnoOfPromise, Rig, rawTermios, termiosWith } from '../../testing/suites/tty/rig.ts';
import { Cancel } from '../wait-queue.ts';
import { Terminal } from './terminal.ts';

let rig: Rig;
beforeEach(() => {
  rig = new Rig();
});
afterEach(() => {
  expect(rig.clock.pending, 'timers left behind').toBe(0);
});

/** Whether a promise has settled by now, and to what. */
const stateOf = async (promise: Promise<unknown>): Promise<unknown> => {
  await settle();
  return Promise.race([promise, Promise.resolve('waiting')]);
};

describe('a read', () => {
  it('answers at once when it can', () => {
    rig.type('a\r');
    expect(rig.terminal.slave.read(10)).toEqual(bytesOf('a\n'));
  });

  it('fails with EAGAIN when it must not wait', () => {
    expect(errnoOf(() => rig.read())).toBe('EAGAIN');
  });

  it('of nothing gives nothing', () => {
    expect(rig.read(0)).toBe('');
  });

  it('waits for a line', async () => {
    const line = rig.readLater();
    rig.type('ab');
    expect(await stateOf(line)).toBe('waiting');
    rig.type('\r');
    expect(await line).toBe('ab\n');
  });

  it('gives up when cancelled', async () => {
    const cancel = new Cancel();
    const read = Promise.resolve(rig.terminal.slave.read(10, false, cancel));
    cancel.cancel();
    expect(await errnoOfPromise(read)).toBe('EINTR');
    expect(rig.terminal.slaveReadable.size).toBe(0);
    rig.type('a\r');
    expect(rig.read()).toBe('a\n');
  });

  it('gives what it has when cancelled', async () => {
    rig.set(rawTermios({ VMIN: 5 }));
    const cancel = new Cancel();
    const read = Promise.resolve(rig.terminal.slave.read(10, false, cancel));
    rig.type('abc');
    await settle();
    cancel.cancel();
    expect(byteString(await read)).toBe('abc');
  });

  it('takes its turn after another', async () => {
    const first = rig.readLater();
    const second = rig.readLater();
    expect(errnoOf(() => rig.read())).toBe('EAGAIN');
    rig.type('a\rb\r');
    expect([await first, await second]).toEqual(['a\n', 'b\n']);
  });

  it('that is cancelled lets the next one on', async () => {
    const cancel = new Cancel();
    const first = Promise.resolve(rig.terminal.slave.read(10, false, cancel));
    const second = rig.readLater();
    cancel.cancel();
    expect(await errnoOfPromise(first)).toBe('EINTR');
    rig.type('a\r');
    expect(await second).toBe('a\n');
  });

  it('sees the mode change while it waits', async () => {
    const read = rig.readLater();
    rig.type('ab');
    rig.set(rawTermios());
    expect(await read).toBe('ab');
  });
});

describe('VMIN and VTIME', () => {
  const time = (vmin: number, vtime: number): void => rig.set(rawTermios({ VMIN: vmin, VTIME: vtime }));

  it('MIN 0, TIME 0: what there is, at once', () => {
    time(0, 0);
    expect(rig.terminal.slave.read(10)).toEqual(new Uint8Array(0));
    expect(rig.read()).toBe('');
    rig.type('ab');
    expect(rig.read()).toBe('ab');
  });

  it('MIN n, TIME 0: waits for n bytes', async () => {
    time(3, 0);
    const read = rig.readLater();
    rig.type('a');
    rig.type('b');
    expect(await stateOf(read)).toBe('waiting');
    rig.type('cd');
    expect(await read).toBe('abcd');
  });

  it('MIN n, TIME 0: no more than was asked for', async () => {
    time(5, 0);
    const read = rig.readLater(2);
    rig.type('abc');
    expect(await read).toBe('ab');
    expect(rig.read()).toBe('c');
  });

  it('MIN 255 is honoured, where Linux stops at 64', async () => {
    time(255, 0);
    const read = rig.readLater();
    rig.type('a'.repeat(254));
    expect(await stateOf(read)).toBe('waiting');
    rig.type('b');
    expect(await read).toHaveLength(255);
  });

  it('MIN 0, TIME t: the first bytes', async () => {
    time(0, 5);
    const read = rig.readLater();
    await rig.clock.advance(400);
    rig.type('a');
    expect(await read).toBe('a');
  });

  it('MIN 0, TIME t: nothing after t', async () => {
    time(0, 5);
    const read = rig.readLater();
    await rig.clock.advance(499);
    expect(await stateOf(read)).toBe('waiting');
    await rig.clock.advance(1);
    expect(await read).toBe('');
  });

  it('MIN 0, TIME t without blocking is EAGAIN', () => {
    time(0, 5);
    expect(errnoOf(() => rig.read())).toBe('EAGAIN');
  });

  it('MIN n, TIME t: waits for the first byte for ever', async () => {
    time(3, 5);
    const read = rig.readLater();
    await rig.clock.advance(100_000);
    expect(await stateOf(read)).toBe('waiting');
    rig.type('abc');
    expect(await read).toBe('abc');
  });

  it('MIN n, TIME t: ends at a pause', async () => {
    time(3, 5);
    const read = rig.readLater();
    rig.type('a');
    await rig.clock.advance(499);
    expect(await stateOf(read)).toBe('waiting');
    await rig.clock.advance(1);
    expect(await read).toBe('a');
  });

  it('MIN n, TIME t: every byte restarts the pause', async () => {
    time(3, 5);
    const read = rig.readLater();
    rig.type('a');
    await rig.clock.advance(400);
    rig.type('b');
    await rig.clock.advance(400);
    expect(await stateOf(read)).toBe('waiting');
    await rig.clock.advance(100);
    expect(await read).toBe('ab');
  });

  it('count as they were when the read began', async () => {
    time(3, 0);
    const read = rig.readLater();
    rig.type('a');
    time(1, 0);
    expect(await stateOf(read)).toBe('waiting');
    rig.type('bc');
    expect(await read).toBe('abc');
  });

  it('a flush does not take back what a read has', async () => {
    time(3, 0);
    const read = rig.readLater();
    rig.type('ab');
    await settle();
    rig.terminal.flush(TCFLUSH.IN);
    rig.type('c');
    expect(await read).toBe('abc');
  });

  it.each([
    [5, 0, 3, 0],
    [5, 0, 5, POLL.IN],
    [5, 1, 1, POLL.IN],
    [0, 0, 1, POLL.IN],
    [0, 0, 0, 0],
  ])('poll with MIN %i, TIME %i and %i bytes', (vmin, vtime, count, expected) => {
    time(vmin, vtime);
    if (count > 0) rig.type('x'.repeat(count));
    expect(rig.terminal.slave.ready() & POLL.IN).toBe(expected);
  });
});

describe('a write', () => {
  const large = new Uint8Array(200_000).fill(0x61);

  it('of more than there is room for takes a part when it must not wait', () => {
    const taken = rig.terminal.slave.write(large, true);
    expect(taken).toBe(65536);
    expect(errnoOf(() => rig.print('x'))).toBe('EAGAIN');
    expect(rig.terminal.slave.ready() & POLL.OUT).toBe(0);
  });

  it('waits until the master has read', async () => {
    const written = Promise.resolve(rig.terminal.slave.write(large));
    let shown = 0;
    while (rig.terminal.master.available > 0) {
      shown += rig.terminal.master.read(10_000, true).length;
      await settle();
    }
    expect([await written, shown]).toEqual([200_000, 200_000]);
    expect(rig.terminal.slave.ready() & POLL.OUT).toBe(POLL.OUT);
  });

  it('is not mixed with another', async () => {
    const first = Promise.resolve(rig.terminal.slave.write(large));
    const second = Promise.resolve(rig.terminal.slave.write(bytesOf('second')));
    expect(errnoOf(() => rig.print('x'))).toBe('EAGAIN');
    let shown = '';
    while (rig.terminal.master.available > 0) {
      shown += rig.screen();
      await settle();
    }
    expect(await Promise.all([first, second])).toEqual([200_000, 6]);
    expect(shown.endsWith('asecond')).toBe(true);
  });

  it('gives what it has written when cancelled', async () => {
    const cancel = new Cancel();
    const written = Promise.resolve(rig.terminal.slave.write(large, false, cancel));
    cancel.cancel();
    expect(await written).toBe(65536);
    expect(rig.terminal.slaveWritable.size).toBe(0);
  });

  it('of nothing succeeds', () => {
    expect(rig.print('')).toBe(0);
  });

  it('never splits CR NL', () => {
    rig.print('x'.repeat(65535));
    expect(errnoOf(() => rig.print('\n'))).toBe('EAGAIN');
    rig.terminal.master.read(1, true);
    expect(rig.print('\n')).toBe(1);
  });
});

describe('stopped output', () => {
  it('takes nothing', () => {
    rig.type('\x13');
    expect(errnoOf(() => rig.print('a'))).toBe('EAGAIN');
    expect(rig.terminal.slave.ready() & POLL.OUT).toBe(0);
  });

  it('lets a writer wait until VSTART', async () => {
    rig.type('\x13');
    const written = Promise.resolve(rig.terminal.slave.write(bytesOf('ab')));
    expect(await stateOf(written)).toBe('waiting');
    rig.type('\x11');
    expect(await written).toBe(2);
    expect(rig.screen()).toBe('ab');
  });

  it('by tcflow is not restarted by VSTART', () => {
    rig.terminal.flow(TCFLOW.OOFF);
    rig.type('\x11');
    expect(errnoOf(() => rig.print('a'))).toBe('EAGAIN');
    rig.terminal.flow(TCFLOW.OON);
    expect(rig.print('a')).toBe(1);
  });

  it('by VSTOP is not restarted by tcflow', () => {
    rig.type('\x13');
    rig.terminal.flow(TCFLOW.OON);
    expect(errnoOf(() => rig.print('a'))).toBe('EAGAIN');
  });

  it('still sends the flow control bytes of tcflow', () => {
    rig.type('\x13');
    rig.terminal.flow(TCFLOW.IOFF);
    rig.terminal.flow(TCFLOW.ION);
    expect(rig.screen()).toBe('\x13\x11');
  });

  it('is restarted by a key that waits behind input that nobody reads', () => {
    rig.set(termiosWith(['-ECHO']));
    rig.type('line\r'.repeat(2000));
    rig.type('\x13');
    expect(errnoOf(() => rig.print('a'))).toBe('EAGAIN');
    rig.type('\x11');
    expect(rig.print('a')).toBe(1);
    expect(rig.reads().join('')).toBe('line\n'.repeat(2000));
    expect(rig.print('a')).toBe(1);
  });
});

describe('a paste', () => {
  const paste = async (text: string, reader: () => Promise<void> | void): Promise<void> => {
    const done = Promise.resolve(rig.terminal.master.write(bytesOf(text)));
    let finished = false;
    void done.then(() => {
      finished = true;
    });
    while (!finished || rig.terminal.discipline.readable()) {
      await reader();
      await settle();
    }
    expect(await done).toBe(text.length);
  };

  it('of 100 KiB of lines loses nothing', async () => {
    const text = Array.from({ length: 5000 }, (_, i) => `this is line ${i}\n`).join('');
    let got = '';
    let shown = '';
    await paste(text, () => {
      if (rig.terminal.discipline.readable()) got += rig.read();
      shown += rig.screen();
    });
    expect(got).toBe(text);
    expect(shown).toBe(text.replaceAll('\n', '\r\n'));
  });

  it('of 100 KiB in raw mode loses nothing', async () => {
    rig.set(rawTermios());
    const text = Array.from({ length: 20_000 }, (_, i) => `${i},`).join('');
    let got = '';
    await paste(text, () => {
      if (rig.terminal.discipline.readable()) got += rig.read(777);
    });
    expect(got).toBe(text);
  });

  it('is pushed back while nobody reads', () => {
    rig.set(termiosWith(['-ECHO']));
    const taken = rig.terminal.master.write(bytesOf('line\n'.repeat(20_000)), true);
    expect(taken).toBe(4095 + 8192);
    expect(rig.terminal.master.ready() & POLL.OUT).toBe(0);
    expect(errnoOf(() => rig.type('x'))).toBe('EAGAIN');
  });

  it('can be interrupted although nobody reads', () => {
    rig.set(termiosWith(['-ECHO']));
    rig.terminal.master.write(bytesOf('line\n'.repeat(20_000)), true);
    expect(rig.terminal.interrupt(0x61)).toBe(false);
    expect(rig.terminal.interrupt(0x03)).toBe(true);
    expect(rig.signals).toEqual(['SIGINT foreground']);
    expect([rig.reads(), rig.terminal.typed.length]).toEqual([[], 0]);
  });

  it('in a program without ISIG cannot', () => {
    rig.set(rawTermios());
    expect(rig.terminal.interrupt(0x03)).toBe(false);
  });
});

describe('an interrupt', () => {
  it('drops the output that was not taken', () => {
    rig.print('x'.repeat(60_000));
    rig.type('\x03');
    expect(rig.screen()).toBe('^C');
  });

  it('lets a writer on that waits', async () => {
    const written = Promise.resolve(rig.terminal.slave.write(new Uint8Array(70_000)));
    rig.type('\x03');
    expect(await written).toBe(70_000);
  });

  it('drops nothing with NOFLSH', () => {
    rig.set(termiosWith(['NOFLSH']));
    rig.print('xyz');
    rig.type('\x03');
    expect(rig.screen()).toBe('xyz^C');
  });
});

describe('flush', () => {
  it('of input', () => {
    rig.type('a\rb');
    rig.terminal.flush(TCFLUSH.IN);
    rig.type('c\r');
    expect(rig.reads()).toEqual(['c\n']);
  });

  it('of output', () => {
    rig.print('abc');
    rig.terminal.flush(TCFLUSH.OUT);
    expect(rig.screen()).toBe('');
  });

  it('of both, also of what the line discipline has no room for', () => {
    rig.set(rawTermios());
    rig.type('x'.repeat(10_000));
    rig.print('abc');
    rig.terminal.flush(TCFLUSH.BOTH);
    expect([rig.reads(), rig.screen(), rig.terminal.typed.length]).toEqual([[], '', 0]);
  });

  it('by TCSAFLUSH drops input', () => {
    rig.type('abc\r');
    rig.set(termiosWith(['-ECHO']), TCSA.FLUSH);
    expect(rig.reads()).toEqual([]);
  });

  it('of nothing known is EINVAL', () => {
    expect(errnoOf(() => rig.terminal.flush(7))).toBe('EINVAL');
    expect(errnoOf(() => rig.terminal.flow(7))).toBe('EINVAL');
    expect(errnoOf(() => rig.set(termiosWith(), 7))).toBe('EINVAL');
  });
});

describe('attributes', () => {
  it('are copies', () => {
    const termios = rig.terminal.getAttributes();
    termios.cc[0] = 99;
    termios.lflag = 0;
    expect(rig.terminal.getAttributes().cc[0]).toBe(3);
    expect(rig.terminal.getAttributes().lflag).not.toBe(0);
  });

  it('always have eight bits', () => {
    rig.set({ ...rawTermios(), cflag: 0o400 });
    expect(rig.terminal.getAttributes().cflag).toBe(0o260);
  });

  it('keep flags that do nothing', () => {
    const termios = { ...termiosWith(), lflag: termiosWith().lflag | 0o10000, ispeed: 9600, ospeed: 9600 };
    rig.set(termios);
    expect(rig.terminal.getAttributes()).toMatchObject({ lflag: termios.lflag, ispeed: 9600, ospeed: 9600 });
  });

  it('TOSTOP is told', () => {
    expect(rig.terminal.stopsBackgroundOutput).toBe(false);
    rig.set(termiosWith(['TOSTOP']));
    expect(rig.terminal.stopsBackgroundOutput).toBe(true);
  });
});

describe('the size', () => {
  const size = { rows: 24, cols: 80, xpixel: 0, ypixel: 0 };

  it('raises SIGWINCH when it changes', () => {
    rig.terminal.setSize(size);
    rig.terminal.setSize({ ...size });
    expect(rig.signals).toEqual(['SIGWINCH foreground']);
    rig.terminal.setSize({ ...size, ypixel: 1 });
    expect(rig.signals).toHaveLength(2);
    expect(rig.terminal.getSize()).toEqual({ ...size, ypixel: 1 });
  });
});

describe('the slave closed', () => {
  beforeEach(() => {
    rig.print('rest');
    rig.terminal.closeSlave();
  });

  it('the master reads what is left, then EIO', () => {
    expect(rig.terminal.master.ready()).toBe(POLL.IN | POLL.OUT | POLL.HUP);
    expect(rig.screen()).toBe('rest');
    expect(rig.terminal.master.ready()).toBe(POLL.OUT | POLL.HUP);
    expect(errnoOf(() => rig.terminal.master.read(10, true))).toBe('EIO');
  });

  it('what is typed waits for the next opening', () => {
    rig.screen();
    rig.type('a\r');
    rig.terminal.openSlave();
    expect([rig.reads(), rig.screen()]).toEqual([['a\n'], 'a\r\n']);
    expect(errnoOf(() => rig.terminal.master.read(10, true))).toBe('EAGAIN');
  });
});

describe('the master', () => {
  it('waits before the slave is opened for the first time', async () => {
    const { master } = new Rig().terminal;
    expect(master.ready() & POLL.HUP).toBe(0);
    expect(errnoOf(() => master.read(1, true))).toBe('EAGAIN');
  });

  it('that waits gets EIO when the slave is closed', async () => {
    const read = Promise.resolve(rig.terminal.master.read(10));
    rig.terminal.closeSlave();
    expect(await errnoOfPromise(read)).toBe('EIO');
  });

  it('closing the slave more often than it was opened is a fault', () => {
    rig.terminal.closeSlave();
    expect(() => rig.terminal.closeSlave()).toThrow('closed more often');
  });
});

describe('a hang-up', () => {
  it('tells the session leader once', () => {
    rig.terminal.hangUp();
    rig.terminal.hangUp();
    expect(rig.signals).toEqual(['SIGHUP leader', 'SIGCONT leader']);
  });

  it('is the end of file, even with input queued', () => {
    rig.type('abc\r');
    rig.terminal.hangUp();
    expect(rig.read()).toBe('');
    expect(rig.terminal.slave.ready()).toBe(POLL.IN | POLL.OUT | POLL.ERR | POLL.HUP);
  });

  it('fails everything else with EIO', () => {
    rig.terminal.hangUp();
    const calls = [
      () => rig.print('a'),
      () => rig.type('a'),
      () => rig.terminal.getAttributes(),
      () => rig.set(termiosWith()),
      () => rig.terminal.flush(TCFLUSH.IN),
      () => rig.terminal.flow(TCFLOW.OON),
      () => rig.terminal.drain(),
      () => rig.terminal.openSlave(),
    ];
    expect(calls.map(errnoOf)).toEqual(calls.map(() => 'EIO'));
  });

  it('fails a read that waits with EIO', async () => {
    const read = rig.readLater();
    rig.terminal.hangUp();
    expect(await errnoOfPromise(read)).toBe('EIO');
  });

  it('gives a read that waits what it has', async () => {
    rig.set(rawTermios({ VMIN: 5, VTIME: 9 }));
    const read = rig.readLater();
    rig.type('abc');
    await settle();
    rig.terminal.hangUp();
    expect(await read).toBe('abc');
  });

  it('gives a write that waits what it has written', async () => {
    const written = Promise.resolve(rig.terminal.slave.write(new Uint8Array(100_000)));
    rig.terminal.hangUp();
    expect(await written).toBe(65536);
  });

  it('by the signal that a key raised leaves nothing half done', () => {
    const terminal: Terminal = new Terminal(0, {
      clock: rig.clock,
      signal: (signal) => {
        if (signal === SIGNAL.SIGINT) terminal.hangUp();
      },
    });
    terminal.openSlave();
    expect(terminal.master.write(bytesOf('abc\x03def\r'), true)).toBe(8);
    expect(terminal.typed.length).toBe(0);
    expect(terminal.slave.read(10, true).length).toBe(0);
  });

  it('leaves the output to be read', () => {
    rig.print('last words');
    rig.terminal.hangUp();
    expect(rig.screen()).toBe('last words');
    expect(errnoOf(() => rig.terminal.master.read(10, true))).toBe('EIO');
  });
});

describe('watching', () => {
  it('tells that an end may be ready', () => {
    let woken = 0;
    const watch = (): (() => void) => rig.terminal.slave.watch(() => woken++);
    watch();
    rig.type('a');
    const before = woken;
    watch();
    rig.type('\r');
    expect(woken).toBeGreaterThan(before);
  });

  it('can be taken back', () => {
    let woken = 0;
    rig.terminal.slave.watch(() => woken++)();
    rig.terminal.master.watch(() => woken++)();
    rig.type('a\r');
    expect(woken).toBe(0);
    expect(rig.terminal.slaveReadable.size + rig.terminal.masterReadable.size).toBe(0);
  });
});
