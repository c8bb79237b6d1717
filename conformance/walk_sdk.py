#!/usr/bin/python3
"""A walk with openstacksdk: the same objects, filters, paging, bulk creation, the classes of its errors, and what it hides on the wire."""
import uuid

import openstack
from openstack import exceptions
from walk import Walk

walk = Walk()
step = walk.step
P = f'walk{uuid.uuid4().hex[:6]}'
cloud = openstack.connect()
network = cloud.network
undo = []


def refused(kind, work, *args, **kwargs):
    try:
        work(*args, **kwargs)
    except kind:
        return True
    return False


def need(holds, why=''):
    if not holds:
        raise AssertionError(str(why) or 'the answer is not the expected one')
    return True


def later(name, work):
    """Cleans up at the end, whatever happened in between."""
    undo.append((name, work))


# Who one is.
identity = cloud.identity
step('token scoped to the project', lambda: need(cloud.current_project_id and cloud.current_user_id))
step('domains', lambda: need(any(d.id == 'default' for d in identity.domains())))
step('find project', lambda: need(identity.find_project('admin', ignore_missing=False).domain_id == 'default'))
made = step('create project', lambda: identity.create_project(name=P, domain_id='default', description='walk'))
user = step('create user', lambda: identity.create_user(name=P, domain_id='default', password='secret'))
step('assign role', lambda: identity.assign_project_role_to_user(made, user, identity.find_role('member')) is None)
step('role assignments', lambda: need(len(list(identity.role_assignments(user_id=user.id))) == 1))
step('application credential', lambda: need(identity.create_application_credential(cloud.current_user_id, P).secret))
step('application credentials', lambda: need(any(c.name == P for c in identity.application_credentials(cloud.current_user_id))))


def by_application_credential():
    credential = identity.find_application_credential(cloud.current_user_id, P)
    created = identity.create_application_credential(cloud.current_user_id, f'{P}-2')
    other = openstack.connect(load_envvars=False, auth_type='v3applicationcredential', region_name=cloud.config.region_name, auth=dict(
        auth_url=cloud.config.auth['auth_url'], application_credential_id=created.id, application_credential_secret=created.secret))
    need(other.current_project_id == cloud.current_project_id)
    need(list(other.network.networks(limit=1)) is not None)
    for one in (credential, created):
        identity.delete_application_credential(cloud.current_user_id, one)


step('log in with an application credential', by_application_credential)


def as_member():
    other = cloud.connect_as(username=P, password='secret', project_id=made.id, project_name=None)
    need(other.current_project_id == made.id)
    need([n for n in other.network.networks() if n.project_id not in (made.id, cloud.current_project_id)] == [])
    need(other.identity.get('/users').status_code == 403)
    own = other.network.create_network(name=P)
    need(own.project_id == made.id)
    other.network.delete_network(own)


step('as a member of the project', as_member)
step('delete user', lambda: identity.delete_user(user, ignore_missing=False))
step('delete project', lambda: identity.delete_project(made, ignore_missing=False))

# The core.
public = step('find external network', lambda: network.find_network(walk.public, ignore_missing=False))
net = step('create network', lambda: network.create_network(name=P))
later('delete network', lambda: network.delete_network(net, ignore_missing=False))
sub = step('create subnet', lambda: network.create_subnet(network_id=net.id, ip_version=4, cidr='10.88.0.0/24', name=P))
step('overlapping subnet is refused', lambda: refused(
    exceptions.BadRequestException, network.create_subnet, network_id=net.id, ip_version=4, cidr='10.88.0.0/25'))
step('address outside the subnet is refused', lambda: refused(
    exceptions.BadRequestException, network.create_port, network_id=net.id, fixed_ips=[{'ip_address': '10.89.0.1'}]))
router = step('create router with gateway', lambda: network.create_router(name=P, external_gateway_info={'network_id': public.id}))
later('delete router', lambda: network.delete_router(router, ignore_missing=False))
step('add router interface', lambda: network.add_interface_to_router(router, subnet_id=sub.id))
later('remove router interface', lambda: network.remove_interface_from_router(router, subnet_id=sub.id))
group = step('create security group', lambda: network.create_security_group(name=P))
later('delete security group', lambda: network.delete_security_group(group, ignore_missing=False))
RULE = dict(direction='ingress', ethertype='IPv4', protocol='tcp', port_range_min=22, port_range_max=22)
step('rule', lambda: network.create_security_group_rule(security_group_id=group.id, **RULE))
step('duplicate rule is refused', lambda: refused(
    exceptions.ConflictException, network.create_security_group_rule, security_group_id=group.id, **RULE))
port = step('create port', lambda: network.create_port(network_id=net.id, name=P, security_groups=[group.id]))
later('delete port', lambda: network.delete_port(port, ignore_missing=False))
step('group in use is refused', lambda: refused(
    exceptions.ConflictException, network.delete_security_group, group, ignore_missing=False))
many = step('bulk create', lambda: list(network.create_ports([{'network_id': net.id, 'name': f'{P}-{i}'} for i in range(5)]))) or []
for q in many:
    later('delete a bulk port', lambda q=q: network.delete_port(q, ignore_missing=False))
step('five addresses, all different', lambda: need(len({q.fixed_ips[0]['ip_address'] for q in many}) == 5))

# Lists.
step('paging', lambda: need(len(list(network.ports(network_id=net.id, limit=2))) >= 6))
step('filter by name', lambda: need([q.name for q in network.ports(network_id=net.id, name=f'{P}-3')] == [f'{P}-3']))
step('fields', lambda: need(set(network.get('/networks?fields=id&fields=name').json()['networks'][0]) == {'id', 'name'}))
step('sorting', lambda: need([q['name'] for q in network.get(
    f'/ports?network_id={net.id}&name={P}-0&name={P}-2&sort_key=name&sort_dir=desc').json()['ports']] == [f'{P}-2', f'{P}-0']))
step('links of pages', lambda: need(any(link['rel'] == 'next' for link in network.get('/ports?limit=1').json()['ports_links'])))
step('unknown filter', lambda: need(network.get('/networks?nosuch=1').status_code in (200, 400)))
step('find', lambda: need(network.find_port(f'{P}-1', ignore_missing=False).id == many[1].id))
step('missing is not found', lambda: refused(exceptions.ResourceNotFound, network.get_network, str(uuid.uuid4())))
step('update', lambda: need(network.update_port(many[0], name='renamed').name == 'renamed'))
step('tags', lambda: need(network.set_tags(net, ['a', 'b']) is not None and len(list(network.networks(tags='a,b', name=P))) == 1
                          and not list(network.networks(not_tags='a', name=P))))
step('stale revision is refused', lambda: refused(
    exceptions.PreconditionFailedException, network.update_port, many[0].id, if_revision=0, name='late'))


def if_match():
    current = network.get_network(net.id)
    change = {'network': {'description': 'v'}}
    for revision, status in ((current.revision_number + 5, 412), (current.revision_number, 200)):
        answer = network.put(f'/networks/{net.id}', json=change, headers={'If-Match': f'revision_number={revision}'})
        need(answer.status_code == status, answer.text)
    need(answer.json()['network']['revision_number'] > current.revision_number, answer.text)


def error_bodies():
    answer = network.get(f'/networks/{uuid.uuid4()}')
    error = answer.json()['NeutronError']
    need(answer.status_code == 404 and set(error) == {'type', 'message', 'detail'} and error['type'] == 'NetworkNotFound', answer.text)
    need(answer.headers['x-openstack-request-id'].startswith('req-'), answer.headers)
    answer = network.delete(f'/networks/{net.id}')
    need(answer.status_code == 409 and answer.json()['NeutronError']['type'] == 'NetworkInUse', answer.text)


step('If-Match', if_match)
step('bodies of errors', error_bodies)

# Floating IPs.
floating = step('create floating IP', lambda: network.create_ip(floating_network_id=public.id))
later('delete floating IP', lambda: network.delete_ip(floating, ignore_missing=False))
step('associate', lambda: need(network.update_ip(floating, port_id=port.id).fixed_ip_address == port.fixed_ips[0]['ip_address']))
step('disassociate', lambda: need(network.update_ip(floating, port_id=None).port_id is None))

with walk.needs('qos'):
    qos = step('QoS policy', lambda: network.create_qos_policy(name=P))
    step('QoS bandwidth rule', lambda: network.create_qos_bandwidth_limit_rule(qos, max_kbps=1000, max_burst_kbps=500))
    step('QoS DSCP rule', lambda: network.create_qos_dscp_marking_rule(qos, dscp_mark=26))
    step('QoS policy on a port', lambda: need(network.update_port(port, qos_policy_id=qos.id).qos_policy_id == qos.id))
    step('QoS policy in use is refused', lambda: refused(
        exceptions.ConflictException, network.delete_qos_policy, qos, ignore_missing=False))
    step('QoS policy off the port', lambda: need(network.update_port(port, qos_policy_id=None).qos_policy_id is None))
    step('delete QoS policy', lambda: network.delete_qos_policy(qos, ignore_missing=False))

with walk.needs('trunk'):
    trunk = step('trunk', lambda: network.create_trunk(port_id=many[0].id, name=P))
    step('subport', lambda: network.add_trunk_subports(
        trunk, [{'port_id': many[1].id, 'segmentation_type': 'vlan', 'segmentation_id': 7}]))
    step('subports', lambda: need(len(network.get_trunk_subports(trunk)['sub_ports']) == 1))
    step('delete trunk', lambda: network.delete_trunk(trunk, ignore_missing=False))

with walk.needs('address-group'):
    addresses = step('address group', lambda: network.create_address_group(name=P, addresses=['10.0.0.0/8']))
    step('more addresses', lambda: need(len(network.add_addresses_to_address_group(addresses, ['192.0.2.0/24']).addresses) == 2))
    step('delete address group', lambda: network.delete_address_group(addresses, ignore_missing=False))

with walk.needs('rbac-policies'):
    rbac = step('RBAC policy', lambda: network.create_rbac_policy(
        object_type='network', object_id=net.id, action='access_as_shared', target_tenant=cloud.current_project_id))
    step('delete RBAC policy', lambda: network.delete_rbac_policy(rbac, ignore_missing=False))

# What operators ask.
project = cloud.current_project_id
step('quota', lambda: need(network.get_quota(project).networks is not None))
step('quota in detail', lambda: need(isinstance(network.get_quota(project, details=True).networks, dict)))
step('update quota', lambda: need(network.update_quota(project, networks=77).networks == 77))
step('reset quota', lambda: network.delete_quota(project))
step('agents', lambda: need(isinstance(list(network.agents()), list)))
step('availability zones', lambda: need(isinstance(list(network.availability_zones()), list)))
step('extensions', lambda: need(network.find_extension('router') is not None))
step('addresses in use', lambda: need(network.get_network_ip_availability(net.id).used_ips >= 4))
with walk.needs('service-type'):
    step('service providers', lambda: need(isinstance(list(network.service_providers()), list)))


def cloud_layer():
    cloud.create_network(f'{P}-c')
    cloud.create_subnet(f'{P}-c', cidr='10.89.0.0/24')
    need(cloud.delete_network(f'{P}-c'))


step('the cloud layer', cloud_layer)
for name, work in reversed(undo):
    step(name, lambda work=work: (work(), True)[1])
