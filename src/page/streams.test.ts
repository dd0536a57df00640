import { expect, test } from 'vitest';
import { STREAM_WINDOW, type StreamCredit, type StreamData } from '../host/control.ts';
import { readStream, StreamWriter } from './streams.ts';

/** A turn of the event loop in which messages have been delivered. */
const messages = async (): Promise<void> => {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve, 1));
};

/** The other side of a port: what it was sent, and its answers. */
function peer<In, Out>() {
  const { port1, port2 } = new MessageChannel();
  const got: In[] = [];
  port2.onmessage = ({ data }: MessageEvent<In>) => got.push(data);
  return {
    port: port1 as unknown as MessagePort,
    got,
    send: (message: Out) => port2.postMessage(message),
    close: () => {
      port1.close();
      port2.close();
    },
  };
}

const writerPeer = () => peer<StreamCredit, StreamData>();
const readerPeer = () => peer<StreamData, StreamCredit>();

test('a chunk is acknowledged when its listener is done, and the next comes only then', async () => {
  const process = writerPeer();
  const seen: number[] = [];
  const gates: (() => void)[] = [];
  const reader = readStream(process.port, ({ length }) => {
    seen.push(length);
    return new Promise<void>((resolve) => gates.push(resolve));
  });
  process.send({ type: 'data', bytes: new Uint8Array(10) });
  process.send({ type: 'data', bytes: new Uint8Array(20) });
  process.send({ type: 'end' });
  await messages();
  expect([seen, process.got]).toEqual([[10], []]);
  gates.shift()?.();
  await messages();
  expect([seen, process.got]).toEqual([[10, 20], [{ type: 'ack', bytes: 10 }]]);
  gates.shift()?.();
  await reader.ended;
  process.close();
});

test('a listener that throws stops the stream, and the process is told', async () => {
  const process = writerPeer();
  const reader = readStream(process.port, () => {
    throw new Error('enough');
  });
  process.send({ type: 'data', bytes: new Uint8Array(1) });
  await expect(reader.ended).rejects.toThrow('enough');
  await messages();
  expect(process.got).toEqual([{ type: 'cancel' }]);
  process.close();
});

test('a cancelled stream ends, and hears no more', async () => {
  const process = writerPeer();
  const seen: Uint8Array[] = [];
  const reader = readStream(process.port, (bytes) => void seen.push(bytes));
  reader.cancel();
  process.send({ type: 'data', bytes: new Uint8Array(1) });
  await reader.ended;
  await messages();
  expect([seen, process.got]).toEqual([[], [{ type: 'cancel' }]]);
  process.close();
});

test('a writer has no more than a window on the way, in order, and ends after all of it', async () => {
  const process = readerPeer();
  const writer = new StreamWriter(process.port);
  const data = Uint8Array.from({ length: STREAM_WINDOW + 1000 }, (_, i) => i % 251);
  let written = false;
  void writer.write(data).then(() => {
    written = true;
  });
  const closed = writer.close();
  data.fill(0); // the writer has a copy
  await messages();
  const bytes = () => process.got.flatMap((message) => (message.type === 'data' ? [...message.bytes] : []));
  expect([bytes().length, written]).toEqual([STREAM_WINDOW, false]);
  process.send({ type: 'ack', bytes: 400 });
  await messages();
  expect([bytes().length, written]).toEqual([STREAM_WINDOW + 400, false]);
  process.send({ type: 'ack', bytes: 1000 });
  await closed;
  await messages();
  expect(written).toBe(true);
  expect(bytes().every((byte, i) => byte === i % 251)).toBe(true);
  expect(process.got.at(-1)).toEqual({ type: 'end' });
  process.close();
});

test('a process that reads no further breaks the pipe, and so does the end of the input', async () => {
  const process = readerPeer();
  const writer = new StreamWriter(process.port);
  const stuck = writer.write(new Uint8Array(STREAM_WINDOW + 1));
  process.send({ type: 'cancel' });
  await expect(stuck).rejects.toMatchObject({ code: 'EPIPE' });
  await expect(writer.write('x')).rejects.toMatchObject({ code: 'EPIPE' });
  await writer.close();

  const other = readerPeer();
  const ended = new StreamWriter(other.port);
  await ended.close();
  await expect(ended.write('x')).rejects.toMatchObject({ code: 'EPIPE' });
  process.close();
  other.close();
});
