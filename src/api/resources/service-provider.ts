/** Who makes what a service has: for routers, the ways of Neutron's own to make one. */
import { sql } from 'kysely';
import { readOnly } from '../engine/attribute.ts';
import type { Resource } from '../engine/resource.ts';
import { column, expression } from '../engine/standard-attributes.ts';
import { requestErrors } from '../errors/request-errors.ts';
import { routerService, serviceProviders } from '../work/service-providers.ts';

const names = serviceProviders.map(({ name }) => name);

export const serviceProvider: Resource = {
  name: 'service_provider',
  collection: 'service_providers',
  path: 'service-providers',
  extensions: ['service-type'],
  from: sql`(select name as id, name from unnest(${names}::text[]) as p (name)) as t`,
  notFound: requestErrors.notFound,
  visible: () => sql`true`,
  attributes: {
    id: readOnly(column('id'), { visible: false }),
    service_type: readOnly(expression('text', sql`${routerService}::text`)),
    name: readOnly(column('name')),
    default: readOnly(expression('boolean', sql`false`)),
  },
};
