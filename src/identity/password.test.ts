import { expect, test } from 'vitest';
import { hashPassword, verifyPassword } from './password.ts';

test('verifyPassword() knows the password by its hash, and nothing else', async () => {
  const hash = await hashPassword('pässword');
  expect(hash).toMatch(/^scrypt\$16384\$8\$1\$/);
  expect(hash).not.toContain('pässword');
  expect(await hashPassword('pässword')).not.toBe(hash);
  expect(await verifyPassword('pässword', hash)).toBe(true);
  expect(await verifyPassword('password', hash)).toBe(false);
  expect(await verifyPassword('', undefined)).toBe(false);
});
