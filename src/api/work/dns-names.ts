/** Names in the DNS, as floating IPs have them: a host's below a domain that is whole. */
import { type Validator, validator } from '../engine/validators.ts';

const maximumLength = 255;
const label = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/i;

/** `type:fip_dns_host_name`: without the dot that makes a name whole, and short enough for a domain behind it. */
export const relativeName = dnsName('type:fip_dns_host_name', maximumLength - 3, (name) =>
  name.endsWith('.') ? `'${name}' is a FQDN. It should be a relative domain name` : null,
);

/** `type:dns_domain_name`: ends with a dot, and leaves room for a host's name before it. */
export const absoluteName = dnsName('type:dns_domain_name', maximumLength - 2, (name) =>
  name.endsWith('.') ? null : `'${name}' is not a FQDN`,
);

function dnsName(type: string, maximum: number, form: (name: string) => string | null): Validator {
  return validator(type, { type: 'string', maxLength: maximum }, (value) => {
    if (typeof value !== 'string') return `'${String(value)}' is not a valid string`;
    if (value === '') return null;
    const wrong = form(value);
    if (wrong !== null) return wrong;
    const labels = value.replace(/\.$/, '').split('.');
    if (!labels.every((one) => label.test(one))) return `'${value}' not a valid PQDN or FQDN`;
    return value.length > maximum ? `'${value}' exceeds the ${maximum} character FQDN limit` : null;
  });
}
