/**
 * Values that a JSON Schema lets pass, and values that nobody should. Ids are not known while values are drawn: they stand as
 * `{$id: kind, pick}` and become ids of the world when the request is sent.
 */
import fc from 'fast-check';

type Schema = Readonly<Record<string, unknown>>;

export type Schemas = (name: string) => Schema;

const address = fc.oneof(
  fc.tuple(fc.constantFrom(0, 1, 2), fc.nat(255)).map(([net, host]) => `10.0.${net}.${host}`),
  fc.nat(255).map((host) => `203.0.113.${host}`),
  fc.nat(0xffff).map((host) => `fd00::${host.toString(16)}`),
);
const cidr = fc.oneof(
  fc.tuple(fc.nat(30), fc.constantFrom(24, 25, 28)).map(([net, length]) => `10.0.${net}.0/${length}`),
  fc.nat(30).map((net) => `fd00:0:0:${net.toString(16)}::/64`),
  address.map((one) => `${one}/32`),
);

/** Texts that break what is not careful: quotes, NUL, lone surrogates, the very long. */
export const oddText = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    "'",
    '"',
    '\\',
    '%',
    '\0',
    '\u{1F980}',
    '\uD800',
    'None',
    'null',
    'True',
    '1',
    '-1',
    '..',
    '*',
  ),
  fc.constantFrom('a'.repeat(256), 'x'.repeat(70_000), "'; select 1; --", '$1', '{}', '[]', '0x10', '1e3'),
  fc.string({ unit: 'binary', maxLength: 12 }),
);

/** Anything that JSON can say. */
export const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: oddText },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      null,
      true,
      false,
      0,
      -1,
      1.5,
      2 ** 31,
      2 ** 53,
      1e300,
      -(2 ** 63),
      [],
      {},
      [[]],
      [null],
      [{}],
    ),
  },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  { weight: 1, arbitrary: address },
  { weight: 1, arbitrary: cidr },
);

function id(kind: string): fc.Arbitrary<unknown> {
  return fc.nat(1000).map((pick) => ({ $id: kind, pick }));
}

function text(name: string, schema: Schema): fc.Arbitrary<unknown> {
  if (name === 'project_id' || name === 'tenant_id') return id('project');
  if (schema['format'] === 'uuid') return id(name.replace(/_ids?$|s$/, ''));
  if (schema['format'] === 'ipv4' || schema['format'] === 'ipv6') return address;
  if (/cidr|prefix|destination|source_ip/.test(name)) return cidr;
  if (/(_ip|address|gateway|nexthop)$/.test(name)) return address;
  if (/mac/.test(name)) return fc.nat(0xffff).map((end) => `fa:16:3e:00:${hex(end >> 8)}:${hex(end & 255)}`);
  if (/_id$/.test(name)) return id(name.replace(/_id$/, ''));
  return fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.constantFrom('', 'a', 'tcp', 'udp', 'icmp', 'compute:nova', 'security_group'),
  );
}

const hex = (byte: number) => byte.toString(16).padStart(2, '0');

function number(schema: Schema): fc.Arbitrary<number> {
  const minimum = typeof schema['minimum'] === 'number' ? schema['minimum'] : -5;
  const maximum = typeof schema['maximum'] === 'number' ? schema['maximum'] : 70_000;
  return fc.oneof(
    fc.integer({ min: minimum, max: Math.min(maximum, minimum + 200) }),
    fc.constantFrom(minimum, maximum),
  );
}

/** What passes, by the names of the schemas that it refers to; `name` is the attribute's, which says what texts mean. */
export function validValue(schema: Schema, schemas: Schemas, name = ''): fc.Arbitrary<unknown> {
  const reference = schema['$ref'];
  if (typeof reference === 'string') return validValue(schemas(reference), schemas, name);
  const choices = listOf(schema['anyOf'] ?? schema['oneOf']);
  if (choices !== null) return fc.oneof(...choices.map((one) => validValue(one, schemas, name)));
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...schema['enum']);
  const type = Array.isArray(schema['type']) ? schema['type'][0] : schema['type'];
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return number(schema);
    case 'string':
      return text(name, schema);
    case 'array':
      return fc.array(validValue(object(schema['items']), schemas, name), { maxLength: 3 });
    case 'object':
      return record(schema, schemas);
    default:
      return oddValue;
  }
}

/** Without these hardly anything of their kind is made, though a request may leave them out. */
const usual = new Set(['cidr', 'ip_version', 'local_as', 'remote_as', 'remote_ip_prefix']);

function record(schema: Schema, schemas: Schemas): fc.Arbitrary<unknown> {
  const properties = Object.entries(object(schema['properties']));
  const required = Array.isArray(schema['required']) ? schema['required'].map(String) : [];
  const values = Object.fromEntries(
    properties.map(([name, inner]) => [name, validValue(object(inner), schemas, name)]),
  );
  const optional = Object.keys(values).filter((name) => !required.includes(name));
  // Few at once: the more attributes, the likelier that two of them do not go together.
  return fc
    .subarray(optional, { maxLength: Math.min(optional.length, 3) })
    .chain((chosen) =>
      fc.record(
        Object.fromEntries(
          Object.entries(values).filter(
            ([name]) => required.includes(name) || chosen.includes(name) || usual.has(name),
          ),
        ),
      ),
    );
}

function listOf(value: unknown): readonly Schema[] | null {
  return Array.isArray(value) ? value.map(object) : null;
}

export function object(value: unknown): Schema {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
