import { describe, expect, test } from 'vitest';
import { observedModel } from '../../test/neutron-21/model.ts';
import { observedStates } from '../../test/neutron-21/observed.ts';
import { renderLine } from './render.ts';
import { addressedFrom, resolveEndpoint } from './resolve.ts';
import { walk } from './walk.ts';

const states = observedStates();
const model = observedModel(states);

function line(from: string, to: string, destinationPort?: number) {
  const [start, end] = [resolveEndpoint(model, from), resolveEndpoint(model, to)];
  if (start.kind !== 'found' || end.kind !== 'found') throw new Error('not known');
  const target = addressedFrom(start.endpoint, end.endpoint);
  const service =
    destinationPort === undefined ? { protocol: 'icmp' as const } : { protocol: 'tcp' as const, destinationPort };
  return walk(states, { from: start.endpoint, to: target, model, ...service });
}

describe('renderLine()', () => {
  test('prints one hop a line, in columns', () => {
    expect(renderLine(line('vm1', '203.0.113.1'))).toMatchInlineSnapshot(`
      "vm1 10.0.0.69 -> 203.0.113.1 icmp   arrives, as 203.0.113.185   15 letters, cmp1 -> net1

       A  cmp1  vm vm1                 eth0            10.0.0.69 -> 203.0.113.1, to gateway 10.0.0.1 at fa:16:3e:b3:c7:91
       B  cmp1  bridge qbr5afb5e46-37  tap5afb5e46-37  may leave: any                                                      iptables neutron-openvswi-o5afb5e46-3
       C  cmp1  bridge qbr5afb5e46-37  qvb5afb5e46-37  ── veth
       D  cmp1  br-int                 qvo5afb5e46-37  into local VLAN 2                                                   table 25: source MAC is the port’s
       E  cmp1  br-int                 patch-tun       ── patch-int
       F  cmp1  br-tun                 patch-int       VLAN 2 becomes VNI 15578                                            table 20: fa:16:3e:b3:c7:91 is behind 10.98.0.11
       G  cmp1  br-tun                 vxlan-0a62000b  10.98.0.21 ══ VXLAN 15578 ══> 10.98.0.11                            by br-phy, MTU 1500 holds 134
       H  net1  br-tun                 vxlan-0a620015  VNI 15578 becomes VLAN 1                                            table 4
       I  net1  br-tun                 patch-int       ── patch-tun
       J  net1  br-int                 patch-tun       to qr-243b9d3a-c4, in VLAN 1                                        NORMAL: MAC learned on qr-243b9d3a-c4
       M  net1  qrouter-f1c1cc81…      qr-243b9d3a-c4  route: 203.0.113.0/24 dev qg-3b0f3779-10                            its MAC fa:16:3e:b3:c7:91
          net1  qrouter-f1c1cc81…      nat             10.0.0.69 -> 203.0.113.185                                          neutron-l3-agent-float-snat (floating IP)
       N  net1  qrouter-f1c1cc81…      qg-3b0f3779-10  to 203.0.113.1 at the MAC that it answers with                      outside
       O  net1  br-int                 int-br-ex       ── phy-br-ex
       P  net1  br-ex                  phy-br-ex       VLAN 3 becomes untagged                                             NORMAL: floods the VLAN
       Q  net1  br-ex                  ext0            out by ext0

       taken for granted: 203.0.113.1 is outside and answers ARP
      "
    `);
  });

  test('says why a packet dies and what would mend it', () => {
    const text = renderLine(line('203.0.113.1', 'vm1', 443));
    expect(text).toContain('203.0.113.1 -> vm1 203.0.113.185 tcp 443   stops at B on cmp1: SG_NO_MATCH');
    expect(text).toContain(
      ' ✗ B cmp1  no ingress rule of groups [web] lets tcp 443 in from 203.0.113.1; nearest: tcp 22;',
    );
    expect(text).toContain('   mend: openstack security group rule create web --ingress');
  });

  test('shows the commands when asked to explain', () => {
    const text = renderLine(line('vm1', 'vm3'), { explain: true });
    expect(text).toContain('      $ ovs-ofctl --names dump-flows br-tun table=20\n');
    expect(text).toContain(
      'dl_vlan=2,dl_dst=fa:16:3e:2d:2d:62 actions=pop_vlan,set_field:0x3cda->tun_id,output:"vxlan-0a620016"',
    );
    expect(text).toContain('      $ iptables -S neutron-openvswi-i48f78507-7\n');
  });

  test('colours only when asked for', () => {
    expect(renderLine(line('vm1', 'vm3'))).not.toContain('\u001b');
    expect(renderLine(line('vm1', 'vm3'), { colour: true })).toContain('\u001b[32marrives\u001b[0m');
  });
});
