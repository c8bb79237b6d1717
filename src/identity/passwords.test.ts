import { expect, test, vi } from 'vitest';
import { verifyPassword } from './password.ts';
import { openPasswords } from './passwords.ts';

test('openPasswords() remembers what was right for a while, and neither a wrong password nor another hash', async () => {
  let now = 0;
  const slowly = vi.fn(verifyPassword);
  const passwords = openPasswords(slowly, () => now);
  const hash = await passwords.hash('right');
  expect(await passwords.verify('right', hash)).toBe(true);
  expect(slowly).toHaveBeenCalledTimes(0);

  expect(await passwords.verify('wrong', hash)).toBe(false);
  expect(await passwords.verify('wrong', hash)).toBe(false);
  expect(await passwords.verify('right', await openPasswords().hash('other'))).toBe(false);
  expect(await passwords.verify('right', null)).toBe(false);
  expect(slowly).toHaveBeenCalledTimes(4);

  now = 300_001;
  expect(await passwords.verify('right', hash)).toBe(true);
  expect(await passwords.verify('right', hash)).toBe(true);
  expect(slowly).toHaveBeenCalledTimes(5);
});
