/** Version discovery. */
import type { JsonObject } from './engine/json.ts';

export function apiVersions(baseUrl: string): JsonObject {
  return {
    versions: [{ id: 'v2.0', status: 'CURRENT', links: [{ rel: 'self', href: `${baseUrl}/v2.0/` }] }],
  };
}

/** The core resources, as `GET /v2.0/` lists them. */
export function apiResources(baseUrl: string): JsonObject {
  return {
    resources: ['network', 'subnet', 'port'].map((name) => ({
      name,
      collection: `${name}s`,
      links: [{ rel: 'self', href: `${baseUrl}/v2.0/${name}s` }],
    })),
  };
}
