import { expect, test } from 'vitest';
import { INPUT_WINDOW, type TerminalInput, type TerminalOutput } from '../host/control.ts';
import { TerminalLink } from './terminal-link.ts';

const KiB = 1024;

const messages = async (): Promise<void> => {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve, 1));
};

function terminal() {
  const { port1, port2 } = new MessageChannel();
  const got: TerminalInput[] = [];
  port2.onmessage = ({ data }: MessageEvent<TerminalInput>) => got.push(data);
  const link = new TerminalLink(port1 as unknown as MessagePort);
  return {
    link,
    got,
    send: (message: TerminalOutput) => port2.postMessage(message),
    output: (length: number, fill = 0) =>
      port2.postMessage({ type: 'output', bytes: new Uint8Array(length).fill(fill) } satisfies TerminalOutput),
    acked: () => got.reduce((sum, message) => sum + (message.type === 'ack' ? message.bytes : 0), 0),
    input: () => got.flatMap((message) => (message.type === 'input' ? [...message.bytes] : [])),
    close: () => {
      port1.close();
      port2.close();
    },
  };
}

test('output waits for a listener, and counts as shown when the listener is done', async () => {
  const { link, output, acked, close } = terminal();
  output(100);
  await messages();
  expect(acked()).toBe(0);
  const gates: (() => void)[] = [];
  link.onData(() => new Promise((resolve) => gates.push(resolve)));
  await messages();
  expect([gates.length, acked(), link.idle]).toEqual([1, 0, false]);
  gates[0]?.();
  await messages();
  expect([acked(), link.idle]).toEqual([100, true]);
  close();
});

test('a flush drops what no listener has, tells so, and gives the credit back', async () => {
  const { link, output, send, acked, close } = terminal();
  const shown: number[] = [];
  const gates: (() => void)[] = [];
  link.onData(({ length, 0: first }) => {
    shown.push(first ?? -1);
    return length === 1 ? undefined : new Promise((resolve) => gates.push(resolve));
  });
  let flushes = 0;
  link.onFlush(() => flushes++);
  for (let fill = 0; fill < 4; fill++) output(64 * KiB, fill);
  send({ type: 'flush' });
  output(1, 9);
  await messages();
  // What the listener has cannot be taken back; the rest is gone; what came after waits for its turn.
  expect([shown, acked(), flushes]).toEqual([[0], 192 * KiB, 1]);
  gates[0]?.();
  await messages();
  expect([shown, acked()]).toEqual([[0, 9], 256 * KiB + 1]);
  close();
});

test('the past is told from the present, and survives a flush', async () => {
  const { link, send, output, close } = terminal();
  send({ type: 'replay', bytes: new Uint8Array(3) });
  send({ type: 'flush' });
  output(4);
  await messages();
  const shown: [number, boolean][] = [];
  link.onData(({ length }, { replay }) => void shown.push([length, replay]));
  await messages();
  expect(shown).toEqual([
    [3, true],
    [4, false],
  ]);
  close();
});

test('a paste of any size arrives whole and in order, within the window', async () => {
  const { link, send, input, got, close } = terminal();
  const paste = Uint8Array.from({ length: 100 * KiB }, (_, i) => i % 253);
  link.write(paste);
  link.write(new Uint8Array([255]));
  await messages();
  expect(input().length).toBeLessThanOrEqual(INPUT_WINDOW);
  expect(link.pendingInput).toBe(paste.length + 1);
  let taken = 0;
  while (taken < paste.length + 1) {
    const onTheWay = input().length - taken;
    expect(onTheWay).toBeGreaterThan(0);
    expect(onTheWay).toBeLessThanOrEqual(INPUT_WINDOW);
    const bytes = Math.min(onTheWay, 10_000);
    taken += bytes;
    send({ type: 'inputAck', bytes });
    await messages();
  }
  expect(input()).toEqual([...paste, 255]);
  expect([link.pendingInput, got.every(({ type }) => type === 'input')]).toEqual([0, true]);
  close();
});

test('Ctrl-C gets past a paste that nobody reads, and discards the rest of it', async () => {
  const { link, input, send, close } = terminal();
  link.write(new Uint8Array(100 * KiB).fill(120));
  await messages();
  const before = input().length;
  link.write(new Uint8Array([3]));
  await messages();
  expect(input().slice(before)).toEqual([3]);
  send({ type: 'inputAck', bytes: before + 1 });
  await messages();
  expect([input().length, link.pendingInput]).toEqual([before + 1, 0]);
  close();
});

test('a hang-up is told once, after all output has been shown', async () => {
  const { link, output, send, close } = terminal();
  const events: string[] = [];
  let release = () => {};
  link.onData(() => {
    events.push('data');
    return new Promise<void>((resolve) => {
      release = resolve;
    });
  });
  link.onHangup(() => events.push('hangup'));
  output(1);
  send({ type: 'hangup' });
  await messages();
  expect(events).toEqual(['data']);
  release();
  await messages();
  send({ type: 'flush' });
  await messages();
  expect(events).toEqual(['data', 'hangup']);
  close();
});

test('after close nothing is sent but the leave', async () => {
  const { link, output, got, close } = terminal();
  link.onData(() => undefined);
  link.close();
  link.close();
  link.write(new Uint8Array(5));
  link.resize(1, 1);
  output(10);
  await messages();
  expect(got).toEqual([{ type: 'detach' }]);
  close();
});
