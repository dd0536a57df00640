// Getting a file of a static host, and its SHA-256 in hexadecimal.

import { SysError } from '../abi/errno.ts';

export const sha256Of = async (bytes: BufferSource): Promise<string> =>
  Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)), (b) => b.toString(16).padStart(2, '0')).join(
    '',
  );

/** Tells how many bytes have come. Rejects with ENETUNREACH when nobody answers, EHOSTUNREACH when it is not there. */
export const download = async (url: string, progress: (received: number) => void): Promise<Uint8Array<ArrayBuffer>> => {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    throw new SysError('ENETUNREACH', `${url}: ${String(error)}`);
  }
  if (!response.ok) throw new SysError('EHOSTUNREACH', `${url}: HTTP status ${response.status}`);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let received = 0;
  try {
    for (const reader = response.body?.getReader(); ; ) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
      if (done) break;
      parts.push(value);
      received += value.length;
      progress(received);
    }
  } catch (error) {
    throw new SysError('ENETUNREACH', `${url}: ${String(error)}`);
  }
  const whole = new Uint8Array(received);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};
