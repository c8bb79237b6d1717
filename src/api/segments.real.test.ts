/** The segments of a network as objects of their own, subnets on them, and the ranges that numbers come from. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestApi, otherProject, type TestApi, testProject } from './test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi({ network_vlan_ranges: ['rack1:100:199', 'rack2:100:199'], vni_ranges: ['1:2000'] });
});
afterAll(async () => await api?.[Symbol.asyncDispose]());

const error = (status: number, errorType: string) => ({ status, body: { NeutronError: { type: errorType } } });
const segmentOf = async (networkId: string) =>
  (await api.ask('admin', 'GET', `/v2.0/segments?network_id=${networkId}`)).body.segments[0];
const vlan = (network_id: string, physical_network: string, segmentation_id?: number) => ({
  segment: { network_id, network_type: 'vlan', physical_network, ...(segmentation_id && { segmentation_id }) },
});
const provider = (physicalNetwork: string, mtu = 1500) => ({
  network: { mtu, 'provider:network_type': 'vlan', 'provider:physical_network': physicalNetwork },
});

describe('segments', () => {
  test('come with their network, get a name, and go', async () => {
    const network = await api.make('admin', 'networks', provider('rack1'));
    const first = await segmentOf(network.id);
    expect(first).toMatchObject({
      network_type: 'vlan',
      physical_network: 'rack1',
      segmentation_id: network['provider:segmentation_id'],
      name: null,
      description: '',
      revision_number: 0,
    });
    const path = `/v2.0/segments/${first.id}`;
    const renamed = await api.ask('admin', 'PUT', path, { segment: { name: 'left', description: 'rack 1' } });
    expect(renamed.body.segment).toMatchObject({ name: 'left', description: 'rack 1', revision_number: 1 });

    const second = await api.make('admin', 'segments', vlan(network.id, 'rack2', 150));
    expect((await api.ask('admin', 'GET', `/v2.0/networks/${network.id}`)).body.network.segments).toHaveLength(2);
    expect(await api.ask('admin', 'POST', '/v2.0/segments', vlan(network.id, 'rack2', 150))).toMatchObject(
      error(409, 'VlanIdInUse'),
    );
    expect((await api.ask('admin', 'DELETE', path)).status).toBe(204);
    expect((await api.ask('admin', 'GET', `/v2.0/networks/${network.id}`)).body.network).toMatchObject({
      'provider:physical_network': 'rack2',
      'provider:segmentation_id': 150,
    });
    expect((await api.ask('admin', 'DELETE', `/v2.0/segments/${second.id}`)).status).toBe(204);
    expect((await api.ask('admin', 'GET', `/v2.0/networks/${network.id}`)).body.network).toMatchObject({
      'provider:network_type': null,
    });
    expect((await api.ask('admin', 'DELETE', `/v2.0/networks/${network.id}`)).status).toBe(204);
  });

  test('are for admins', async () => {
    const network = await api.make('member', 'networks', { network: {} });
    const { id } = await segmentOf(network.id);
    expect((await api.ask('member', 'GET', '/v2.0/segments')).body.segments).toEqual([]);
    expect(await api.ask('member', 'GET', `/v2.0/segments/${id}`)).toMatchObject(error(404, 'SegmentNotFound'));
    expect(await api.ask('member', 'POST', '/v2.0/segments', vlan(network.id, 'rack1'))).toMatchObject(
      error(403, 'PolicyNotAuthorized'),
    );
  });

  test('that cannot be are refused', async () => {
    const absent = '00000000-0000-0000-0000-00000000ffff';
    const network = await api.make('admin', 'networks', provider('rack1'));
    const refused: readonly (readonly [Record<string, unknown>, number, string])[] = [
      [vlan(absent, 'rack1'), 404, 'NetworkNotFound'],
      [vlan(network.id, 'rack9', 5), 400, 'InvalidInput'],
      [{ segment: { network_id: network.id } }, 400, 'HTTPBadRequest'],
      [{ segment: { network_id: network.id, network_type: 'vxlan' } }, 400, 'InvalidInput'],
    ];
    for (const [body, status, type] of refused) {
      expect(await api.ask('admin', 'POST', '/v2.0/segments', body)).toMatchObject(error(status, type));
    }
    expect((await api.ask('admin', 'GET', `/v2.0/segments?network_id=${network.id}`)).body.segments).toHaveLength(1);
  });

  test('twenty added at once stand in a row', async () => {
    const network = await api.make('admin', 'networks', provider('rack1'));
    const made = await Promise.all(
      Array.from({ length: 20 }, () => api.ask('admin', 'POST', '/v2.0/segments', vlan(network.id, 'rack2'))),
    );
    expect(made.map((one) => one.status)).toEqual(Array(20).fill(201));
    expect(new Set(made.map((one) => one.body.segment.segmentation_id)).size).toBe(20);
    const { segments } = (await api.ask('admin', 'GET', `/v2.0/networks/${network.id}`)).body.network;
    expect(segments).toHaveLength(21);
    expect((await api.ask('admin', 'DELETE', `/v2.0/networks/${network.id}`)).status).toBe(204);
  });
});

describe('subnets on segments', () => {
  const subnet = (network_id: string, cidr: string, segment_id?: string | null) => ({
    subnet: { network_id, ip_version: 4, cidr, ...(segment_id !== undefined && { segment_id }) },
  });

  test('reach each other by routes', async () => {
    const network = await api.make('admin', 'networks', provider('rack1'));
    const one = await segmentOf(network.id);
    const two = await api.make('admin', 'segments', vlan(network.id, 'rack2'));
    const left = await api.make('admin', 'subnets', subnet(network.id, '10.1.0.0/24', one.id));
    const right = await api.make('admin', 'subnets', subnet(network.id, '10.2.0.0/24', two.id));
    expect(left.segment_id).toBe(one.id);
    expect(right.host_routes).toEqual([{ destination: '10.1.0.0/24', nexthop: '10.2.0.1' }]);
    const routes = async (id: string) => (await api.ask('admin', 'GET', `/v2.0/subnets/${id}`)).body.subnet.host_routes;
    expect(await routes(left.id)).toEqual([{ destination: '10.2.0.0/24', nexthop: '10.1.0.1' }]);
    const moved = await api.ask('admin', 'PUT', `/v2.0/subnets/${left.id}`, { subnet: { gateway_ip: '10.1.0.254' } });
    expect(moved.body).toMatchObject(error(409, 'GatewayConflictWithAllocationPools').body);
    await api.ask('admin', 'PUT', `/v2.0/subnets/${left.id}`, {
      subnet: { gateway_ip: '10.1.0.254', allocation_pools: [{ start: '10.1.0.2', end: '10.1.0.100' }] },
    });
    expect(await routes(left.id)).toEqual([{ destination: '10.2.0.0/24', nexthop: '10.1.0.254' }]);
    expect((await api.ask('admin', 'GET', `/v2.0/networks/${network.id}`)).body.network.l2_adjacency).toBe(false);
    expect((await api.ask('member', 'GET', '/v2.0/subnets')).body.subnets).toEqual([]);

    const inUse = await api.ask('admin', 'DELETE', `/v2.0/segments/${one.id}`);
    expect(inUse.body.NeutronError).toMatchObject({
      type: 'SegmentInUse',
      message: `Segment '${one.id}' cannot be deleted: The segment is still associated with subnet(s) ${left.id}.`,
    });
    expect(await api.ask('admin', 'POST', '/v2.0/subnets', subnet(network.id, '10.3.0.0/24'))).toMatchObject(
      error(400, 'SubnetsNotAllAssociatedWithSegments'),
    );
    await api.ask('admin', 'DELETE', `/v2.0/subnets/${left.id}`);
    expect(await routes(right.id)).toEqual([]);
  });

  test('and their segment, going and coming at once, are never half there', async () => {
    for (let round = 0; round < 6; round += 1) {
      const network = await api.make('admin', 'networks', provider('rack1'));
      const { id } = await segmentOf(network.id);
      const [made, gone] = await Promise.all([
        api.ask('admin', 'POST', '/v2.0/subnets', subnet(network.id, '10.1.0.0/24', id)),
        api.ask('admin', 'DELETE', `/v2.0/segments/${id}`),
      ]);
      expect([
        [201, 409],
        [404, 204],
      ]).toContainEqual([made.status, gone.status]);
      expect((await api.ask('admin', 'DELETE', `/v2.0/networks/${network.id}`)).status).toBe(204);
    }
  });

  test('of another network, of none, and of another one later are refused', async () => {
    const network = await api.make('admin', 'networks', provider('rack1'));
    const foreign = await api.make('admin', 'networks', provider('rack2'));
    const own = await segmentOf(network.id);
    const other = await segmentOf(foreign.id);
    const absent = '00000000-0000-0000-0000-00000000ffff';
    const ask = (segmentId: string | null) =>
      api.ask('admin', 'POST', '/v2.0/subnets', subnet(network.id, '10.1.0.0/24', segmentId));
    expect(await ask(other.id)).toMatchObject(error(400, 'NetworkIdsDontMatch'));
    expect(await ask(absent)).toMatchObject(error(404, 'SegmentNotFound'));
    const made = (await ask(null)).body.subnet;
    const path = `/v2.0/subnets/${made.id}`;
    expect(await api.ask('admin', 'PUT', path, { subnet: { segment_id: other.id } })).toMatchObject(
      error(400, 'NetworkIdsDontMatch'),
    );
    const second = await api.make('admin', 'segments', vlan(network.id, 'rack2'));
    expect(await api.ask('admin', 'PUT', path, { subnet: { segment_id: own.id } })).toMatchObject(
      error(400, 'NoUpdateSubnetWhenMultipleSegmentsOnNetwork'),
    );
    await api.ask('admin', 'DELETE', `/v2.0/segments/${second.id}`);
    expect((await api.ask('admin', 'PUT', path, { subnet: { segment_id: own.id } })).body.subnet.segment_id).toBe(
      own.id,
    );
    expect(await api.ask('admin', 'PUT', path, { subnet: { segment_id: null } })).toMatchObject(
      error(400, 'SubnetSegmentAssociationChangeNotAllowed'),
    );
    const refused = await api.ask('member', 'POST', '/v2.0/subnets', subnet(network.id, '10.9.0.0/24', own.id));
    expect(refused.status).toBe(404);
  });
});

describe('network segment ranges', () => {
  const range = (more: Record<string, unknown> = {}) => ({
    network_segment_range: {
      name: 'mine',
      shared: false,
      project_id: testProject,
      network_type: 'vxlan',
      minimum: 1100,
      maximum: 1105,
      ...more,
    },
  });
  const post = (more: Record<string, unknown>) => api.ask('admin', 'POST', '/v2.0/network_segment_ranges', range(more));
  const numberOf = async (id: string) =>
    (await api.ask('admin', 'GET', `/v2.0/networks/${id}`)).body.network['provider:segmentation_id'];

  test('the configuration gives the default ones, which stay', async () => {
    const { body } = await api.ask('admin', 'GET', '/v2.0/network_segment_ranges?network_type=vxlan');
    const [own] = body.network_segment_ranges;
    expect(own).toMatchObject({ default: true, shared: true, project_id: null, minimum: 1, maximum: 2000 });
    expect(own.available.length + Object.keys(own.used).length).toBe(2000);
    const path = `/v2.0/network_segment_ranges/${own.id}`;
    expect(await api.ask('admin', 'DELETE', path)).toMatchObject(error(400, 'NetworkSegmentRangeDefaultReadOnly'));
    expect(await api.ask('admin', 'PUT', path, { network_segment_range: { name: 'x' } })).toMatchObject(
      error(400, 'NetworkSegmentRangeDefaultReadOnly'),
    );
    expect((await api.ask('admin', 'GET', '/v2.0/network-segment-ranges')).body).toEqual(
      (await api.ask('admin', 'GET', '/v2.0/network_segment_ranges')).body,
    );
    expect((await api.ask('member', 'GET', '/v2.0/network_segment_ranges')).body.network_segment_ranges).toEqual([]);
    expect(await api.ask('member', 'GET', path)).toMatchObject(error(404, 'NetworkSegmentRangeNotFound'));
    expect(await api.ask('member', 'POST', '/v2.0/network_segment_ranges', range())).toMatchObject(
      error(403, 'PolicyNotAuthorized'),
    );
  });

  test('a project draws from its own first, and others never do', async () => {
    const mine = await api.make('admin', 'network_segment_ranges', range({ tags: ['lab'] }));
    expect(mine).toMatchObject({ default: false, shared: false, physical_network: null, used: {}, tags: ['lab'] });
    const made = await Promise.all(Array.from({ length: 8 }, () => api.make('member', 'networks', { network: {} })));
    const numbers = await Promise.all(made.map((one) => numberOf(one.id)));
    const inside = (one: number) => one >= 1100 && one <= 1105;
    expect(numbers.filter(inside)).toHaveLength(6);
    const theirs = await api.make('other', 'networks', { network: {} });
    expect(inside(await numberOf(theirs.id))).toBe(false);

    const path = `/v2.0/network_segment_ranges/${mine.id}`;
    const { body } = await api.ask('admin', 'GET', path);
    expect(Object.values(body.network_segment_range.used)).toEqual(Array(6).fill(testProject));
    expect(body.network_segment_range.available).toEqual([]);
    expect(await api.ask('admin', 'DELETE', path)).toMatchObject(error(409, 'NetworkSegmentRangeReferencedByProject'));
    const onto = { network_segment_range: { name: 'n', minimum: 1100, maximum: 1155 } };
    expect(await api.ask('admin', 'PUT', path, onto)).toMatchObject(
      error(409, 'NetworkSegmentRangeReferencedByProject'),
    );
    for (const one of made) await api.ask('member', 'DELETE', `/v2.0/networks/${one.id}`);
    const wider = { network_segment_range: { name: 'wider', minimum: 1050, maximum: 1155 } };
    expect((await api.ask('admin', 'PUT', path, wider)).body.network_segment_range).toMatchObject({
      name: 'wider',
      minimum: 1050,
      maximum: 1155,
      revision_number: 1,
    });
    expect((await api.ask('admin', 'DELETE', path)).status).toBe(204);
  });

  test('ranges that overlap are refused, however many come at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        post({ minimum: 5000 + index, maximum: 5100, project_id: otherProject }),
      ),
    );
    expect(answers.filter((one) => one.status === 201)).toHaveLength(1);
    for (const one of answers.filter((other) => other.status !== 201)) {
      expect(one).toMatchObject(error(409, 'NetworkSegmentRangeOverlaps'));
    }
  });

  test.each([
    [{ minimum: 9, maximum: 8 }, 'NetworkTunnelRangeError'],
    [{ minimum: 1, maximum: 2 ** 24 }, 'NetworkTunnelRangeError'],
    [{ network_type: 'vlan' }, 'BadRequest'],
    [{ network_type: 'vlan', physical_network: 'rack1', minimum: 1, maximum: 4095 }, 'NetworkVlanRangeError'],
    [{ network_type: 'flat' }, 'HTTPBadRequest'],
    [{ minimum: 0 }, 'HTTPBadRequest'],
  ])('%j is refused', async (more, type) => {
    expect(await post(more)).toMatchObject(error(400, type));
  });
});
