// The line discipline: the cases that hold on Linux too, and what those do not say. See also the random scenarios
// recorded from Linux in src/testing/suites/tty.

import { describe, expect, it } from 'vitest';
import { CASES, expected, observed, scenarioOf } from '../../testing/suites/tty/cases.ts';
import { replay } from '../../testing/suites/tty/replay.ts';
import { Rig, rawTermios, termiosWith } from '../../testing/suites/tty/rig.ts';

describe.each(Object.entries(CASES))('%s', (_, rows) => {
  it.each(Object.entries(rows))('%s', (__, row) => {
    expect(observed(row, replay(scenarioOf(row)))).toEqual(expected(row));
  });
});

describe('bytes that are not UTF-8', () => {
  it('ISTRIP takes the eighth bit', () => {
    const rig = new Rig(termiosWith(['ISTRIP']));
    rig.typeBytes('\xc1\xe2\r');
    expect([rig.screen(), rig.reads()]).toEqual(['Ab\r\n', ['Ab\n']]);
  });

  it('PARMRK doubles 0xff', () => {
    const rig = new Rig({ ...rawTermios(), iflag: termiosWith(['PARMRK']).iflag & 0o10 });
    rig.typeBytes('a\xffb');
    expect([...rig.terminal.slave.read(10, true)]).toEqual([0x61, 0xff, 0xff, 0x62]);
  });

  it('VERASE leaves continuation bytes that continue nothing', () => {
    const rig = new Rig();
    rig.typeBytes('\x80\x80\x7f\r');
    expect([...rig.terminal.slave.read(10, true)]).toEqual([0x80, 0x80, 0x0a]);
  });
});

describe('a batch of input', () => {
  it('loses the echo of what an interrupt in it discards', () => {
    const rig = new Rig();
    rig.type('abc\x03de');
    expect(rig.screen()).toBe('^Cde');
  });

  it('keeps the echo with NOFLSH', () => {
    const rig = new Rig(termiosWith(['NOFLSH']));
    rig.type('abc\x03de');
    expect(rig.screen()).toBe('abc^Cde');
  });

  it('of any size is echoed whole', () => {
    const rig = new Rig();
    rig.type('a'.repeat(4000));
    rig.type('\x15');
    expect(rig.screen()).toBe('a'.repeat(4000) + '\b \b'.repeat(4000));
  });
});

describe('a line longer than MAX_CANON', () => {
  it('loses what exceeds it, and can be ended', () => {
    const rig = new Rig(termiosWith(['-ECHO']));
    for (let i = 0; i < 5000; i++) rig.type('abcdefghij'.charAt(i % 10));
    rig.type('\r');
    const line = rig.read();
    expect(line).toBe(`${'abcdefghij'.repeat(500).slice(0, 4095)}\n`);
  });

  it('can be edited at its end', () => {
    const rig = new Rig(termiosWith(['-ECHO']));
    rig.type('a'.repeat(5000));
    rig.type('\x7f\x7fxy\r');
    expect(rig.read()).toBe(`${'a'.repeat(4093)}xy\n`);
  });

  it('can be killed', () => {
    const rig = new Rig(termiosWith(['-ECHO']));
    rig.type('a'.repeat(5000));
    rig.type('\x15b\r');
    expect(rig.reads()).toEqual(['b\n']);
  });
});

describe('switching modes with input queued', () => {
  it('canonical to raw: an unfinished line can be read', () => {
    const rig = new Rig();
    rig.type('abc');
    rig.set(rawTermios());
    expect(rig.reads()).toEqual(['abc']);
  });

  it('canonical to raw: VEOF is a NUL', () => {
    const rig = new Rig();
    rig.type('a\x04b\r');
    rig.set(rawTermios());
    expect(rig.reads()).toEqual(['a\0b\n']);
  });

  it('raw to canonical: what there is becomes a line', () => {
    const rig = new Rig(rawTermios());
    rig.type('ab\ncd');
    rig.set(termiosWith());
    expect(rig.reads()).toEqual(['ab\ncd']);
  });

  it('and back', () => {
    const rig = new Rig();
    rig.type('ab');
    rig.set(rawTermios());
    rig.set(termiosWith());
    rig.type('c\r');
    expect(rig.reads()).toEqual(['ab', 'c\n']);
  });

  it('nothing changes when ICANON stays', () => {
    const rig = new Rig();
    rig.type('ab');
    rig.set(termiosWith(['-ECHO']));
    expect(rig.reads()).toEqual([]);
    rig.type('c\r');
    expect(rig.reads()).toEqual(['abc\n']);
  });

  it('a pending VLNEXT is forgotten', () => {
    const rig = new Rig();
    rig.type('\x16');
    rig.set(termiosWith(['-ICANON']));
    rig.type('\x03');
    expect(rig.signals).toEqual(['SIGINT foreground']);
  });

  it('IXON switched off restarts stopped output', () => {
    const rig = new Rig();
    rig.type('\x13ab');
    rig.set(termiosWith(['-IXON']));
    expect(rig.screen()).toBe('ab');
  });
});

describe('reading part of a line', () => {
  it('leaves the rest', () => {
    const rig = new Rig();
    rig.type('abcdef\r');
    expect([rig.read(2), rig.read(3), rig.read(10)]).toEqual(['ab', 'cde', 'f\n']);
  });

  it('up to VEOF swallows it', () => {
    const rig = new Rig();
    rig.type('abc\x04def\r');
    expect([rig.read(3), rig.read(10)]).toEqual(['abc', 'def\n']);
  });

  it('FIONREAD counts whole lines without VEOF', () => {
    const rig = new Rig();
    rig.type('ab\rc\x04de');
    expect(rig.terminal.slave.available).toBe(4);
  });
});
