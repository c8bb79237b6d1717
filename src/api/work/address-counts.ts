/** Counts of addresses as numbers: a /64 has more of them than a number of JavaScript can say, so the database tells texts. */
import { asText, isList, isObject, type Json } from '../engine/json.ts';
import type { Row } from '../engine/resource.ts';

/** `"254"` as 254. */
function toCount(text: Json): Json {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(asText(text));
}

/** An object of nothing but counts. */
function toCounts(counts: Json): Json {
  if (!isObject(counts)) return counts;
  return Object.fromEntries(Object.entries(counts).map(([name, text]) => [name, toCount(text)]));
}

/** `subnet_ip_availability`. */
function toSubnetCounts(subnets: Json): Json {
  if (!isList(subnets)) return subnets;
  return subnets.map((subnet) => {
    if (!isObject(subnet)) return subnet;
    return {
      ...subnet,
      used_ips: toCount(subnet['used_ips'] ?? 0),
      total_ips: toCount(subnet['total_ips'] ?? 0),
      ip_availability_details: toCounts(subnet['ip_availability_details'] ?? {}),
    };
  });
}

const conversions: Readonly<Record<string, (value: Json) => Json>> = {
  used_ips: toCount,
  total_ips: toCount,
  ip_availability_details: toCounts,
  subnet_ip_availability: toSubnetCounts,
};

/** The availability of a network, as far as it was asked for. */
export function withCounts(row: Row): Row {
  const converted = Object.entries(row).map(([name, value]) => [name, conversions[name]?.(value) ?? value]);
  return { ...row, ...Object.fromEntries(converted) };
}
