// A page that shows a terminal: the kernel's viewer at one end of a port (TerminalInput and TerminalOutput of control.ts).

import type { Viewer } from '../kernel/tty/viewer.ts';
import type { Viewers } from '../kernel/tty/viewers.ts';
import type { TerminalInput, TerminalOutput } from './control.ts';

export const attachViewer = (viewers: Viewers, port: MessagePort, detached: () => void): Viewer => {
  const tell = (message: TerminalOutput): void => port.postMessage(message);
  const send = (type: 'replay' | 'output', bytes: Uint8Array<ArrayBuffer>): void =>
    port.postMessage({ type, bytes } satisfies TerminalOutput, [bytes.buffer]);
  const viewer: Viewer = viewers.attach({
    replay: (bytes) => send('replay', bytes),
    output: (bytes) => send('output', bytes),
    flushed: () => tell({ type: 'flush' }),
    sizeChanged: ({ cols, rows }) => tell({ type: 'size', cols, rows }),
    ended: () => tell({ type: 'hangup' }),
  });
  port.onmessage = ({ data }: MessageEvent<TerminalInput>): void => {
    switch (data.type) {
      case 'input':
        void viewer.input(data.bytes).then(() => tell({ type: 'inputAck', bytes: data.bytes.length }));
        return;
      case 'resize':
        viewer.resize({ cols: data.cols, rows: data.rows, xpixel: 0, ypixel: 0 });
        return;
      case 'ack':
        viewer.acknowledge(data.bytes);
        return;
      case 'detach':
        viewer.detach();
        port.close();
        detached();
    }
  };
  return viewer;
};
