"""The SDK for Python, as people use it: a flow, an execution, its logs, keys and files.

usage: smoke-kestrapy.py URL USER PASSWORD
"""
import sys

import kestrapy
from checks import check, equal, finish, until

url, user, password = sys.argv[1:]
client = kestrapy.KestraClient(kestrapy.Configuration(host=url, username=user, password=password))
TENANT, NAMESPACE = "main", "smoke.python"
FLOW = f"""id: hello
namespace: {NAMESPACE}
labels: {{team: smoke}}
inputs:
  - {{id: n, type: INT, defaults: 1}}
tasks:
  - {{id: say, type: io.kestra.plugin.core.debug.Return, format: "{{{{ inputs.n }}}}"}}
  - {{id: log, type: io.kestra.plugin.core.log.Log, message: said}}
triggers:
  - {{id: nightly, type: io.kestra.plugin.core.trigger.Schedule, cron: "0 3 * * *"}}
"""


def followed(id):
    """The states that were told; the first event tells none."""
    events = client.executions.follow_execution(id, TENANT)
    return [event.state.current for event in events if getattr(event, "state", None)]


def state(id):
    return client.executions.execution(id, TENANT).state.current


check("a flow is created", lambda: equal(client.flows.create_flow(TENANT, FLOW).revision, 1))
check("a flow is valid", lambda: equal(client.flows.validate_flows(TENANT, FLOW)[0].constraints, None))
created = check(
    "an execution is created",
    lambda: client.executions.create_execution(TENANT, NAMESPACE, "hello", inputs={"n": 5}, wait=False),
)
id = created.id if created else "none"
check("it ends", lambda: until(lambda: state(id) == "SUCCESS"))
check("it is followed", lambda: equal(followed(id)[-1], "SUCCESS"))
check("executions are searched", lambda: client.executions.search_executions(TENANT, page=1, size=10))
check("flows are searched", lambda: equal(client.flows.search_flows(TENANT, page=1, size=10).total >= 1, True))
check("logs are searched", lambda: until(lambda: client.logs.search_logs(TENANT, page=1, size=10).total >= 1))
check("triggers are searched", lambda: client.triggers.search_triggers(TENANT, page=1, size=10))
check("a key is set", lambda: client.kv.set_key_value(NAMESPACE, "k", TENANT, '"v"'))
check("a key is read", lambda: equal(client.kv.key_value(NAMESPACE, "k", TENANT).value, "v"))
check("a file is written", lambda: client.files.create_namespace_file(NAMESPACE, "/a.txt", TENANT, file_content=b"abc"))
check("a file is read", lambda: equal(bytes(client.files.file_content(NAMESPACE, "/a.txt", TENANT)), b"abc"))
check("a flow is deleted", lambda: client.flows.delete_flow(NAMESPACE, "hello", TENANT))
finish("kestrapy 1.3.1")
