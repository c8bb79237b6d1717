/** Names of the DNS, as Neutron's validators take them (RFC 1123, section 2.1; RFC 1034 for the dot at the end). */
import { asText } from './json.ts';
import { type Validator, validator } from './validators.ts';

const label = /^[a-z0-9-]{1,63}$/i;

/** `type:dns_domain_name`. An empty text is none. */
export function dnsDomainName(maximum: number): Validator {
  return validator('type:dns_domain_name', { type: 'string', maxLength: maximum }, (value) => {
    if (typeof value !== 'string') return `'${asText(value)}' is not a valid string`;
    const reason = value === '' ? null : formReason(value.replace(/\.$/, ''), maximum);
    return reason === null ? null : `'${value}' not a valid PQDN or FQDN. Reason: ${reason}`;
  });
}

function formReason(name: string, maximum: number): string | null {
  if (name.length > maximum) return `'${name}' exceeds the ${maximum} character FQDN limit`;
  const labels = name.split('.');
  for (const one of labels) {
    if (one === '') return 'Encountered an empty component';
    if (one.startsWith('-') || one.endsWith('-')) return `Name '${one}' must not start or end with a hyphen`;
    if (!label.test(one)) {
      return `Name '${one}' must be 1-63 characters long, each of which can only be alphanumeric or a hyphen`;
    }
  }
  const last = labels.at(-1) ?? '';
  return labels.length > 1 && /^\d+$/.test(last) ? `TLD '${last}' must not be all numeric` : null;
}
