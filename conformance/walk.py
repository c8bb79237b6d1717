"""What the walks share: steps that are told to the runner one by one, and the need for an extension.

A walk reads a JSON object on standard input: {"public": name of the external network, "extensions": aliases of the server, "only":
regex or null}, and the usual OS_* variables. Without input it asks for nothing but what every server has.
"""
import json
import re
import sys
import time
import traceback


class Skip(Exception):
    """The server does not claim what the step is about."""


class Walk:
    def __init__(self):
        given = json.loads(sys.stdin.read() or '{}') if not sys.stdin.isatty() else {}
        self.public = given.get('public', 'public')
        self.extensions = set(given.get('extensions', []))
        self.only = re.compile(given['only']) if given.get('only') else None
        self.failed = 0
        self.skipping = None

    def has(self, *aliases):
        return self.extensions.issuperset(aliases)

    def needs(self, *aliases):
        """Steps inside `with walk.needs(...)` are skipped when the server has not these extensions."""
        return _Needs(self, [alias for alias in aliases if alias not in self.extensions])

    def step(self, name, work):
        """One thing that is asked for; returns what `work` does, or None when it fails, which False is too."""
        if self.skipping:
            self._tell(name, 'skipped', 0, self.skipping)
            return None
        began = time.monotonic()
        try:
            result = work()
            if result is False:
                raise AssertionError('the answer is not the expected one')
        except Skip as why:
            self._tell(name, 'skipped', time.monotonic() - began, str(why))
            return None
        except (Exception, SystemExit) as error:  # every failure is a finding, the walk goes on
            where = traceback.extract_tb(error.__traceback__)[-1]
            reason = f'{type(error).__name__}: {str(error)[:600]}'
            self._tell(name, 'failed', time.monotonic() - began, reason if isinstance(error, AssertionError) else f'{where.filename}:{where.lineno}\n{reason}')
            return None
        self._tell(name, 'passed', time.monotonic() - began, '')
        return result

    def _tell(self, name, status, seconds, reason):
        if status == 'failed':
            self.failed += 1
        print(json.dumps({'event': 'test', 'id': name, 'status': status, 'seconds': round(seconds, 3), 'reason': reason}), flush=True)


class _Needs:
    def __init__(self, walk, missing):
        self.walk, self.missing = walk, missing

    def __enter__(self):
        self.before = self.walk.skipping
        if self.missing and not self.before:
            self.walk.skipping = 'the server has no extension ' + ', '.join(self.missing)

    def __exit__(self, *_):
        self.walk.skipping = self.before
