#!/usr/bin/python3
"""Walks a server with OpenStack's own clients, Debian's `openstack` command and openstacksdk, as a user would.

Reads the usual OS_* variables. Every step asks for one thing and checks what came back. Prints a line a step and, at the end,
`N passed, N failed`. The command runs in this process, because starting it anew takes two seconds a step.
"""
import contextlib
import io
import json
import sys
import traceback
import uuid

import openstack
from openstack import exceptions
from openstackclient import shell

passed, failed = 0, []


def step(name, work):
    global passed
    try:
        result = work()
        if result is False:
            raise AssertionError('the answer is not the expected one')
        passed += 1
        print(f'ok    {name}', flush=True)
        return result
    except (Exception, SystemExit) as error:  # every failure is a finding, the walk goes on
        failed.append(name)
        print(f'FAIL  {name}: {type(error).__name__}: {str(error)[:500]}', flush=True)
        return None


def command(*words, fails=False, want=None):
    """One `openstack` command; returns its JSON where it has some. `want` checks it."""

    def run():
        out, err = io.StringIO(), io.StringIO()
        shows = words[-1] != '--silent'
        words_given = words if shows else words[:-1]
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                status = shell.OpenStackShell().run([*words_given, *(['-f', 'json'] if shows and not fails else [])])
            except SystemExit as stop:
                status = stop.code
            except Exception:
                traceback.print_exc(file=err)
                status = 1
        if bool(status) != fails:
            raise AssertionError(f'exit status {status}: {err.getvalue().strip()[-400:]}')
        if fails or not shows:
            return True
        data = json.loads(out.getvalue())
        if want is not None and not want(data):
            raise AssertionError(f'unexpected: {json.dumps(data)[:400]}')
        return data if data not in (None, False) else True

    return step('openstack ' + ' '.join(words), run)


def command_line(p):
    """The `openstack` command, from a token to a floating IP and back to nothing."""
    command('token', 'issue', want=lambda d: d['project_id'] and d['user_id'])
    command('catalog', 'list', want=lambda d: {'network', 'identity'} <= {s['Type'] for s in d})
    command('versions', 'show', '--service', 'network', want=lambda d: d[0]['Version'] == '2.0')
    command('extension', 'list', '--network', want=lambda d: {'router', 'security-group'} <= {e['Alias'] for e in d})
    command('network', 'create', f'{p}-ext', '--external', '--provider-network-type', 'flat', '--provider-physical-network', p,
            want=lambda d: d['router:external'] and d['provider:network_type'] == 'flat')
    command('subnet', 'create', f'{p}-ext', '--network', f'{p}-ext', '--subnet-range', '203.0.113.0/24', '--no-dhcp',
            '--gateway', '203.0.113.1', want=lambda d: d['enable_dhcp'] is False)
    command('network', 'create', f'{p}-net', '--description', 'a walk', want=lambda d: d['mtu'] == 1450 and d['status'] == 'ACTIVE')
    command('network', 'set', f'{p}-net', '--tag', p, '--silent')
    command('network', 'list', '--tags', p, '--long', want=lambda d: len(d) == 1)
    command('network', 'list', '--external', want=lambda d: f'{p}-ext' in [n['Name'] for n in d])
    command('subnet', 'create', f'{p}-sub', '--network', f'{p}-net', '--subnet-range', '10.77.0.0/24', '--dns-nameserver',
            '9.9.9.9', '--host-route', 'destination=10.99.0.0/16,gateway=10.77.0.254',
            want=lambda d: d['gateway_ip'] == '10.77.0.1' and d['allocation_pools'][0]['start'] == '10.77.0.2')
    command('subnet', 'create', f'{p}-again', '--network', f'{p}-net', '--subnet-range', '10.77.0.0/25', fails=True)
    command('subnet', 'list', '--network', f'{p}-net', want=lambda d: len(d) == 1)
    command('router', 'create', f'{p}-router', want=lambda d: d['status'] == 'ACTIVE')
    command('router', 'set', f'{p}-router', '--external-gateway', f'{p}-ext', '--silent')
    command('router', 'add', 'subnet', f'{p}-router', f'{p}-sub', '--silent')
    command('router', 'add', 'subnet', f'{p}-router', f'{p}-sub', fails=True)
    command('router', 'show', f'{p}-router', want=lambda d: len(d['interfaces_info']) == 1 and d['external_gateway_info']['enable_snat'])
    command('security', 'group', 'create', f'{p}-sg', want=lambda d: len(d['rules']) == 2)
    rule = ['security', 'group', 'rule', 'create', f'{p}-sg', '--protocol', 'tcp', '--dst-port', '22', '--remote-ip', '10.0.0.0/8']
    command(*rule, want=lambda d: d['port_range_min'] == 22)
    command(*rule, fails=True)
    command('security', 'group', 'rule', 'create', f'{p}-sg', '--protocol', 'icmp', '--remote-group', f'{p}-sg')
    command('security', 'group', 'rule', 'list', f'{p}-sg', want=lambda d: len(d) == 4)
    port = command('port', 'create', f'{p}-port', '--network', f'{p}-net', '--fixed-ip', f'subnet={p}-sub,ip-address=10.77.0.10',
                   '--security-group', f'{p}-sg', '--allowed-address', 'ip-address=10.77.0.99',
                   want=lambda d: d['status'] == 'DOWN' and d['fixed_ips'][0]['ip_address'] == '10.77.0.10')
    command('port', 'create', f'{p}-twice', '--network', f'{p}-net', '--fixed-ip', f'subnet={p}-sub,ip-address=10.77.0.10', fails=True)
    command('port', 'set', f'{p}-port', '--description', 'renamed', '--silent')
    command('port', 'show', f'{p}-port', want=lambda d: d['description'] == 'renamed' and d['revision_number'] > port['revision_number'])
    command('port', 'list', '--fixed-ip', 'ip-address=10.77.0.10', want=lambda d: len(d) == 1)
    command('floating', 'ip', 'create', f'{p}-ext', '--port', f'{p}-port', want=lambda d: d['fixed_ip_address'] == '10.77.0.10')
    floating = command('floating', 'ip', 'list', '--port', f'{p}-port', want=lambda d: len(d) == 1)
    command('router', 'remove', 'subnet', f'{p}-router', f'{p}-sub', fails=True)
    command('network', 'delete', f'{p}-net', fails=True)
    command('network', 'agent', 'list')
    command('network', 'show', f'{p}-nowhere', fails=True)
    command('floating', 'ip', 'delete', floating[0]['ID'] if floating else 'none', '--silent')
    command('port', 'delete', f'{p}-port', '--silent')
    command('router', 'remove', 'subnet', f'{p}-router', f'{p}-sub', '--silent')
    command('router', 'unset', f'{p}-router', '--external-gateway', '--silent')
    command('router', 'delete', f'{p}-router', '--silent')
    command('security', 'group', 'delete', f'{p}-sg', '--silent')
    command('network', 'delete', f'{p}-net', f'{p}-ext', '--silent')


def sdk(p):
    """openstacksdk: the same objects, filters, paging, bulk creation and the classes of its errors."""
    cloud = openstack.connect()
    network = cloud.network

    def refused(kind, work, *args, **kwargs):
        try:
            work(*args, **kwargs)
        except kind:
            return True
        return False

    net = step('sdk: create network', lambda: network.create_network(name=p))
    sub = step('sdk: create subnet', lambda: network.create_subnet(network_id=net.id, ip_version=4, cidr='10.88.0.0/24', name=p))
    step('sdk: overlapping subnet is refused', lambda: refused(
        exceptions.BadRequestException, network.create_subnet, network_id=net.id, ip_version=4, cidr='10.88.0.0/25'))
    step('sdk: address outside the subnet is refused', lambda: refused(
        exceptions.BadRequestException, network.create_port, network_id=net.id, fixed_ips=[{'ip_address': '10.89.0.1'}]))
    ports = step('sdk: bulk create', lambda: list(network.create_ports([{'network_id': net.id, 'name': f'{p}-{i}'} for i in range(5)])))
    step('sdk: five addresses, all different', lambda: len({q.fixed_ips[0]['ip_address'] for q in ports}) == 5)
    step('sdk: paging', lambda: len(list(network.ports(network_id=net.id, limit=2))) >= 5)
    step('sdk: filter by name', lambda: [q.name for q in network.ports(name=f'{p}-3')] == [f'{p}-3'])
    step('sdk: sort', lambda: [q['name'] for q in network.get(
        f'/ports?network_id={net.id}&device_owner=&sort_key=name&sort_dir=desc').json()['ports']] == [f'{p}-{i}' for i in (4, 3, 2, 1, 0)])
    step('sdk: find', lambda: network.find_port(f'{p}-1', ignore_missing=False).id == ports[1].id)
    step('sdk: missing is not found', lambda: refused(exceptions.ResourceNotFound, network.get_network, str(uuid.uuid4())))
    step('sdk: update', lambda: network.update_port(ports[0], name='renamed').name == 'renamed')
    step('sdk: stale revision is refused', lambda: refused(
        exceptions.PreconditionFailedException, network.update_port, ports[0].id, if_revision=0, name='late'))
    step('sdk: quota', lambda: network.get_quota(cloud.current_project_id).ports > 0)
    group = step('sdk: security group', lambda: network.create_security_group(name=p))
    step('sdk: rule', lambda: network.create_security_group_rule(
        security_group_id=group.id, direction='ingress', ether_type='IPv4', protocol='tcp', port_range_min=80, port_range_max=80).id)
    step('sdk: group in use is refused', lambda: (
        network.update_port(ports[1], security_groups=[group.id]),
        refused(exceptions.ConflictException, network.delete_security_group, group, ignore_missing=False))[1])
    for q in ports or []:
        step('sdk: delete port', lambda q=q: network.delete_port(q, ignore_missing=False) is None)
    step('sdk: delete group', lambda: network.delete_security_group(group, ignore_missing=False) is None)
    step('sdk: delete subnet', lambda: network.delete_subnet(sub, ignore_missing=False) is None)
    step('sdk: delete network', lambda: network.delete_network(net, ignore_missing=False) is None)


if __name__ == '__main__':
    prefix = f'walk{uuid.uuid4().hex[:6]}'
    command_line(prefix)
    sdk(prefix)
    print(f'{passed} passed, {len(failed)} failed')
    sys.exit(1 if failed else 0)
