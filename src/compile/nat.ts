import type { Ruleset } from '../host/host-state.ts';
import type { FloatingIp, ForwardingIp } from '../model/share.ts';
import { forwardingRules } from './port-forwardings.ts';
import { wrappedChains } from './wrapped-chains.ts';

/** A router's device with its addresses (`10.0.0.1/24`). */
export interface RouterDevice {
  readonly name: string;
  readonly addresses: readonly string[];
}

export interface RouterRulesInput {
  readonly interfaces: readonly RouterDevice[];
  readonly gateway: RouterDevice | undefined;
  readonly enableSnat: boolean;
  readonly floatingIps: readonly FloatingIp[];
  readonly forwardingIps: readonly ForwardingIp[];
}

/** Prefix of the chains of the L3 agent, as Neutron names them. */
const L3_AGENT = 'neutron-l3-agent';

/** Mark of what came in by the gateway, in the lower half of the mark. */
const FROM_GATEWAY = '0x2/0xffff';
/** Mark of the default address scope, in the upper half: only what comes from it may go into a network of it. */
const SCOPE = '0x4000000/0xffff0000';
const SCOPE_UNSET = '0x0/0xffff0000';
const SAVE_SCOPE = '-j CONNMARK --save-mark --nfmask 0xffff0000 --ctmask 0xffff0000';
const RESTORE_SCOPE = `-m connmark ! --mark ${SCOPE_UNSET} -j CONNMARK --restore-mark --nfmask 0xffff0000 --ctmask 0xffff0000`;

/** The rules of a router's namespace: source NAT with the router's address, floating IPs before it, address scopes. */
export function routerRules(input: RouterRulesInput): { readonly ipv4: Ruleset; readonly ipv6: Ruleset } {
  const { gateway } = input;
  return {
    ipv4: wrappedChains(L3_AGENT, {
      raw: {},
      mangle: {
        PREROUTING: [`-j ${L3_AGENT}-mark`, `-j ${L3_AGENT}-scope`, RESTORE_SCOPE, `-j ${L3_AGENT}-floatingip`],
        POSTROUTING:
          gateway === undefined ? [] : [`-o ${gateway.name} -m connmark --mark ${SCOPE_UNSET} ${SAVE_SCOPE}`],
        'float-snat': [`-m connmark --mark ${SCOPE_UNSET} ${SAVE_SCOPE}`],
        floatingip: [],
        mark: gateway === undefined ? [] : [`-i ${gateway.name} -j MARK --set-xmark ${FROM_GATEWAY}`],
        scope: scopeMarks(input, 4),
      },
      nat: natChains(input),
      filter: { FORWARD: [`-j ${L3_AGENT}-scope`], scope: scopeGuards(input, 4) },
    }),
    ipv6: wrappedChains(L3_AGENT, {
      raw: {},
      mangle: { PREROUTING: [`-j ${L3_AGENT}-scope`, RESTORE_SCOPE], scope: scopeMarks(input, 6) },
      filter: { FORWARD: [`-j ${L3_AGENT}-scope`], scope: scopeGuards(input, 6) },
    }),
  };
}

function natChains({ gateway, enableSnat, floatingIps, forwardingIps }: RouterRulesInput) {
  const dnat = floatingIps.map(
    ({ floatingIpAddress, fixedIpAddress }) => `-d ${floatingIpAddress}/32 -j DNAT --to-destination ${fixedIpAddress}`,
  );
  const routerIp = gateway?.addresses.find((address) => !address.includes(':'))?.split('/')[0];
  const snat = `-j SNAT --to-source ${routerIp} --random-fully`;
  const hasAddress = gateway !== undefined && routerIp !== undefined;
  return {
    PREROUTING: [...dnat, `-j ${L3_AGENT}-fip-pf`],
    'fip-pf': forwardingRules(forwardingIps),
    OUTPUT: dnat,
    // Between networks of the router nothing is translated.
    POSTROUTING: hasAddress ? [`! -o ${gateway.name} -m conntrack ! --ctstate DNAT -j ACCEPT`] : [],
    'float-snat': floatingIps.map(
      ({ floatingIpAddress, fixedIpAddress }) =>
        `-s ${fixedIpAddress}/32 -j SNAT --to-source ${floatingIpAddress} --random-fully`,
    ),
    snat: [
      `-j ${L3_AGENT}-float-snat`,
      ...(hasAddress && enableSnat ? [`-o ${gateway.name} ${snat}`] : []),
      // What went from inside to a floating IP must come back through the router, which knows the fixed IP behind it.
      ...(hasAddress ? [`-m mark ! --mark ${FROM_GATEWAY} -m conntrack --ctstate DNAT ${snat}`] : []),
    ],
  };
}

function scopeMarks({ interfaces, gateway }: RouterRulesInput, version: 4 | 6): readonly string[] {
  return [...interfaces, ...(gateway === undefined ? [] : [gateway])]
    .filter((one) => carries(one, version))
    .map(({ name }) => `-i ${name} -j MARK --set-xmark ${SCOPE}`);
}

function scopeGuards({ interfaces }: RouterRulesInput, version: 4 | 6): readonly string[] {
  return interfaces
    .filter((one) => carries(one, version))
    .map(({ name }) => `-o ${name} -m mark ! --mark ${SCOPE} -j DROP`);
}

function carries({ addresses }: RouterDevice, version: 4 | 6): boolean {
  return addresses.some((address) => address.includes(':') === (version === 6));
}
