package client_test

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// typed makes a recorded request through the method for its route; ok is false
// when there is none or the request is not one that the method can make.
type typed func(ctx context.Context, c *client.Client, id []string, body json.RawMessage, key string) (any, error)

func typedCalls() map[string]typed {
	type raw = json.RawMessage
	get := func(f func(context.Context, *client.Client, []string) (any, error)) typed {
		return func(ctx context.Context, c *client.Client, id []string, _ raw, _ string) (any, error) {
			return f(ctx, c, id)
		}
	}
	return map[string]typed{
		`GET /api/v1/health`:           get(func(ctx context.Context, c *client.Client, _ []string) (any, error) { return c.Health(ctx) }),
		`GET /api/v1/health/live`:      get(func(ctx context.Context, c *client.Client, _ []string) (any, error) { return nil, c.Live(ctx) }),
		`GET /api/v1/health/scheduler`: get(func(ctx context.Context, c *client.Client, _ []string) (any, error) { return c.SchedulerHealth(ctx) }),
		`GET /api/v1/status`:           get(func(ctx context.Context, c *client.Client, _ []string) (any, error) { return c.Status(ctx) }),
		`GET /api/v1/metrics`:          get(func(ctx context.Context, c *client.Client, _ []string) (any, error) { return c.Metrics(ctx) }),
		`GET /api/v1/agents`: get(func(ctx context.Context, c *client.Client, _ []string) (any, error) {
			list, err := c.AgentList(ctx)
			return append([]client.Agent{}, list...), err
		}),
		`GET /api/v1/agents/([^/]+)/status`: get(func(ctx context.Context, c *client.Client, id []string) (any, error) {
			return c.AgentStatus(ctx, id[1])
		}),
		`GET /api/v1/agents/([^/]+)/history`: get(func(ctx context.Context, c *client.Client, id []string) (any, error) {
			return c.AgentHistory(ctx, id[1])
		}),
		`DELETE /api/v1/agents/([^/]+)`: get(func(ctx context.Context, c *client.Client, id []string) (any, error) {
			return c.DeleteAgent(ctx, id[1])
		}),
		`GET /api/v1/agents/([^/]+)/messages`: get(func(ctx context.Context, c *client.Client, id []string) (any, error) {
			return c.ReceiveMessages(ctx, id[1])
		}),
		`GET /api/v1/messages/([^/]+)/status`: get(func(ctx context.Context, c *client.Client, id []string) (any, error) {
			return c.MessageStatus(ctx, id[1])
		}),
		`GET /api/v1/audit/runs/([^/]+)/([^/]+)\?public_key=(.*)`: get(func(ctx context.Context, c *client.Client, id []string) (any, error) {
			return c.InspectRun(ctx, id[1], id[2], id[3])
		}),
		`POST /api/v1/agents`: with(func(ctx context.Context, c *client.Client, _ []string, b client.CreateAgent) (any, error) {
			return c.CreateAgent(ctx, b)
		}),
		`PUT /api/v1/agents/([^/]+)`: with(func(ctx context.Context, c *client.Client, id []string, b client.UpdateAgent) (any, error) {
			return c.UpdateAgent(ctx, id[1], b)
		}),
		`POST /api/v1/agents/([^/]+)/heartbeat`: with(func(ctx context.Context, c *client.Client, id []string, b client.Heartbeat) (any, error) {
			return nil, c.Heartbeat(ctx, id[1], b)
		}),
		`POST /api/v1/agents/([^/]+)/events`: with(func(ctx context.Context, c *client.Client, id []string, b client.PushEvent) (any, error) {
			return nil, c.PushEvent(ctx, id[1], b)
		}),
		`POST /api/v1/agents/([^/]+)/messages`: with(func(ctx context.Context, c *client.Client, id []string, b client.SendMessage) (any, error) {
			return c.SendMessage(ctx, id[1], b)
		}),
		`POST /api/v1/agents/([^/]+)/execute`: func(ctx context.Context, c *client.Client, id []string, b raw, key string) (any, error) {
			var body client.ExecuteAgent
			if err := json.Unmarshal(b, &body); err != nil {
				return nil, errOtherRequest
			}
			return c.Execute(ctx, id[1], client.Submission{Key: key, Input: body.Input})
		},
		`POST /api/v1/workflows/execute`: func(ctx context.Context, c *client.Client, _ []string, b raw, key string) (any, error) {
			var body client.WorkflowRequest
			if err := json.Unmarshal(b, &body); err != nil {
				return nil, errOtherRequest
			}
			w := client.Workflow{Source: body.WorkflowID}
			if body.AgentID != nil {
				w.AgentID = *body.AgentID
			}
			return c.ExecuteWorkflow(ctx, w, client.Submission{Key: key, Input: body.Parameters})
		},
	}
}

// errOtherRequest says that a recorded request is none that the method makes.
var errOtherRequest = errors.New("not a request of this method")

// with decodes the recorded body for a method.
func with[T any](f func(context.Context, *client.Client, []string, T) (any, error)) typed {
	return func(ctx context.Context, c *client.Client, id []string, b json.RawMessage, _ string) (any, error) {
		var body T
		if err := json.Unmarshal(b, &body); err != nil {
			return nil, errOtherRequest
		}
		return f(ctx, c, id, body)
	}
}
