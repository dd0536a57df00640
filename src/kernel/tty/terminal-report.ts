// What an emulator types by itself, in answer to a question that a program wrote to it: device attributes, the cursor's
// position, states of modes, colours, settings (xterm's ctlseqs). When several emulators show one terminal each of them
// answers, and the program is to hear one answer.
//
// Shift-F3 and its like look the same as a cursor position; see Viewer.input for when that matters.

import { byteString } from '../../base/bytes.ts';

const ESC = 0x1b;
const MAX_REPORT = 4096;

/** Reports of CSI end in one of these letters; OSC and DCS strings are never keys. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences are made of them
const REPORTS = /^(?:\x1b\[[?>=]?[\d;:]*\$?[Rcntxy]|\x1b[\]P][^\x07\x1b]*(?:\x07|\x1b\\))+$/;

export const isTerminalReport = (bytes: Uint8Array): boolean =>
  bytes[0] === ESC && bytes.length <= MAX_REPORT && REPORTS.test(byteString(bytes));
