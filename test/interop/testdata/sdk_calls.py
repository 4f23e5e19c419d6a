"""Makes every call of the Python SDK that belongs to agents, messages and
workflows, and prints one JSON object a call: its name, and the error it ended
with, if any. What the calls need comes as JSON on standard input."""

import json
import sys
import time

from symbiont import Client

given = json.load(sys.stdin)
client = Client(api_key=given["token"], base_url=given["url"])


def show(name, call, check=lambda answer: True):
    error = detail = ""
    answer = None
    try:
        answer = call()
        if not check(answer):
            error, detail = "Unexpected", repr(answer)[:300]
    except Exception as e:  # the SDK's own defects are TypeErrors and the like
        error, detail = type(e).__name__, " ".join(str(e).split())[:300]
    print(json.dumps({"call": name, "error": error, "detail": detail}), flush=True)
    return answer


def finished(call):
    """Repeats a call until it is answered: a run is done, a message is known."""
    deadline = time.monotonic() + 20
    while True:
        try:
            return call()
        except Exception:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


agent = {
    "id": "sdk", "name": "sdk", "description": "d", "system_prompt": "p", "tools": [],
    "model": "m", "temperature": 0.5, "top_p": 1.0, "max_tokens": 100,
}
show("health_check", client.health_check, lambda a: a.status == "healthy")
show("get_metrics", client.get_metrics)
show("list_agents", client.list_agents, lambda a: len(a) > 0)
show("list_agents, an entry as get_agent_status wants it", lambda: client.get_agent_status(client.list_agents()[0]))
show("get_agent_status", lambda: client.get_agent_status(given["agent"]))
show("create_agent", lambda: client.create_agent(agent), lambda a: a["id"])
workflow = {"workflow_id": "agent flow() {}", "parameters": {"n": 1}}
show("execute_workflow", lambda: client.execute_workflow(workflow), lambda a: a["status"] in ("queued", "completed"))

if hasattr(client, "get_agent_metrics"):  # 1.11
    show("get_agent_metrics", lambda: client.get_agent_metrics(given["agent"]))
    show("re_execute_agent", lambda: client.re_execute_agent(given["agent"]))
    show("re_execute_agent with input", lambda: client.re_execute_agent(given["agent"], {"task": "say hello"}))
    for name in ("get_metrics_snapshot", "get_scheduler_metrics", "get_system_metrics", "export_metrics"):
        if hasattr(client.metrics_client, name):
            show("metrics_client." + name, getattr(client.metrics_client, name))

if hasattr(client, "execute_agent"):  # 1.14 and later
    key = given["key"]
    show("get_status", client.get_status, lambda a: a.healthy)
    show("metrics_client.get_metrics", client.metrics_client.get_metrics, lambda a: "agents" in a)
    show("execute_agent", lambda: client.execute_agent(given["agent"]), lambda a: a["status"] == "queued")
    show("execute_agent with a key", lambda: client.execute_agent(given["agent"], key), lambda a: a["status"] == "queued")
    show("execute_agent with the same key", lambda: finished(lambda: client.execute_agent(given["agent"], key)),
         lambda a: a["status"] == "completed")
    show("execute_agent with a key of another agent", lambda: client.execute_agent(given["doomed"], key))
    sent = show("send_message", lambda: client.send_message(given["mailbox"], given["agent"], "hello"),
                lambda a: a["status"] == "pending")
    show("get_message_status", lambda: finished(lambda: client.get_message_status(sent["message_id"])),
         lambda a: a["status"] in ("pending", "delivered"))
    show("receive_messages", lambda: client.receive_messages(given["mailbox"]),
         lambda a: [m["payload"] for m in a["messages"]] == ["hello"])
    show("send_heartbeat", lambda: client.send_heartbeat(given["external"], "Running", {"host": "h"}, "fine"))
    show("push_agent_event", lambda: client.push_agent_event(given["external"], "RunStarted", {"n": 1}))

show("delete_agent", lambda: client.delete_agent(given["doomed"]), lambda a: a["status"] == "deleted")
