import { describe, expect, test } from 'vitest';
import { observedModel } from '../../test/neutron-21/model.ts';
import { observedStates } from '../../test/neutron-21/observed.ts';
import { addressedFrom, resolveEndpoint } from './resolve.ts';

const model = observedModel(observedStates());
const vm1 = '5afb5e46-3713-4499-ac44-f56fc4bbcf9d';

function found(text: string, network?: string) {
  const resolution = resolveEndpoint(model, text, network);
  if (resolution.kind !== 'found') throw new Error(resolution.message);
  return resolution.endpoint;
}

describe('resolveEndpoint()', () => {
  test.each([
    vm1,
    '5afb5e46',
    'vm1',
    'fa:16:3e:5a:ba:7c',
    'FA:16:3E:5A:BA:7C',
    '10.0.0.69',
    'tap5afb5e46-37',
    '203.0.113.185',
  ])('finds vm1 by %s', (text) => {
    expect(found(text)).toMatchObject({
      kind: 'port',
      name: 'vm1',
      portId: vm1,
      ipAddress: '10.0.0.69',
      floatingIpAddress: '203.0.113.185',
      host: 'cmp1',
      device: 'tap5afb5e46-37',
    });
  });

  test('means a port by the address that was named', () => {
    expect(found('203.0.113.185')).toMatchObject({ address: '203.0.113.185' });
    expect(found('vm1')).toMatchObject({ address: '10.0.0.69' });
    expect(addressedFrom(found('8.8.8.8'), found('vm1'))).toMatchObject({ address: '203.0.113.185' });
    expect(addressedFrom(found('vm2'), found('vm1'))).toMatchObject({ address: '10.0.0.69' });
  });

  test('finds the port that may use an allowed address', () => {
    expect(found('10.0.0.200')).toMatchObject({ name: 'vm4', ipAddress: '10.0.0.200' });
  });

  test('knows routers’ and DHCP servers’ devices', () => {
    expect(found('10.0.0.1')).toMatchObject({ device: 'qr-243b9d3a-c4', host: 'net1' });
    expect(found('10.0.0.2')).toMatchObject({ device: 'tapaf446c29-ff', deviceOwner: 'network:dhcp' });
  });

  test('takes any other address for outside', () => {
    expect(found('8.8.8.8')).toEqual({ kind: 'outside', name: '8.8.8.8', ipAddress: '8.8.8.8' });
    expect(found('203.0.113.1')).toMatchObject({ kind: 'outside' });
  });

  test('says who is there, when a tenant’s address is nobody’s', () => {
    expect(resolveEndpoint(model, '10.0.0.77')).toMatchObject({
      kind: 'unclear',
      message: expect.stringContaining('no port has 10.0.0.77'),
      candidates: expect.arrayContaining([expect.stringContaining('vm1 10.0.0.69 on private')]),
    });
  });

  test('lists what a name could mean', () => {
    const twice = {
      ...model,
      ports: model.ports.map((port) => (port.name === 'vm2' ? { ...port, name: 'vm1' } : port)),
    };
    expect(resolveEndpoint(twice, 'vm1')).toMatchObject({
      kind: 'unclear',
      candidates: [expect.any(String), expect.any(String)],
    });
    expect(resolveEndpoint(model, 'vm')).toMatchObject({
      kind: 'unclear',
      candidates: expect.arrayContaining([expect.stringContaining('vm3')]),
    });
    expect(resolveEndpoint(model, 'vm1', 'isolated')).toMatchObject({ kind: 'unclear' });
    expect(resolveEndpoint(model, 'vm1', 'nothing')).toMatchObject({ kind: 'unclear', message: 'no network nothing' });
  });
});
