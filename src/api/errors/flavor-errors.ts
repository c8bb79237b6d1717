import { ApiError, conflict, missing, wrong } from './api-error.ts';

/** Errors of flavors, their service profiles, and of what is asked for by a flavor. */
export const flavorErrors = {
  notFound: (id: string) => missing('FlavorNotFound', `Flavor ${id} could not be found.`),
  inUse: (id: string) => conflict('FlavorInUse', `Flavor ${id} is used by some service instance.`),
  disabled: () => new ApiError(503, 'FlavorDisabled', 'Flavor is not enabled.'),
  invalidServiceType: (type: string) => wrong('InvalidServiceType', `Invalid service type: ${type}.`),
  profileNotFound: (id: string) => missing('ServiceProfileNotFound', `Service Profile ${id} could not be found.`),
  profileInUse: (id: string) =>
    conflict('ServiceProfileInUse', `Service Profile ${id} is used by some service instance.`),
  profileEmpty: () => wrong('ServiceProfileEmpty', 'Service Profile needs either a driver or metainfo.'),
  profileDisabled: () => new ApiError(503, 'ServiceProfileDisabled', 'Service Profile is not enabled.'),
  driverNotFound: (driver: string) =>
    missing('ServiceProfileDriverNotFound', `Service Profile driver ${driver} could not be found.`),
  bindingExists: (profileId: string, flavorId: string) =>
    conflict(
      'FlavorServiceProfileBindingExists',
      `Service Profile ${profileId} is already associated with flavor ${flavorId}.`,
    ),
  bindingNotFound: (profileId: string, flavorId: string) =>
    missing(
      'FlavorServiceProfileBindingNotFound',
      `Service Profile ${profileId} is not associated with flavor ${flavorId}.`,
    ),
} as const;
