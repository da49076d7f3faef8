"""The library that scripts use to run flows: with inputs, without a body, with labels.

usage: smoke-kestra.py URL USER PASSWORD, after a flow `smoke.script.hello` with an input `n` was saved
"""
import os
import sys

url, user, password = sys.argv[1:]
os.environ.update(KESTRA_HOSTNAME=url, KESTRA_USER=user, KESTRA_PASSWORD=password)

import requests  # noqa: E402
from checks import check, equal, finish  # noqa: E402
from kestra import Flow  # noqa: E402

FLOW = """id: hello
namespace: smoke.script
inputs:
  - {id: n, type: INT, defaults: 1}
tasks:
  - {id: log, type: io.kestra.plugin.core.log.Log, message: "n is {{ inputs.n }}"}
"""
headers = {"Content-Type": "application/x-yaml"}
requests.post(f"{url}/api/v1/main/flows", data=FLOW, headers=headers, auth=(user, password), timeout=30)


def ran(inputs, **options):
    flow = Flow(**options)
    flow.user, flow.password, flow.hostname = user, password, url
    return flow.execute("smoke.script", "hello", inputs)


check("a flow runs to its end", lambda: equal(ran({"n": 2}, wait_for_completion=True).status, "SUCCESS"))
check("its log comes back", lambda: equal("n is 3" in str(ran({"n": 3}, wait_for_completion=True).log), True))
check("a flow runs without inputs", lambda: equal(ran({}, wait_for_completion=True).status, "SUCCESS"))
check("inputs become labels", lambda: equal(ran({"n": 4}, wait_for_completion=True, labels_from_inputs=True).status, "SUCCESS"))
check("nobody waits", lambda: equal(ran({"n": 5}, wait_for_completion=False).status, "STARTED"))
finish("kestra for Python")
