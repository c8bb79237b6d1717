#!/usr/bin/python3
"""Runs one of OpenStack's own API test suites (Debian's packages) against a Networking API v2.0 server.

Reads a JSON object on standard input:

  regex         which tests
  directory     where to work and leave tempest.log, results.subunit and tempest.conf
  auth_url, username, password, project, region
  public        {"id", "name"} of the external network
  extensions    aliases of the server
  concurrency, only (regex or null), list (test ids, with or without [id-…], or null), test_seconds

and writes JSON lines to standard output: {"event": "count", "tests": N} when it knows how many, {"event": "test", "id", "status":
"passed" | "failed" | "skipped", "seconds", "reason"} as tests end. A class whose set-up fails or skips is reported test by test.
"""
import collections
import json
import os
import re
import signal
import subprocess
import sys

import subunit
import tempest
import testtools

SETUP = re.compile(r'^(?:setUpClass|tearDownClass) \((.*)\)$')


def short(test_id):
    """Without `[id-…,tag]`; keeps the suffix of a scenario, such as (egress)."""
    return re.sub(r'\[[^\]]*\]', '', test_id)


def config(job):
    extensions = job['extensions']
    directory = job['directory']
    return f"""[DEFAULT]
log_file = {directory}/tempest.log
[oslo_concurrency]
lock_path = {directory}/locks
[auth]
use_dynamic_credentials = true
admin_username = {job['username']}
admin_password = {job['password']}
admin_project_name = {job['project']}
admin_domain_name = Default
admin_user_domain_name = Default
admin_project_domain_name = Default
default_credentials_domain_name = Default
create_isolated_networks = false
[identity]
uri_v3 = {job['auth_url']}
auth_version = v3
region = {job['region']}
v3_endpoint_type = public
admin_role = admin
[identity-feature-enabled]
api_v2 = false
api_v2_admin = false
api_v3 = true
application_credentials = true
[network]
region = {job['region']}
public_network_id = {job['public']['id']}
floating_network_name = {job['public']['name']}
project_network_cidr = 10.100.0.0/16
project_networks_reachable = false
[network-feature-enabled]
ipv6 = true
ipv6_subnet_attributes = true
port_security = {'port-security' in extensions}
floating_ips = true
api_extensions = {','.join(extensions)}
[service_available]
neutron = true
nova = false
glance = false
cinder = false
swift = false
horizon = false
[validation]
run_validation = false
[neutron_plugin_options]
available_type_drivers = flat,vlan,vxlan,gre,geneve,local
provider_vlans = public,
agent_availability_zone = nova
create_shared_resources = true
max_networks_per_project = 4
"""


def prepare(job):
    """Writes the configuration, and returns the environment of stestr."""
    directory = job['directory']
    os.makedirs(f'{directory}/locks', exist_ok=True)
    with open(f'{directory}/tempest.conf', 'w', opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        file.write(config(job))
    package = os.path.dirname(tempest.__file__)
    with open(f'{directory}/.stestr.conf', 'w') as file:
        # Tests of a class stay together, because the class makes users and networks for them.
        file.write(f'[DEFAULT]\ntest_path={package}/test_discover\ntop_dir={os.path.dirname(package)}\ngroup_regex=([^\\.]*\\.)*\n')
    here = os.path.dirname(os.path.abspath(__file__))
    return dict(
        os.environ, TEMPEST_CONFIG_DIR=directory, TEMPEST_CONFIG='tempest.conf', PYTHON='/usr/bin/python3',
        PYTHONPATH=os.path.join(here, 'shim'), OS_TEST_TIMEOUT=str(job['test_seconds']),
        OS_LOG_CAPTURE='0', OS_STDOUT_CAPTURE='0', OS_STDERR_CAPTURE='0')


def stestr(*args):
    return ['/usr/bin/python3', '-m', 'stestr', *args]


def chosen(job, env):
    """Full ids of the tests to run."""
    directory = job['directory']
    subprocess.run(stestr('init'), cwd=directory, env=env, capture_output=True)
    listed = subprocess.run(stestr('list', job['regex']), cwd=directory, env=env, capture_output=True, text=True)
    if listed.returncode != 0:
        sys.exit(f'stestr list: {listed.stderr or listed.stdout}')
    wanted = None if job.get('list') is None else {short(line) for line in job['list']}
    only = re.compile(job['only']) if job.get('only') else None
    return [test for test in listed.stdout.split()
            if (wanted is None or short(test) in wanted) and (only is None or only.search(test))]


def class_of(test_id):
    return short(test_id).split('(')[0].rsplit('.', 1)[0]


def say(**event):
    print(json.dumps(event), flush=True)


class Listener(testtools.StreamResult):
    """Turns a subunit stream into our events."""

    STATUS = {'success': 'passed', 'xfail': 'passed', 'fail': 'failed', 'uxsuccess': 'failed', 'skip': 'skipped'}

    def __init__(self, tests):
        super().__init__()
        self.waiting = collections.OrderedDict((test, None) for test in tests)
        self.started = {}
        self.text = collections.defaultdict(bytes)

    def status(self, test_id=None, test_status=None, test_tags=None, runnable=True, file_name=None, file_bytes=None,
               eof=False, mime_type=None, route_code=None, timestamp=None):
        if test_id is None:
            return
        if file_bytes is not None and file_name in ('traceback', 'reason', 'stderr') and len(self.text[test_id]) < 50_000:
            self.text[test_id] += bytes(file_bytes)
        if test_status == 'inprogress':
            self.started[test_id] = timestamp
        status = self.STATUS.get(test_status)
        if status is None:
            return
        began = self.started.get(test_id)
        seconds = (timestamp - began).total_seconds() if began and timestamp else 0
        reason = '' if status == 'passed' else self.text.pop(test_id, b'').decode('utf8', 'replace').strip()
        fixture = SETUP.match(test_id)
        if fixture is None:
            self.end(test_id, status, seconds, reason)
            return
        left = [test for test in self.waiting if class_of(test) == fixture[1]]
        for test in left:
            self.end(test, status, seconds / len(left), reason)
        if not left and status == 'failed':
            # What fails after the last test of a class, its clean-up, stands for itself.
            say(event='test', id=test_id, status=status, seconds=seconds, reason=reason)

    def end(self, test_id, status, seconds, reason):
        self.waiting.pop(test_id, None)
        say(event='test', id=short(test_id), status=status, seconds=round(seconds, 3), reason=reason)


class Copying:
    """A stream that is kept in a file while it is read."""

    def __init__(self, stream, path):
        self.stream = stream
        self.file = open(path, 'wb')

    def read(self, size=-1):
        data = self.stream.read(size)
        self.file.write(data)
        return data


def main():
    job = json.load(sys.stdin)
    env = prepare(job)
    tests = chosen(job, env)
    say(event='count', tests=len(tests))
    if not tests:
        return
    directory = job['directory']
    with open(f'{directory}/load-list', 'w') as file:
        file.write('\n'.join(tests) + '\n')
    args = stestr('run', '--subunit', '--concurrency', str(job['concurrency']), '--load-list', f'{directory}/load-list')
    with open(f'{directory}/stestr.stderr', 'wb') as stderr:
        # A session of its own, so that its workers end with it.
        run = subprocess.Popen(args, cwd=directory, env=env, stdout=subprocess.PIPE, stderr=stderr, start_new_session=True)
        end = lambda *_: (os.killpg(run.pid, signal.SIGTERM), sys.exit(143))
        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
        listener = Listener(tests)
        listener.startTestRun()
        subunit.ByteStreamToStreamResult(Copying(run.stdout, f'{directory}/results.subunit'), non_subunit_name='stdout').run(listener)
        listener.stopTestRun()
        run.wait()
    for test in list(listener.waiting):
        listener.end(test, 'failed', 0, 'it did not run to its end')


if __name__ == '__main__':
    main()
