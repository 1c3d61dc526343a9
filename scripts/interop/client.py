"""Drives the three services with the protocol's client, arp-standard-client 0.2.6.

Takes their addresses (runtime, tool registry, daemon) and, where they want one, a token. Prints what it did, a line
of JSON each: `{"step", "got"}`, or `{"step", "error"}` for the first that failed.
"""

import json
import sys
import time
import uuid

import arp_standard_model as model
from arp_standard_client.daemon import DaemonClient
from arp_standard_client.errors import ArpApiError
from arp_standard_client.runtime import RuntimeClient
from arp_standard_client.tool_registry import ToolRegistryClient
from arp_standard_client.tool_registry.api.invocations import invoke_tool

RUN_SECONDS = 30

runtime_url, registry_url, daemon_url, token = (*sys.argv[1:], None)[:4]
runtime = RuntimeClient(runtime_url, bearer_token=token)
registry = ToolRegistryClient(registry_url, bearer_token=token)
daemon = DaemonClient(daemon_url, bearer_token=token)
run_id = f"run_interop_{uuid.uuid4().hex[:12]}"
profile = f"profile_interop_{uuid.uuid4().hex[:12]}"


def step(name, call, kind):
    """Makes a call, and expects what it returns to be of a model."""
    try:
        got = call()
        if not isinstance(got, kind):
            raise TypeError(f"{type(got).__name__} instead of {kind.__name__}")
    except Exception as error:  # whatever the client says is the finding
        print(json.dumps({"step": name, "error": f"{type(error).__name__}: {error}"}))
        raise SystemExit(1)
    print(json.dumps({"step": name, "got": type(got).__name__}))
    return got


def refused(call, status, code):
    """The error that a call ends with, which must be an envelope with this status and code."""

    def caught():
        try:
            call()
        except ArpApiError as error:
            if (error.status_code, error.code) != (status, code):
                raise ValueError(f"{error.status_code} {error.code} instead of {status} {code}")
            return error
        raise ValueError("no error")

    return caught


def ended(client, requests, run):
    """The status of a run at its end."""
    ends = (model.RunState.succeeded, model.RunState.failed, model.RunState.canceled)
    request, params = requests
    deadline = time.monotonic() + RUN_SECONDS
    while True:
        status = client.get_run_status(request(params=params(run_id=run)))
        if status.state in ends or time.monotonic() > deadline:
            return status
        time.sleep(0.05)


def succeeded(status):
    if status.state != model.RunState.succeeded:
        raise ValueError(f"the run ended {status.state}")
    return status


run = model.RunRequest(run_id=run_id, input=model.Input(goal="6 * 7"))

step("runtime.health", lambda: runtime.health(model.RuntimeHealthRequest()), model.Health)
step("runtime.version", lambda: runtime.version(model.RuntimeVersionRequest()), model.VersionInfo)
step("runtime.create_run", lambda: runtime.create_run(model.RuntimeCreateRunRequest(body=run)), model.RunStatus)
of_runtime = (model.RuntimeGetRunStatusRequest, model.RuntimeGetRunStatusParams)
step("runtime.get_run_status", lambda: succeeded(ended(runtime, of_runtime, run_id)), model.RunStatus)
events = step(
    "runtime.stream_run_events",
    lambda: runtime.stream_run_events(
        model.RuntimeStreamRunEventsRequest(params=model.RuntimeStreamRunEventsParams(run_id=run_id))
    ),
    str,
)
lines = [line.removeprefix("data:") for line in events.splitlines() if line.startswith("data:")]
step("runtime.stream_run_events: one event", lambda: model.RunEvent.model_validate_json(lines[0]), model.RunEvent)
step("runtime.stream_run_events: the last", lambda: model.RunEvent.model_validate_json(lines[-1]), model.RunEvent)
result_request = model.RuntimeGetRunResultRequest(params=model.RuntimeGetRunResultParams(run_id=run_id))
step("runtime.get_run_result", lambda: runtime.get_run_result(result_request), model.RunResult)
cancel_request = model.RuntimeCancelRunRequest(params=model.RuntimeCancelRunParams(run_id=run_id))
step("runtime.cancel_run", lambda: succeeded(runtime.cancel_run(cancel_request)), model.RunStatus)
unknown = model.RuntimeGetRunStatusRequest(params=model.RuntimeGetRunStatusParams(run_id="no/such:run"))
step(
    "runtime.get_run_status: unknown",
    refused(lambda: runtime.get_run_status(unknown), 404, "not_found"),
    ArpApiError,
)

step("registry.health", lambda: registry.health(model.ToolRegistryHealthRequest()), model.Health)
tools = step("registry.list_tools", lambda: registry.list_tools(model.ToolRegistryListToolsRequest()), list)
step("registry.list_tools: one", lambda: tools[0], model.ToolDefinition)
tool_request = model.ToolRegistryGetToolRequest(params=model.ToolRegistryGetToolParams(tool_id=tools[0].tool_id))
step("registry.get_tool", lambda: registry.get_tool(tool_request), model.ToolDefinition)
# The typed method of 0.2.6 cannot send this body; the call below it can, as it stands.
invocation = {"invocation_id": "inv_interop", "tool_id": "calc", "args": {"expression": "6 * 7"}}
step(
    "registry.invoke_tool",
    lambda: invoke_tool.sync(client=registry.raw_client, body=invocation),
    model.ToolInvocationResult,
)

step("daemon.health", lambda: daemon.health(model.DaemonHealthRequest()), model.Health)
upsert = model.DaemonUpsertRuntimeProfileRequest(
    params=model.DaemonUpsertRuntimeProfileParams(runtime_profile=profile),
    body=model.RuntimeProfileUpsertRequest(description="Of an interop test."),
)
step("daemon.upsert_runtime_profile", lambda: daemon.upsert_runtime_profile(upsert), model.RuntimeProfile)
step(
    "daemon.list_runtime_profiles",
    lambda: daemon.list_runtime_profiles(model.DaemonListRuntimeProfilesRequest()),
    model.RuntimeProfileListResponse,
)
create = model.DaemonCreateInstancesRequest(body=model.InstanceCreateRequest(runtime_profile=profile))
created = step("daemon.create_instances", lambda: daemon.create_instances(create), model.InstanceCreateResponse)
instance_id = created.instances[0].instance_id
step(
    "daemon.list_instances",
    lambda: daemon.list_instances(model.DaemonListInstancesRequest()),
    model.InstanceListResponse,
)
submitted = model.RunRequest(
    run_id=f"{run_id}_d",
    input=model.Input(goal="6 * 7"),
    runtime_selector=model.RuntimeSelector(instance_id=instance_id),
)
step("daemon.submit_run", lambda: daemon.submit_run(model.DaemonSubmitRunRequest(body=submitted)), model.RunStatus)
of_daemon = (model.DaemonGetRunStatusRequest, model.DaemonGetRunStatusParams)
step("daemon.get_run_status", lambda: succeeded(ended(daemon, of_daemon, submitted.run_id)), model.RunStatus)
step(
    "daemon.get_run_result",
    lambda: daemon.get_run_result(
        model.DaemonGetRunResultRequest(params=model.DaemonGetRunResultParams(run_id=submitted.run_id))
    ),
    model.RunResult,
)
step(
    "daemon.get_run_trace",
    lambda: daemon.get_run_trace(
        model.DaemonGetRunTraceRequest(params=model.DaemonGetRunTraceParams(run_id=submitted.run_id))
    ),
    model.TraceResponse,
)
listing = model.DaemonListRunsRequest(params=model.DaemonListRunsParams(page_size=1))
step("daemon.list_runs", lambda: daemon.list_runs(listing), model.RunListResponse)
unknown_profile = model.DaemonCreateInstancesRequest(body=model.InstanceCreateRequest(runtime_profile="no such"))
step(
    "daemon.create_instances: unknown profile",
    refused(lambda: daemon.create_instances(unknown_profile), 400, "invalid_request"),
    ArpApiError,
)
delete = model.DaemonDeleteInstanceRequest(params=model.DaemonDeleteInstanceParams(instance_id=instance_id))
step("daemon.delete_instance", lambda: daemon.delete_instance(delete), type(None))
forget = model.DaemonDeleteRuntimeProfileRequest(params=model.DaemonDeleteRuntimeProfileParams(runtime_profile=profile))
step("daemon.delete_runtime_profile", lambda: daemon.delete_runtime_profile(forget), type(None))
