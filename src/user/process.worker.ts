// The dedicated worker that runs processes in a browser. Its page creates it and sends the port on which the tab's
// station speaks to it; from then on everything is between the station and process.ts.

import type { Endpoint, FromProcess, ToProcess } from '../transport/process-protocol.ts';
import { browserEngine } from './js/browser-engine.ts';
import { serveProcesses } from './process.ts';

/** First message of the page. */
interface PortMessage {
  readonly type: 'port';
  readonly port: MessagePort;
}

class StationPort implements Endpoint<FromProcess, ToProcess> {
  onmessage: ((message: ToProcess) => void) | null = null;
  private readonly port: MessagePort;

  constructor(port: MessagePort) {
    this.port = port;
    port.onmessage = ({ data }: MessageEvent<ToProcess>) => this.onmessage?.(data);
  }

  post(message: FromProcess, transfer: readonly ArrayBuffer[] = []): void {
    this.port.postMessage(message, [...transfer]);
  }
}

const scope = globalThis as unknown as DedicatedWorkerGlobalScope;

scope.onmessage = ({ data }: MessageEvent<PortMessage>) => {
  scope.onmessage = null;
  serveProcesses(new StationPort(data.port), browserEngine(scope));
};
