import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteRing } from './byte-ring.ts';

const command = fc.oneof(
  fc.record({ write: fc.uint8Array({ maxLength: 24 }) }),
  fc.record({ fill: fc.uint8Array({ maxLength: 24 }) }),
  fc.record({ read: fc.nat(24) }),
  fc.record({ drop: fc.nat(24) }),
  fc.constant({ clear: true }),
);

describe('a byte ring', () => {
  it('does what a list does', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const ring = new ByteRing(16);
        let list: number[] = [];
        for (const c of commands) {
          if ('write' in c) {
            const count = ring.write(c.write);
            expect(count).toBe(Math.min(c.write.length, 16 - list.length));
            list.push(...c.write.subarray(0, count));
          } else if ('fill' in c) {
            const bytes = c.fill.subarray(0, ring.fillRoom);
            ring.bytes.set(bytes, ring.fillAt);
            ring.filled(bytes.length);
            list.push(...bytes);
          } else if ('read' in c) {
            expect([...ring.read(c.read)]).toEqual(list.splice(0, c.read));
          } else if ('drop' in c) {
            ring.drop(c.drop);
            list.splice(0, c.drop);
          } else {
            ring.clear();
            list = [];
          }
          expect([ring.length, ring.room]).toEqual([list.length, 16 - list.length]);
          const first = ring.peek();
          expect([...first]).toEqual(list.slice(0, first.length));
          if (list.length > 0) expect(first.length).toBeGreaterThan(0);
        }
      }),
    );
  });
});
