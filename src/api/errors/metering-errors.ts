import { conflict, missing, wrong } from './api-error.ts';

/** Errors of metering labels and their rules. */
export const meteringErrors = {
  labelNotFound: (id: string) => missing('MeteringLabelNotFound', `Metering label '${id}' does not exist.`),
  ruleNotFound: (id: string) => missing('MeteringLabelRuleNotFound', `Metering label rule '${id}' does not exist.`),
  overlaps: (prefix: string) =>
    conflict('MeteringLabelRuleOverlaps', `Metering label rule with remote_ip_prefix '${prefix}' overlaps another.`),
  remoteWithOther: () =>
    wrong(
      'Invalid',
      "Cannot use 'remote-ip-prefix' in conjunction with 'source-ip-prefix' or 'destination-ip-prefix'.",
    ),
  prefixRequired: () =>
    wrong(
      'Invalid',
      "You must define at least one of the following parameters 'remote_ip_prefix', or 'source_ip_prefix' or 'destination_ip_prefix'.",
    ),
} as const;
