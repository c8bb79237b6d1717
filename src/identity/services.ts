/** `/v3/services`, `/v3/endpoints` and `/v3/regions`, read from the catalogue. */
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { catalog } from './catalog.ts';
import type { Identity } from './identity.ts';
import { notFound } from './keystone-error.ts';
import { ById, baseUrl, listed, parse, requireAdmin, tokenOf } from './request.ts';

const Text = Type.Optional(Type.String());
const ServiceQuery = Type.Object({ type: Text, name: Text });
const EndpointQuery = Type.Object({ service_id: Text, interface: Text, region: Text, region_id: Text });

export function registerServices(app: FastifyInstance, identity: Identity): void {
  const { region } = identity.config.identity;
  const matches = (wanted: string | undefined, value: string): boolean => wanted === undefined || wanted === value;

  const services = (base: string) =>
    catalog(base, region).map(({ id, type, name }) => ({
      ...{ id, type, name, description: '', enabled: true },
      links: { self: `${base}/identity/v3/services/${id}` },
    }));
  const endpoints = (base: string) =>
    catalog(base, region).flatMap((service) =>
      service.endpoints.map((endpoint) => ({
        ...{ ...endpoint, service_id: service.id, enabled: true },
        links: { self: `${base}/identity/v3/endpoints/${endpoint.id}` },
      })),
    );
  const regions = (base: string) => [
    { id: region, description: '', parent_region_id: null, links: { self: `${base}/identity/v3/regions/${region}` } },
  ];

  app.get('/v3/services', async (request) => {
    await requireAdmin(request, identity, 'list_services');
    const { type, name } = parse(ServiceQuery, request.query);
    const found = services(baseUrl(request, identity)).filter(
      (one) => matches(type, one.type) && matches(name, one.name),
    );
    return listed(request, identity, 'services', found);
  });

  app.get('/v3/services/:id', async (request) => {
    await requireAdmin(request, identity, 'get_service');
    const { id } = parse(ById, request.params);
    const service = services(baseUrl(request, identity)).find((one) => one.id === id);
    if (service === undefined) throw notFound('service', id);
    return { service };
  });

  app.get('/v3/endpoints', async (request) => {
    await requireAdmin(request, identity, 'list_endpoints');
    const query = parse(EndpointQuery, request.query);
    const found = endpoints(baseUrl(request, identity)).filter(
      (one) =>
        matches(query.service_id, one.service_id) &&
        matches(query.interface, one.interface) &&
        matches(query.region_id ?? query.region, one.region_id),
    );
    return listed(request, identity, 'endpoints', found);
  });

  app.get('/v3/endpoints/:id', async (request) => {
    await requireAdmin(request, identity, 'get_endpoint');
    const { id } = parse(ById, request.params);
    const endpoint = endpoints(baseUrl(request, identity)).find((one) => one.id === id);
    if (endpoint === undefined) throw notFound('endpoint', id);
    return { endpoint };
  });

  app.get('/v3/regions', async (request) => {
    await tokenOf(request, identity);
    return listed(request, identity, 'regions', regions(baseUrl(request, identity)));
  });

  app.get('/v3/regions/:id', async (request) => {
    await tokenOf(request, identity);
    const { id } = parse(ById, request.params);
    const found = regions(baseUrl(request, identity)).find((one) => one.id === id);
    if (found === undefined) throw notFound('region', id);
    return { region: found };
  });
}
