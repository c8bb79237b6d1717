import { ApiError, conflict, missing } from './api-error.ts';

/** Errors of taps. The two spaces are those of Tap as a Service. */
export const tapErrors = {
  serviceNotFound: (id: string) => missing('TapServiceNotFound', `Tap Service  ${id} does not exist`),
  flowNotFound: (id: string) => missing('TapFlowNotFound', `Tap Flow  ${id} does not exist`),
  mirrorNotFound: (id: string) => missing('TapMirrorNotFound', `Tap Mirror  ${id} does not exist`),
  sourceNotFound: (id: string) => missing('InvalidSourcePort', `Source Port  ${id} does not exist`),
  portOfOtherProject: () =>
    new ApiError(403, 'PortDoesNotBelongToTenant', 'The specified port does not belong to the tenant'),
  serviceOfOtherProject: () =>
    new ApiError(403, 'TapServiceNotBelongToTenant', 'Specified Tap Service does not belong to the tenant'),
  tunnelInUse: () =>
    conflict('TapMirrorTunnelConflict', 'The tunnel ID of the Tap Mirror is in use at the same remote IP.'),
} as const;
