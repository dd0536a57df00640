// What an emulator types by itself, in answer to a question that a program wrote to it: device attributes, the cursor's
// position, states of modes, colours, settings (xterm's ctlseqs). When several emulators show one terminal each of them
// answers, and the program is to hear one answer.
//
// Shift-F3 and its like look the same as a cursor position; see Viewers for when that matters.

import { byteString } from '../../base/bytes.ts';

const ESC = 0x1b;
const MAX_REPORT = 4096;

/** Reports by CSI, after the ESC. */
const CSI_REPORT = /^\[[?>=]?[\d;:]*\$?[Rcntxy]$/;

/** Whether ESC and this are a report or the end of one (ST). Keys never send strings (OSC, DCS). */
const isReport = (sequence: string): boolean => {
  const isString = sequence.startsWith(']') || sequence.startsWith('P');
  return isString ? !sequence.slice(0, -1).includes('\x07') : sequence === '\\' || CSI_REPORT.test(sequence);
};

/** Whether this is nothing but reports. */
export const isTerminalReport = (bytes: Uint8Array): boolean => {
  if (bytes[0] !== ESC || bytes.length > MAX_REPORT) return false;
  return byteString(bytes).slice(1).split('\x1b').every(isReport);
};
