/** `/v3/services`, `/v3/endpoints` and `/v3/regions`, read from the catalogue. */
import type { FastifyInstance } from 'fastify';
import { catalog } from './catalog.ts';
import type { Identity } from './identity.ts';
import { baseUrl, requireAdmin } from './request.ts';

export function registerServices(app: FastifyInstance, identity: Identity): void {
  const { region } = identity.config.identity;

  app.get('/v3/services', async (request) => {
    await requireAdmin(request, identity, 'list_services');
    const base = baseUrl(request, identity);
    const services = catalog(base, region).map(({ id, type, name }) => ({ id, type, name, enabled: true }));
    return { services, links: { next: null, previous: null, self: `${base}/identity/v3/services` } };
  });

  app.get('/v3/endpoints', async (request) => {
    await requireAdmin(request, identity, 'list_endpoints');
    const base = baseUrl(request, identity);
    const endpoints = catalog(base, region).flatMap((service) =>
      service.endpoints.map((endpoint) => ({ ...endpoint, service_id: service.id, enabled: true })),
    );
    return { endpoints, links: { next: null, previous: null, self: `${base}/identity/v3/endpoints` } };
  });

  app.get('/v3/regions', async (request) => {
    const base = baseUrl(request, identity);
    const self = `${base}/identity/v3/regions`;
    const regions = [{ id: region, description: '', parent_region_id: null, links: { self: `${self}/${region}` } }];
    return { regions, links: { next: null, previous: null, self } };
  });
}
