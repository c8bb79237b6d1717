import { expect, test } from 'vitest';
import { policies } from '../policies.ts';
import type { Caller } from './caller.ts';
import { type Check, compileCheck, type PolicyTarget } from './policy-check.ts';

const none = (name: string): Check => {
  throw new Error(`no policy ${name}`);
};
const member: Caller = { projectId: 'mine', roles: ['Member'], isAdmin: false };
const mine: PolicyTarget = { projectId: 'mine', values: {} };
const theirs: PolicyTarget = { projectId: 'theirs', values: {} };

test('compileCheck() binds and closer than or, and not closest', () => {
  const check = compileCheck('role:reader and role:admin or not role:admin and role:member', none);
  expect(check(member, mine)).toBe(true);
  expect(compileCheck('not (role:member or role:admin)', none)(member, mine)).toBe(false);
  expect(compileCheck('', none)(member, mine)).toBe(true);
});

test('compileCheck() compares projects, also those of parents', () => {
  const owner = compileCheck('role:member and project_id:%(project_id)s', none);
  expect([owner(member, mine), owner(member, theirs)]).toEqual([true, false]);
  const parent = compileCheck('tenant_id:%(network:tenant_id)s', none);
  expect(parent(member, theirs)).toBe(false);
  expect(parent(member, { ...theirs, owners: { network: 'mine' } })).toBe(true);
  expect(parent({ ...member, projectId: '' }, { ...theirs, owners: { network: '' } })).toBe(false);
});

test('compileCheck() looks at fields by value and by pattern', () => {
  const shared = compileCheck('field:networks:shared=True', none);
  expect(shared(member, mine)).toBe(false);
  expect(shared(member, { ...mine, networkShared: true })).toBe(true);
  const device = compileCheck('field:port:device_owner=~^network:', none);
  expect(device(member, { ...mine, values: { device_owner: 'network:dhcp' } })).toBe(true);
  expect(device(member, { ...mine, values: { device_owner: 'compute:nova' } })).toBe(false);
});

test('compileCheck() refuses what is no policy', () => {
  for (const text of ['(role:a', 'role:a)', 'role:a or', 'colour:blue']) {
    expect(() => compileCheck(text, none)).toThrow('polic');
  }
});

test('every policy of the API compiles, and names only policies that are there', () => {
  const find = (name: string): Check => {
    expect(Object.keys(policies)).toContain(name);
    return compileCheck(policies[name] ?? '', find);
  };
  for (const text of Object.values(policies)) compileCheck(text, find)({ ...member, roles: [] }, theirs);
});
