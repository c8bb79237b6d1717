/** Counts of addresses as numbers: a /64 has more of them than a number of JavaScript can say, so the database tells texts. */
import { asText, isList, isObject, type Json } from '../engine/json.ts';

/** `"254"` as 254. */
export function toCount(text: Json): Json {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(asText(text));
}

/** An object of nothing but counts. */
export function toCounts(counts: Json): Json {
  if (!isObject(counts)) return counts;
  return Object.fromEntries(Object.entries(counts).map(([name, text]) => [name, toCount(text)]));
}

/** `subnet_ip_availability`. */
export function toSubnetCounts(subnets: Json): Json {
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
