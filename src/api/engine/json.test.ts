import { expect, test } from 'vitest';
import { jsonText } from './json.ts';

test('a count beyond the numbers of JavaScript is written exactly', () => {
  expect(jsonText({ total: 18446744073709551614n, rest: ['a"', null, 1.5, { deep: 2n ** 64n }] })).toBe(
    '{"total":18446744073709551614,"rest":["a\\"",null,1.5,{"deep":18446744073709551616}]}',
  );
  expect(jsonText({ plain: [1, 'x'] })).toBe('{"plain":[1,"x"]}');
});
