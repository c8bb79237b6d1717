#!/usr/bin/python3
"""A user's walk with the real `openstack` command: every step is one command, whose exit status, columns and values are checked.

The command runs in this process, because starting it anew takes two seconds a step.
"""
import contextlib
import io
import json
import os
import re
import traceback
import uuid

from openstackclient import shell
from walk import Walk

walk = Walk()
P = f'walk{uuid.uuid4().hex[:6]}'
UUID = re.compile(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}')
PROJECT = os.environ.get('OS_PROJECT_NAME', 'admin')

NETWORK = ['id', 'name', 'status', 'subnets', 'admin_state_up', 'shared', 'mtu', 'port_security_enabled', 'router:external', 'project_id',
           'created_at', 'updated_at', 'revision_number', 'tags', 'availability_zones', 'availability_zone_hints']
SUBNET = ['id', 'cidr', 'gateway_ip', 'allocation_pools', 'dns_nameservers', 'host_routes', 'enable_dhcp', 'ip_version', 'network_id',
          'revision_number', 'service_types', 'segment_id', 'subnetpool_id']
PORT = ['id', 'name', 'network_id', 'mac_address', 'fixed_ips', 'device_id', 'device_owner', 'status', 'security_group_ids',
        'allowed_address_pairs', 'port_security_enabled', 'binding_vnic_type', 'extra_dhcp_opts', 'tags', 'revision_number']


def run(words):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = shell.OpenStackShell().run(words)
        except SystemExit as stop:
            status = stop.code
        except Exception:
            traceback.print_exc(file=err)
            status = 1
    return status or 0, out.getvalue(), err.getvalue()


def command(text, columns=None, rows=None, want=None, fails=False):
    """One command. `columns` must be in its JSON output, a list has at least `rows` rows, and `want` holds for the output."""
    words = text.split()

    def work():
        status, out, err = run([*words, *(['-f', 'json'] if columns is not None else [])])
        if bool(status) != fails:
            raise AssertionError(f'exit status {status}: {err.strip()[-500:]}')
        if columns is None:
            return True
        data = json.loads(out)
        first = data if isinstance(data, dict) else next(iter(data), None)
        missing = [] if first is None else [column for column in columns if column not in first]
        if missing:
            raise AssertionError(f'no columns {missing} among {sorted(first)}')
        if rows is not None and len(data) < rows:
            raise AssertionError(f'{len(data)} rows, not {rows} or more')
        if want is not None and not want(data):
            raise AssertionError(f'unexpected: {json.dumps(data)[:400]}')
        return data

    return walk.step('openstack ' + UUID.sub('ID', text.replace(P, 'walk')), work)


# Identity.
command('token issue', ['id', 'expires', 'project_id', 'user_id'])
command('catalog list', ['Name', 'Type', 'Endpoints'], rows=2, want=lambda d: {'network', 'identity'} <= {s['Type'] for s in d})
command('catalog show network', ['endpoints', 'id', 'name', 'type'])
command('endpoint list', ['ID', 'Region', 'Service Name', 'Service Type', 'Enabled', 'Interface', 'URL'], rows=6)
command('service list', ['ID', 'Name', 'Type'], rows=2)
command('region list', ['Region', 'Parent Region', 'Description'], rows=1)
command('versions show --service network', ['Region Name', 'Service Type', 'Version', 'Status', 'Endpoint'], rows=1)
command(f'domain create {P}-dom --description walk', ['id', 'name', 'enabled', 'description'])
command(f'project create {P}-pro --domain {P}-dom --description walk', ['id', 'name', 'domain_id', 'enabled', 'is_domain', 'parent_id'])
command(f'user create {P}-user --domain {P}-dom --password secret --email a@example.org', ['id', 'name', 'domain_id', 'enabled'])
command(f'role create {P}-role', ['id', 'name'])
command(f'role add member --user {P}-user --user-domain {P}-dom --project {P}-pro --project-domain {P}-dom')
command(f'role assignment list --project {P}-pro --project-domain {P}-dom --names', ['Role', 'User', 'Project'], rows=1)
command(f'role assignment list --user {P}-user --user-domain {P}-dom', ['Role', 'User', 'Project'], rows=1)
command(f'role remove member --user {P}-user --user-domain {P}-dom --project {P}-pro --project-domain {P}-dom')
command(f'role add reader --user {P}-user --user-domain {P}-dom --domain {P}-dom')
command(f'role assignment list --domain {P}-dom', ['Role', 'User', 'Domain'], rows=1)
command('implied role list', ['Prior Role Name', 'Implied Role Name'], rows=2)
command(f'user set {P}-user --domain {P}-dom --disable --description gone')
command(f'user show {P}-user --domain {P}-dom', ['enabled'], want=lambda d: d['enabled'] is False)
command(f'application credential create {P}-app --role reader --description walk', ['id', 'secret', 'roles', 'expires_at'])
command('application credential list', ['ID', 'Name', 'Project ID', 'Description', 'Expires At'], rows=1)
command(f'application credential delete {P}-app')
command('user list', ['ID', 'Name'], rows=1)
command('project list', ['ID', 'Name'], rows=1)
command('domain list', ['ID', 'Name', 'Enabled'], rows=2)
command(f'role delete {P}-role')
command(f'user delete {P}-user --domain {P}-dom')
command(f'project delete {P}-pro --domain {P}-dom')
command(f'domain delete {P}-dom', fails=True)
command(f'domain set {P}-dom --disable')
command(f'domain delete {P}-dom')

# Networks and subnets.
command('extension list --network', ['Name', 'Alias', 'Description'], want=lambda d: {'router', 'security-group'} <= {e['Alias'] for e in d})
command(f'network create {P}-net --description walk', NETWORK, want=lambda d: d['status'] == 'ACTIVE')
command(f'network set {P}-net --tag walk')
command(f'network show {P}-net', NETWORK, want=lambda d: d['tags'] == ['walk'])
command('network list --long', ['ID', 'Name', 'Status', 'Project', 'State', 'Shared', 'Subnets', 'Network Type', 'Router Type',
                                'Availability Zones', 'Tags'], rows=1)
command('network list --tags walk', ['ID'], rows=1)
command('network list --external', ['ID', 'Name'], want=lambda d: walk.public in [network['Name'] for network in d])
command(f'network show {P}-nowhere', fails=True)
command(f'subnet create {P}-sub --network {P}-net --subnet-range 10.77.0.0/24 --dns-nameserver 9.9.9.9'
        ' --host-route destination=10.99.0.0/16,gateway=10.77.0.254', SUBNET,
        want=lambda d: d['gateway_ip'] == '10.77.0.1' and d['allocation_pools'][0]['start'] == '10.77.0.2')
command(f'subnet create {P}-again --network {P}-net --subnet-range 10.77.0.0/25', fails=True)
command(f'subnet create {P}-sub6 --network {P}-net --ip-version 6 --subnet-range fd77::/64 --ipv6-ra-mode slaac --ipv6-address-mode slaac',
        ['id', 'ipv6_ra_mode'])
command(f'subnet list --network {P}-net', ['ID', 'Name', 'Network', 'Subnet'], want=lambda d: len(d) == 2)
command(f'network create {P}-net2', ['id'])
with walk.needs('subnet_allocation'):
    command(f'subnet pool create {P}-pool --pool-prefix 10.200.0.0/16 --default-prefix-length 24',
            ['id', 'prefixes', 'default_prefixlen', 'min_prefixlen', 'max_prefixlen'])
    command(f'subnet create {P}-subp --network {P}-net2 --subnet-pool {P}-pool --prefix-length 26', ['id', 'cidr', 'subnetpool_id'],
            want=lambda d: d['cidr'].endswith('/26'))
with walk.needs('address-scope'):
    command(f'address scope create {P}-scope --ip-version 4', ['id', 'ip_version', 'shared'])
    command(f'address scope delete {P}-scope')

# Routers.
command(f'router create {P}-router', ['id', 'status', 'external_gateway_info', 'routes', 'admin_state_up'])
command(f'router set {P}-router --external-gateway {walk.public}')
command(f'router add subnet {P}-router {P}-sub')
command(f'router add subnet {P}-router {P}-sub', fails=True)
command(f'router add route {P}-router --route destination=10.99.0.0/16,gateway=10.77.0.254')
command(f'router show {P}-router', ['id', 'external_gateway_info', 'interfaces_info', 'routes'],
        want=lambda d: len(d['interfaces_info']) == 1 and len(d['routes']) == 1 and d['external_gateway_info']['enable_snat'])
command(f'router remove route {P}-router --route destination=10.99.0.0/16,gateway=10.77.0.254')
command('router list', ['ID', 'Name', 'Status', 'State', 'Project'], rows=1)

# Security groups.
command(f'security group create {P}-sg --description walk', ['id', 'name', 'rules', 'stateful'], want=lambda d: len(d['rules']) == 2)
RULE = f'security group rule create {P}-sg --protocol tcp --dst-port 22 --remote-ip 10.0.0.0/8'
command(RULE, ['id', 'direction', 'ether_type', 'protocol', 'port_range_min', 'port_range_max', 'remote_ip_prefix'])
command(RULE, fails=True)
command(f'security group rule create {P}-sg --protocol icmp --remote-group {P}-sg', ['id', 'remote_group_id'])
command(f'security group rule list {P}-sg', ['ID', 'IP Protocol', 'Ethertype', 'IP Range', 'Port Range', 'Direction',
                                             'Remote Security Group', 'Remote Address Group'], want=lambda d: len(d) == 4)
with walk.needs('address-group', 'security-groups-remote-address-group'):
    command(f'address group create {P}-ag --address 10.1.0.0/16 --address 10.2.3.4/32', ['id', 'addresses'])
    command(f'address group set {P}-ag --address 10.3.0.0/16')
    command(f'address group unset {P}-ag --address 10.1.0.0/16')
    command(f'address group show {P}-ag', ['addresses'], want=lambda d: sorted(d['addresses']) == ['10.2.3.4/32', '10.3.0.0/16'])
    command(f'security group rule create {P}-sg --protocol udp --remote-address-group {P}-ag', ['remote_address_group_id'])

# Ports and floating IPs.
port = command(f'port create {P}-port --network {P}-net --fixed-ip subnet={P}-sub,ip-address=10.77.0.10 --security-group {P}-sg'
               ' --allowed-address ip-address=10.77.0.99', PORT,
               want=lambda d: d['status'] == 'DOWN' and d['fixed_ips'][0]['ip_address'] == '10.77.0.10') or {'revision_number': 0}
command(f'port create {P}-twice --network {P}-net --fixed-ip subnet={P}-sub,ip-address=10.77.0.10', fails=True)
command(f'port create {P}-port2 --network {P}-net --disable-port-security --no-security-group', PORT)
command(f'port set {P}-port --description renamed --extra-dhcp-option name=tftp-server,value=1.2.3.4')
command(f'port show {P}-port', PORT, want=lambda d: d['description'] == 'renamed' and d['revision_number'] > port['revision_number'])
command(f'port list --network {P}-net', ['ID', 'Name', 'MAC Address', 'Fixed IP Addresses', 'Status'], rows=3)
command(f'port list --fixed-ip ip-address=10.77.0.10 --network {P}-net', ['ID'], want=lambda d: len(d) == 1)
floating = command(f'floating ip create {walk.public}', ['id', 'floating_ip_address', 'floating_network_id', 'status', 'router_id', 'port_id',
                                                         'port_details']) or {'id': 'none'}
F = floating['id']
command('floating ip list', ['ID', 'Floating IP Address', 'Fixed IP Address', 'Port', 'Floating Network', 'Project'], rows=1)

command(f'floating ip set {F} --port {P}-port')
command(f'floating ip show {F}', ['fixed_ip_address', 'router_id'], want=lambda d: d['fixed_ip_address'] == '10.77.0.10')
command(f'router remove subnet {P}-router {P}-sub', fails=True)
command(f'network delete {P}-net', fails=True)
command(f'floating ip unset {F} --port')
with walk.needs('floating-ip-port-forwarding'):
    command(f'floating ip port forwarding create {F} --internal-ip-address 10.77.0.10 --port {P}-port --internal-protocol-port 80'
          ' --external-protocol-port 8080 --protocol tcp', ['id', 'internal_port', 'external_port', 'protocol'])
    forwards = command(f'floating ip port forwarding list {F}', ['ID', 'Internal Port', 'External Port'], rows=1)
    command(f'floating ip port forwarding delete {F} {forwards[0]["ID"] if forwards else "none"}')

# Quality of service.
with walk.needs('qos'):
    command(f'network qos policy create {P}-qos', ['id', 'rules', 'shared', 'is_default'])
    command(f'network qos rule create --type bandwidth-limit --max-kbps 1000 --max-burst-kbits 800 --egress {P}-qos',
            ['id', 'max_kbps', 'max_burst_kbps', 'direction'])
    command(f'network qos rule create --type dscp-marking --dscp-mark 26 {P}-qos', ['id', 'dscp_mark'])
    command(f'network qos policy create {P}-qosmin', ['id'])
    command(f'network qos rule create --type minimum-bandwidth --min-kbps 100 --egress {P}-qosmin', ['id', 'min_kbps'])
    command(f'network qos policy delete {P}-qosmin')
    command(f'network qos rule list {P}-qos', ['ID', 'QoS Policy ID', 'Type'], rows=2)
    command('network qos rule type list', ['Type'], rows=2)
    command(f'port set {P}-port --qos-policy {P}-qos')
    command(f'network qos policy delete {P}-qos', fails=True)
    command(f'port unset {P}-port --qos-policy')

# Trunks.
with walk.needs('trunk'):
    command(f'network trunk create {P}-trunk --parent-port {P}-port2', ['id', 'port_id', 'sub_ports', 'status'])
    command(f'network trunk set {P}-trunk --subport port={P}-port,segmentation-type=vlan,segmentation-id=101')
    command(f'network subport list --trunk {P}-trunk', ['Port', 'Segmentation Type', 'Segmentation ID'], rows=1)
    command(f'network trunk unset {P}-trunk --subport {P}-port')
    command(f'network trunk delete {P}-trunk')

# What operators ask.
command('quota list --network')
command('network agent list', ['ID', 'Agent Type', 'Host', 'Availability Zone', 'Alive', 'State', 'Binary'])
command('availability zone list --network', ['Zone Name', 'Zone Status'])
command(f'ip availability show {P}-net', ['used_ips', 'total_ips', 'subnet_ip_availability'])
with walk.needs('service-type'):
    command('network service provider list', ['Service Type', 'Name', 'Default'])
with walk.needs('rbac-policies'):
    shared = command(f'network rbac create --target-project {PROJECT} --action access_as_shared --type network {P}-net',
                     ['id', 'action', 'object_type', 'target_project_id']) or {'id': 'none'}
    command('network rbac list --type network', ['ID', 'Object Type', 'Object ID'], rows=1)
    command(f'network rbac delete {shared["id"]}')
with walk.needs('segment'):
    command(f'network segment list --network {P}-net', ['ID', 'Name', 'Network', 'Network Type', 'Segment'])
with walk.needs('flavors'):
    command('network flavor list', ['ID', 'Name', 'Enabled', 'Service Type', 'Description'])
with walk.needs('metering'):
    command('network meter list', ['ID', 'Name', 'Description', 'Shared'])
with walk.needs('logging'):
    command('network loggable resources list', ['Supported types'])
with walk.needs('l3-conntrack-helper'):
    command(f'network l3 conntrack helper list {P}-router', ['ID', 'Router ID', 'Protocol', 'Port'])
with walk.needs('local_ip'):
    command('local ip list', ['ID', 'Name'])

# And back to nothing.
command(f'floating ip delete {F}')
command(f'port delete {P}-port {P}-port2')
command(f'router remove subnet {P}-router {P}-sub')
command(f'router unset {P}-router --external-gateway')
command(f'router delete {P}-router')
with walk.needs('qos'):
    command(f'network qos policy delete {P}-qos')
command(f'network delete {P}-net {P}-net2')
with walk.needs('subnet_allocation'):
    command(f'subnet pool delete {P}-pool')
command(f'security group delete {P}-sg')
with walk.needs('address-group', 'security-groups-remote-address-group'):
    command(f'address group delete {P}-ag')
