// Structs of the ABI (abi/layout.ts) between bytes and objects. Works on shared memory; little-endian.

import { LAYOUT, type Layout, type LayoutName, type StructOf } from './layout.ts';

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const WORD = 2 ** 32;

/** 64 bits, little-endian, without BigInt: what is above the range becomes all ones (RLIM_INFINITY). */
const setWide = (view: DataView, at: number, value: number): void => {
  if (value >= WORD * WORD) {
    view.setUint32(at, 0xffff_ffff, true);
    view.setUint32(at + 4, 0xffff_ffff, true);
    return;
  }
  const whole = Math.trunc(value);
  const high = Math.floor(whole / WORD);
  view.setUint32(at, whole - high * WORD, true);
  view.setUint32(at + 4, high, true);
};

const getWide = (view: DataView, at: number, signed: boolean): number => {
  const high = signed ? view.getInt32(at + 4, true) : view.getUint32(at + 4, true);
  return high * WORD + view.getUint32(at, true);
};

/** Write a struct at an offset of a buffer. Throws RangeError when the buffer is too short. */
export const pack = <N extends LayoutName>(name: N, value: StructOf<N>, into: Uint8Array, offset = 0): void => {
  const view = viewOf(into);
  const layout: Layout = LAYOUT[name];
  for (const [field, type, at] of layout.fields) {
    const v = (value as Record<string, number | Uint8Array>)[field];
    const pos = offset + at;
    if (v instanceof Uint8Array) {
      into.set(v, pos);
      continue;
    }
    const number = v ?? 0;
    switch (type) {
      case 'u8':
        view.setUint8(pos, number);
        break;
      case 'u16':
      case 'i16':
        view.setUint16(pos, number, true);
        break;
      case 'u32':
      case 'i32':
        view.setUint32(pos, number, true);
        break;
      default:
        setWide(view, pos, number);
    }
  }
};

/** Read a struct at an offset of a buffer. */
export const unpack = <N extends LayoutName>(name: N, from: Uint8Array, offset = 0): StructOf<N> => {
  const view = viewOf(from);
  const layout: Layout = LAYOUT[name];
  const out: Record<string, number | Uint8Array> = {};
  for (const [field, type, at] of layout.fields) {
    const pos = offset + at;
    switch (type) {
      case 'u8':
        out[field] = view.getUint8(pos);
        break;
      case 'u16':
        out[field] = view.getUint16(pos, true);
        break;
      case 'i16':
        out[field] = view.getInt16(pos, true);
        break;
      case 'u32':
        out[field] = view.getUint32(pos, true);
        break;
      case 'i32':
        out[field] = view.getInt32(pos, true);
        break;
      case 'u64':
        out[field] = getWide(view, pos, false);
        break;
      case 'i64':
        out[field] = getWide(view, pos, true);
        break;
      default:
        out[field] = from.slice(pos, pos + Number(type.slice('bytes:'.length)));
    }
  }
  return out as StructOf<N>;
};

export const sizeOf = (name: LayoutName): number => LAYOUT[name].size;
