"""Python imports this first in every process of a suite, because `suites.py` puts its directory on PYTHONPATH.

tempest 33 sleeps ten seconds before every DELETE of a subnet, for the sake of slow gates; that sleep is left out.
"""
import sys
import time

_sleep = time.sleep


def _sleep_unless_before_a_delete(seconds):
    if seconds != 10 or sys._getframe(1).f_code.co_name != 'delete_subnet':
        _sleep(seconds)


time.sleep = _sleep_unless_before_a_delete
