// Several pages at one terminal: replay, credit, who is waited for, whose size counts.

import { beforeEach, describe, expect, it } from 'vitest';
import type { Winsize } from '../../abi/termios.ts';
import { byteString, bytesOf } from '../../base/bytes.ts';
import { settle } from '../../testing/suites/tty/manual-clock.ts';
import { Rig, rawTermios, termiosWith } from '../../testing/suites/tty/rig.ts';
import type { Viewer, ViewerPort } from './viewer.ts';
import { Viewers, type ViewersOptions } from './viewers.ts';

const size = (cols: number, rows: number): Winsize => ({ rows, cols, xpixel: 0, ypixel: 0 });

/** A page that notes what it is told, and acknowledges by itself if it is quick. */
class Page implements ViewerPort {
  readonly viewer: Viewer;
  readonly log: string[] = [];
  text = '';
  unacknowledged = 0;
  private readonly quick: boolean;

  constructor(viewers: Viewers, quick = true) {
    this.quick = quick;
    // What is sent at once arrives before there is something to answer with.
    this.viewer = viewers.attach(this);
    this.acknowledgeSoon();
  }

  replay(bytes: Uint8Array): void {
    this.show('replay', bytes);
  }

  output(bytes: Uint8Array): void {
    this.show('output', bytes);
  }

  flushed(): void {
    this.log.push('flushed');
  }

  sizeChanged({ cols, rows }: Winsize): void {
    this.log.push(`size ${cols}x${rows}`);
  }

  ended(): void {
    this.log.push('ended');
  }

  acknowledge(bytes = this.unacknowledged): void {
    this.unacknowledged -= bytes;
    this.viewer.acknowledge(bytes);
  }

  private show(kind: string, bytes: Uint8Array): void {
    this.text += byteString(bytes);
    this.unacknowledged += bytes.length;
    this.log.push(kind);
    if (this.viewer !== undefined) this.acknowledgeSoon();
  }

  private acknowledgeSoon(): void {
    if (this.quick && this.unacknowledged > 0) queueMicrotask(() => this.unacknowledged > 0 && this.acknowledge());
  }
}

let rig: Rig;
let viewers: Viewers;
const start = (options: ViewersOptions = {}): void => {
  rig = new Rig();
  viewers = new Viewers(rig.terminal, options);
};
beforeEach(() => start());

const print = (text: string): Promise<number> => Promise.resolve(rig.terminal.slave.write(bytesOf(text)));

describe('output', () => {
  it('comes to every page', async () => {
    const pages = [new Page(viewers), new Page(viewers)];
    await print('hello\n');
    await settle();
    expect(pages.map(({ text }) => text)).toEqual(['hello\r\n', 'hello\r\n']);
  });

  it('of several writes comes in one message', async () => {
    const page = new Page(viewers);
    rig.print('a');
    rig.print('b');
    rig.print('c');
    await settle();
    expect([page.text, page.log]).toEqual(['abc', ['output']]);
  });

  it('runs on without anybody', async () => {
    await print('x'.repeat(1_000_000));
    await settle();
    expect(viewers.scrollback.end).toBe(1_000_000);
  });

  it('that was there before is replayed', async () => {
    await print('before\n');
    await settle();
    const page = new Page(viewers);
    await print('after\n');
    await settle();
    expect([page.text, page.log]).toEqual(['before\r\nafter\r\n', ['replay', 'output']]);
  });

  it('of 5 MB arrives whole', async () => {
    const page = new Page(viewers);
    const line = `${'0123456789'.repeat(10)}\n`;
    for (let i = 0; i < 500; i++) await print(line.repeat(100));
    await settle();
    expect(page.text.length).toBe(500 * 100 * 102);
    expect(page.text.startsWith(line.replace('\n', '\r\n'))).toBe(true);
  });
});

describe('credit', () => {
  it('ends when nothing is acknowledged, and the writer waits', async () => {
    start({ window: 1000 });
    const page = new Page(viewers, false);
    let written = false;
    void print('x'.repeat(200_000)).then(() => {
      written = true;
    });
    await settle();
    expect([page.text.length, written]).toEqual([1000, false]);
    page.acknowledge(300);
    await settle();
    expect(page.text.length).toBe(1300);
    page.acknowledge();
    await settle();
    expect(page.text.length).toBe(2300);
  });

  it('of the slowest page counts', async () => {
    start({ window: 1000 });
    const quick = new Page(viewers);
    const slow = new Page(viewers, false);
    void print('x'.repeat(100_000));
    await settle();
    expect([quick.text.length, slow.text.length]).toEqual([1000, 1000]);
  });

  it('of a page that leaves does not count', async () => {
    start({ window: 1000 });
    const quick = new Page(viewers);
    const slow = new Page(viewers, false);
    const written = print('x'.repeat(100_000));
    await settle();
    slow.viewer.detach();
    await written;
    await settle();
    expect([quick.text.length, viewers.size]).toEqual([100_000, 1]);
  });

  it('holds for the replay too', async () => {
    start({ window: 1000 });
    await print('x'.repeat(5000));
    await settle();
    const page = new Page(viewers, false);
    expect(page.text.length).toBe(1000);
    page.acknowledge();
    expect(page.text.length).toBe(2000);
  });

  it('does not let output overtake the replay', async () => {
    start({ window: 1000 });
    await print('x'.repeat(2500));
    await settle();
    const page = new Page(viewers, false);
    void print('live');
    await settle();
    for (let i = 0; i < 3; i++) page.acknowledge();
    await settle();
    expect(page.log).toEqual(['replay', 'replay', 'replay', 'output']);
    expect(page.text.endsWith('xlive')).toBe(true);
  });
});

describe('a silent page', () => {
  it('is passed over after a second when another keeps pace', async () => {
    start({ window: 1000 });
    const quick = new Page(viewers);
    const silent = new Page(viewers, false);
    const written = print('x'.repeat(100_000));
    await rig.clock.advance(900);
    expect(quick.text.length).toBe(1000);
    await rig.clock.advance(200);
    await written;
    await settle();
    expect([quick.text.length, silent.text.length]).toEqual([100_000, 1000]);
  });

  it('goes on where it was when it speaks again', async () => {
    start({ window: 1000 });
    const quick = new Page(viewers);
    const silent = new Page(viewers, false);
    const text = Array.from({ length: 5000 }, (_, i) => `${i} `).join('');
    const written = print(text);
    await rig.clock.advance(2000);
    await written;
    while (silent.unacknowledged > 0) silent.acknowledge();
    expect([quick.text, silent.text]).toEqual([text, text]);
    expect(silent.log).not.toContain('replay');
  });

  it('starts afresh when it missed too much', async () => {
    start({ window: 1000, scrollback: 4096 });
    new Page(viewers);
    const silent = new Page(viewers, false);
    const lines = Array.from({ length: 5000 }, (_, i) => `line ${i}\n`).join('');
    const written = print(lines);
    await rig.clock.advance(2000);
    await written;
    silent.text = '';
    while (silent.unacknowledged > 0) silent.acknowledge();
    expect(silent.text.startsWith('\x18\x1bcline ')).toBe(true);
    expect(silent.text.endsWith('line 4999\r\n')).toBe(true);
    expect(silent.log).toContain('replay');
  });

  it('alone is waited for longer', async () => {
    start({ window: 1000 });
    const page = new Page(viewers, false);
    const written = print('x'.repeat(100_000));
    await rig.clock.advance(9000);
    expect(viewers.scrollback.end).toBe(1000);
    await rig.clock.advance(2000);
    await written;
    expect(page.text.length).toBe(1000);
  });

  it('that is slow but alive is waited for', async () => {
    start({ window: 1000 });
    const page = new Page(viewers, false);
    void print('x'.repeat(100_000));
    for (let i = 0; i < 50; i++) {
      await rig.clock.advance(500);
      page.acknowledge(100);
    }
    expect(viewers.scrollback.end).toBe(6000);
  });
});

describe('input', () => {
  it('comes from every page', async () => {
    const pages = [new Page(viewers), new Page(viewers)];
    await pages[0]?.viewer.input(bytesOf('a'));
    await pages[1]?.viewer.input(bytesOf('b\r'));
    expect(rig.reads()).toEqual(['ab\n']);
  });

  it('is echoed to all', async () => {
    const pages = [new Page(viewers), new Page(viewers)];
    await pages[0]?.viewer.input(bytesOf('a'));
    await settle();
    expect(pages.map(({ text }) => text)).toEqual(['a', 'a']);
  });

  it('of any size is taken in turn', async () => {
    rig.set(rawTermios());
    const page = new Page(viewers);
    const other = new Page(viewers);
    const pasted = page.viewer.input(bytesOf('x'.repeat(100_000)));
    const typed = other.viewer.input(bytesOf('y'));
    let got = '';
    while (got.length < 100_001) {
      got += rig.reads().join('');
      await settle();
    }
    await Promise.all([pasted, typed]);
    expect(got).toBe(`${'x'.repeat(100_000)}y`);
  });

  it('that nobody reads is overtaken by Ctrl-C, which discards it', async () => {
    rig.set(termiosWith(['-ECHO']));
    const page = new Page(viewers);
    const pasted = page.viewer.input(bytesOf('line\n'.repeat(20_000)));
    await settle();
    await page.viewer.input(bytesOf('\x03'));
    await pasted;
    expect(rig.signals).toEqual(['SIGINT foreground']);
    await page.viewer.input(bytesOf('ls\r'));
    expect(rig.reads()).toEqual(['ls\n']);
  });

  it('of a program without signals is not', async () => {
    rig.set(rawTermios());
    const page = new Page(viewers);
    const pasted = page.viewer.input(bytesOf('x'.repeat(13_000)));
    const key = page.viewer.input(bytesOf('\x03'));
    let got = '';
    while (!got.endsWith('\x03')) {
      got += rig.reads().join('');
      await settle();
    }
    await Promise.all([pasted, key]);
    expect(got.length).toBe(13_001);
  });

  it('to a terminal that is hung up is dropped', async () => {
    const page = new Page(viewers);
    rig.terminal.hangUp();
    await expect(page.viewer.input(bytesOf('x'))).resolves.toBeUndefined();
  });

  it('after leaving is ignored', async () => {
    const page = new Page(viewers);
    page.viewer.detach();
    page.viewer.detach();
    await page.viewer.input(bytesOf('x\r'));
    page.viewer.resize(size(10, 10));
    page.viewer.acknowledge(5);
    expect([rig.reads(), rig.signals]).toEqual([[], []]);
  });

  it('has the answers of one emulator only', async () => {
    const first = new Page(viewers);
    const second = new Page(viewers);
    rig.set(rawTermios());
    await first.viewer.input(bytesOf('x'));
    await first.viewer.input(bytesOf('\x1b[1;1R'));
    await second.viewer.input(bytesOf('\x1b[1;1R'));
    expect(rig.reads()).toEqual(['x\x1b[1;1R']);
    await second.viewer.input(bytesOf('y'));
    await second.viewer.input(bytesOf('\x1b[1;1R'));
    expect(rig.reads()).toEqual(['y\x1b[1;1R']);
  });
});

describe('Ctrl-C', () => {
  it('tells that output was dropped, before what follows', async () => {
    start({ window: 1000 });
    const page = new Page(viewers, false);
    void print('x'.repeat(200_000));
    await settle();
    await page.viewer.input(bytesOf('\x03'));
    page.acknowledge();
    await settle();
    expect(page.log.slice(0, 3)).toEqual(['output', 'flushed', 'output']);
    expect(page.text.slice(1000, 1002)).toBe('^C');
  });
});

describe('the size', () => {
  const sizes = (): string => {
    const { cols, rows } = rig.terminal.getSize();
    return `${cols}x${rows}`;
  };

  it('is that of the page that was active last', async () => {
    const first = new Page(viewers);
    const second = new Page(viewers);
    first.viewer.resize(size(100, 30));
    expect(sizes()).toBe('100x30');
    second.viewer.resize(size(80, 24));
    expect(sizes()).toBe('80x24');
    await first.viewer.input(bytesOf('x'));
    expect(sizes()).toBe('100x30');
    first.viewer.detach();
    expect(sizes()).toBe('80x24');
  });

  it('is told to the others', () => {
    const first = new Page(viewers);
    const second = new Page(viewers);
    first.viewer.resize(size(100, 30));
    second.viewer.resize(size(80, 24));
    expect([first.log, second.log]).toEqual([['size 80x24'], ['size 100x30']]);
  });

  it('set by a program stays until a page changes', async () => {
    const page = new Page(viewers);
    page.viewer.resize(size(80, 24));
    rig.terminal.setSize(size(40, 10));
    await page.viewer.input(bytesOf('x'));
    expect(sizes()).toBe('40x10');
    page.viewer.resize(size(81, 24));
    expect(sizes()).toBe('81x24');
  });

  it('raises one SIGWINCH a change', () => {
    const page = new Page(viewers);
    page.viewer.resize(size(80, 24));
    page.viewer.resize(size(80, 24));
    expect(rig.signals).toEqual(['SIGWINCH foreground']);
  });
});

describe('the end', () => {
  it('is told after the last output', async () => {
    const page = new Page(viewers);
    rig.print('bye');
    rig.terminal.closeSlave();
    await viewers.finish();
    expect([page.text, page.log]).toEqual(['bye', ['output', 'ended']]);
  });

  it('waits for a page that has more to show', async () => {
    start({ window: 1000 });
    const page = new Page(viewers, false);
    rig.print('x'.repeat(1500));
    await settle();
    rig.terminal.closeSlave();
    let finished = false;
    const finish = viewers.finish().then(() => {
      finished = true;
    });
    await settle();
    expect([finished, page.log]).toEqual([false, ['output']]);
    page.acknowledge();
    await finish;
    expect(page.log).toEqual(['output', 'output', 'ended']);
  });

  it('is told to a page that comes later', async () => {
    rig.print('bye');
    rig.terminal.closeSlave();
    await viewers.finish();
    const page = new Page(viewers);
    await settle();
    expect(page.log).toEqual(['replay', 'ended']);
  });

  it('comes at once without pages', async () => {
    rig.print('bye');
    rig.terminal.closeSlave();
    await Promise.all([viewers.finish(), viewers.finish()]);
    expect(viewers.scrollback.end).toBe(3);
  });
});
