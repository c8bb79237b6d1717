import { missing, wrong } from './api-error.ts';

/** Errors of conntrack helpers of routers. */
export const conntrackHelperErrors = {
  notFound: (id: string) => missing('ConntrackHelperNotFound', `Conntrack Helper ${id} could not be found.`),
  notAllowed: (helper: string) => wrong('ConntrackHelperNotAllowed', `Conntrack Helper ${helper} is not allowed.`),
  protocol: (helper: string, protocol: string, supported: readonly string[]) =>
    wrong(
      'InvalidProtocolForHelper',
      `Conntrack Helper ${helper} does not support: ${protocol}. Supported protocols are: ${supported.join(', ')}`,
    ),
  duplicate: (values: string) =>
    wrong(
      'BadRequest',
      `Bad conntrack_helper request: A duplicate conntrack helper entry with same attributes already exists, conflicting values are ${values}.`,
    ),
} as const;
