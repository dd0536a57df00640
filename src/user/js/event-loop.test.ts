import { describe, expect, it } from 'vitest';
import type { ScriptEngine } from './engine.ts';
import { EventLoop } from './event-loop.ts';

/** A loop whose time passes only when it sleeps. */
const manualLoop = () => {
  let time = 1000;
  const slept: number[] = [];
  let reject: (reason: unknown) => void = () => {};
  const engine: ScriptEngine = {
    keep: [],
    evaluate: () => undefined,
    syntaxPosition: () => undefined,
    onUnhandledRejection: (listener) => {
      reject = listener;
    },
    onRejection: () => {},
    turn: () => new Promise((resolve) => void setImmediate(resolve)),
  };
  const loop = new EventLoop(
    engine,
    (ms) => {
      slept.push(ms);
      time += ms;
    },
    () => time,
  );
  return { loop, slept, reject: (reason: unknown) => reject(reason), at: () => time - 1000 };
};

describe('EventLoop', () => {
  it('runs timers in the order of their times, and of their making', async () => {
    const { loop, slept, at } = manualLoop();
    const { setTimeout } = loop.globals;
    const ran: string[] = [];
    setTimeout(() => ran.push(`late ${at()}`), 30);
    setTimeout((...args: unknown[]) => ran.push(`${args.join('+')} ${at()}`), 10, 'a', 'b');
    setTimeout(() => ran.push('second'), 10);
    setTimeout(() => {
      ran.push('zero');
      setTimeout(() => ran.push('nested'), 0);
    });
    await loop.run();
    expect(ran).toEqual(['zero', 'nested', 'a+b 10', 'second', 'late 30']);
    expect(slept).toEqual([10, 20]);
  });

  it('runs promise jobs between timers', async () => {
    const { loop } = manualLoop();
    const ran: string[] = [];
    loop.globals.setTimeout(() => {
      ran.push('one');
      void Promise.resolve()
        .then(() => ran.push('job'))
        .then(() => ran.push('job of the job'));
    });
    loop.globals.setTimeout(() => ran.push('two'));
    await loop.run();
    expect(ran).toEqual(['one', 'job', 'job of the job', 'two']);
  });

  it('repeats an interval until it is cleared', async () => {
    const { loop, at } = manualLoop();
    const times: number[] = [];
    const id = loop.globals.setInterval(() => {
      times.push(at());
      if (times.length === 3) loop.globals.clearInterval(id);
    }, 5);
    await loop.run();
    expect(times).toEqual([5, 10, 15]);
  });

  it('does not run a timer that was cleared', async () => {
    const { loop } = manualLoop();
    const id = loop.globals.setTimeout(() => expect.unreachable(), 5);
    loop.globals.setTimeout(() => loop.globals.clearTimeout(id), 1);
    await loop.run();
  });

  it('rejects with what a timer throws, and with what nobody caught', async () => {
    const thrown = manualLoop();
    thrown.loop.globals.setTimeout(() => {
      throw new Error('from a timer');
    });
    await expect(thrown.loop.run()).rejects.toThrow('from a timer');
    const rejected = manualLoop();
    rejected.loop.globals.setTimeout(() => rejected.reject(new Error('from a promise')));
    await expect(rejected.loop.run()).rejects.toThrow('from a promise');
  });

  it('waits for a promise that it follows', async () => {
    const { loop } = manualLoop();
    let done = false;
    const slow = new Promise<void>((resolve) => void setTimeout(resolve, 20));
    void loop.follow(slow).then(() => {
      done = true;
    });
    await loop.run();
    expect(done).toBe(true);
  });

  it('wants functions', () => {
    expect(() => manualLoop().loop.globals.setTimeout('code')).toThrow(TypeError);
  });
});
