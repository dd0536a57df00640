import { expect, test } from 'vitest';
import { shellOf } from './login-shell.ts';

const PASSWD =
  'root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:User:/home/user:/bin/bash\nother:x:1001:1001::/home/o:\n';

test('the login shell is the last field of the user in /etc/passwd', () => {
  expect(shellOf('user', PASSWD)).toBe('/bin/bash');
  expect(shellOf('root', PASSWD)).toBe('/bin/sh');
});

test('without a shell, or without the user, it is /bin/sh', () => {
  expect(shellOf('other', PASSWD)).toBe('/bin/sh');
  expect(shellOf('user', '')).toBe('/bin/sh');
  expect(shellOf('use', PASSWD)).toBe('/bin/sh');
  expect(shellOf('user', 'user:x:1000\n')).toBe('/bin/sh');
});
