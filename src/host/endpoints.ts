// MessagePorts as the structural endpoints of the transport.

import type { Endpoint } from '../transport/process-protocol.ts';
import type { MessageEndpoint } from '../transport/rpc.ts';

export const portEndpoint = (port: MessagePort): MessageEndpoint => {
  const endpoint: MessageEndpoint = {
    post: (message, transfer) => port.postMessage(message, (transfer ?? []) as Transferable[]),
    onmessage: null,
  };
  port.onmessage = ({ data }: MessageEvent<unknown>) => endpoint.onmessage?.(data);
  return endpoint;
};

/** The same with typed messages. */
export const typedEndpoint = <Out, In>(port: MessagePort): Endpoint<Out, In> =>
  portEndpoint(port) as unknown as Endpoint<Out, In>;
