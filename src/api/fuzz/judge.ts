/** What an answer must be, whatever was asked. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { object } from './schema-values.ts';

type Json = Readonly<Record<string, unknown>>;

/** What Neutron answers 503 for, though nothing failed: there is none to be had. */
const refusedByNeutron = /"type":"(FlavorDisabled|NoNetworkAvailable)"/;

/** Finds what is wrong with answers to an operation, by the document of the API. */
export class Judge {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #document: Json;
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor(document: Json) {
    this.#document = document;
    addFormats.default(this.#ajv);
    this.#ajv.addSchema({ $id: 'https://document.test/', components: document['components'] });
  }

  /** Complaints; none when all is well. */
  complaints(method: string, pattern: string, status: number, body: unknown): readonly string[] {
    if (status >= 500 && !(status === 503 && refusedByNeutron.test(JSON.stringify(body))))
      return [`answered ${status}: ${JSON.stringify(body)}`];
    const operation = object(object(object(this.#document['paths'])[pattern])[method.toLowerCase()]);
    if (status >= 400) return isError(body) ? [] : [`an error of another form: ${JSON.stringify(body)}`];
    const response = object(operation['responses'])[String(status)];
    if (response === undefined) return [`answered ${status}, which is not documented`];
    const schema = object(object(object(response)['content'])['application/json'])['schema'];
    if (schema === undefined) return [];
    const validate = this.#compile(`${method} ${pattern} ${status}`, object(schema));
    if (validate(body)) return [];
    return (validate.errors ?? [])
      .slice(0, 4)
      .map((one) => `answer${one.instancePath}: ${one.message} ${JSON.stringify(one.params)}`);
  }

  #compile(key: string, schema: Json): ValidateFunction {
    const known = this.#compiled.get(key);
    if (known !== undefined) return known;
    const text = JSON.stringify(schema).replaceAll('"#/components/', '"https://document.test/#/components/');
    const compiled = this.#ajv.compile(JSON.parse(text));
    this.#compiled.set(key, compiled);
    return compiled;
  }
}

function isError(body: unknown): boolean {
  const { type, message, detail } = object(object(body)['NeutronError']);
  return typeof type === 'string' && type !== '' && typeof message === 'string' && typeof detail === 'string';
}

/** Objects of an answer that belong to a project which is not the caller's and are shared with nobody. */
export function foreignObjects(body: unknown, projectId: string, isShared: (object: Json) => boolean): readonly Json[] {
  if (Array.isArray(body)) return body.flatMap((item) => foreignObjects(item, projectId, isShared));
  if (typeof body !== 'object' || body === null) return [];
  const one = object(body);
  const owners = [one['project_id'], one['tenant_id']].filter((owner) => typeof owner === 'string' && owner !== '');
  const foreign = owners.some((owner) => owner !== projectId) && !isShared(one);
  return [
    ...(foreign ? [one] : []),
    ...Object.values(one).flatMap((inner) => foreignObjects(inner, projectId, isShared)),
  ];
}
