import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, test } from 'vitest';
import { allRoutes } from '../all-routes.ts';
import { isObject } from '../engine/json.ts';
import { openApiDocument } from './document.ts';
import { isServed } from './operation-document.ts';

const document = openApiDocument();
const paths = isObject(document['paths']) ? document['paths'] : {};

test('the document is OpenAPI 3.1', async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone({ ...document }));
  expect(errors ?? []).toEqual([]);
  expect(valid).toBe(true);
  expect(validator.version).toBe('3.1');
});

test('it has every path that is served, once', () => {
  const operations = Object.values(paths).flatMap((path) => Object.values(isObject(path) ? path : {}));
  const served = new Set(allRoutes.filter(isServed).map(({ method, pattern }) => `${method} ${pattern}`));
  expect(operations).toHaveLength(served.size);
  const ids = operations.map((operation) => (isObject(operation) ? operation['operationId'] : null));
  expect(new Set(ids).size).toBe(ids.length);
});

test('every reference leads somewhere', () => {
  const text = JSON.stringify(document);
  for (const [, path = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    let at: unknown = document;
    for (const segment of path.split('/')) at = Object(at)[segment];
    expect(at, path).toBeDefined();
  }
});
