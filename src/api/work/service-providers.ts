/** Who makes routers, as Neutron names them; a flavor names one by its driver. */
export interface ServiceProvider {
  readonly name: string;
  readonly driver: string;
  /** What the routers that it makes are. */
  readonly distributed: boolean;
  readonly ha: boolean;
}

/** The service that routers are. */
export const routerService = 'L3_ROUTER_NAT';

const driver = (module: string, name: string) => `neutron.services.l3_router.service_providers.${module}.${name}`;

export const serviceProviders: readonly ServiceProvider[] = [
  { name: 'dvrha', driver: driver('dvrha', 'DvrHaDriver'), distributed: true, ha: true },
  { name: 'dvr', driver: driver('dvr', 'DvrDriver'), distributed: true, ha: false },
  { name: 'ha', driver: driver('ha', 'HaDriver'), distributed: false, ha: true },
  { name: 'single_node', driver: driver('single_node', 'SingleNodeDriver'), distributed: false, ha: false },
];

/** The provider that the first enabled profile of a flavor names. */
export function providerOf(driverName: string): ServiceProvider | undefined {
  return serviceProviders.find((one) => one.driver === driverName);
}
