import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonStream } from './json-stream.ts';

test('JsonStream gives every message, however the stream is cut', () => {
  const message = fc.dictionary(fc.string(), fc.jsonValue());
  fc.assert(
    fc.property(fc.array(message), fc.integer({ min: 1, max: 9 }), (messages, size) => {
      const text = messages.map((one) => JSON.stringify(one)).join('');
      const chunks = text.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? [];
      const stream = new JsonStream();
      expect(chunks.flatMap((chunk) => stream.push(chunk))).toEqual(JSON.parse(JSON.stringify(messages)));
    }),
  );
});
