package agents

import (
	"context"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/internal/remote"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

type createOptions struct {
	file, prompt, endpoint, domain string
	mode                           string
	capabilities, metadata         []string
	heartbeat                      time.Duration
}

func newCreate(conn *remote.Conn) *cobra.Command {
	var o createOptions
	c := conn.Mutates(remote.Exits(&cobra.Command{
		Use:        "create [NAME]",
		SuggestFor: []string{"add", "new", "register"},
		Short:      "Register an agent",
		Long: `Register an agent with its definition, DSL text from a file. Runtimes do not
read the definition before the first run. Without NAME the agent is called like
its file.

A second agent may have the name of a first: a notice says so, and from then on
the name alone fits neither.

Runtimes up to 1.20 start the agent at once; later ones wait for ` + "`agents run`" + `.`,
		Example: "  symbi-ctl agents create greeter --prompt 'Greet whoever writes.'\n  symbi-ctl agents create -f agents/hello.symbi --dry-run",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return conn.Do(c.Context(), func(ctx context.Context, api *client.Client) error {
				wanted, err := o.agent(conn, args)
				if err != nil {
					return err
				}
				made, err := api.CreateAgent(ctx, wanted)
				if err != nil {
					return err
				}
				if err := conn.View(refView(made)); err != nil {
					return err
				}
				tellTwins(ctx, conn, api, made, wanted.Name)
				return nil
			})
		},
	}))
	f := c.Flags()
	f.StringVarP(&o.file, "file", "f", "", "read the definition from this `file`; - is stdin")
	f.StringVar(&o.prompt, "prompt", "", "a definition with nothing but these instructions (`text`)")
	f.StringVar(&o.mode, "mode", "ephemeral", "`how` it runs: ephemeral, persistent, event-driven, every=DURATION, cron=EXPRESSION, or external")
	f.StringArrayVar(&o.capabilities, "capability", nil, "a `capability` of the agent; may be repeated")
	f.StringArrayVar(&o.metadata, "metadata", nil, "`key=value` to keep with it; may be repeated")
	f.StringVar(&o.endpoint, "endpoint", "", "where an external agent is (`address`)")
	f.StringVar(&o.domain, "agentpin-domain", "", "the `domain` of an external agent's credentials")
	f.DurationVar(&o.heartbeat, "heartbeat-interval", time.Minute, "how often an external agent reports (`duration`)")
	c.MarkFlagsMutuallyExclusive("file", "prompt")
	_ = c.RegisterFlagCompletionFunc("mode", cobra.FixedCompletions([]string{"ephemeral", "persistent", "event-driven", "every=", "cron=", "external"}, cobra.ShellCompDirectiveNoFileComp|cobra.ShellCompDirectiveNoSpace))
	return c
}

func (o createOptions) agent(conn *remote.Conn, args []string) (client.CreateAgent, error) {
	a := client.CreateAgent{Capabilities: o.capabilities}
	var err error
	if a.Metadata, err = metadata(o.metadata); err != nil {
		return a, err
	}
	if a.ExecutionMode, err = o.executionMode(); err != nil {
		return a, err
	}
	if len(args) == 1 {
		a.Name = args[0]
	} else if o.file != "" && o.file != "-" {
		a.Name = strings.TrimSuffix(filepath.Base(o.file), filepath.Ext(o.file))
	}
	definition, err := conn.Input("", o.file, maxDefinition)
	if err != nil {
		return a, err
	}
	a.DSL = string(definition)
	if o.prompt != "" {
		a.DSL = prompted(a.Name, o.prompt)
		if a.Metadata == nil {
			a.Metadata = map[string]string{}
		}
		a.Metadata["system_prompt"] = o.prompt
	}
	switch {
	case strings.TrimSpace(a.Name) == "":
		return a, cli.Usagef("the agent needs a name").WithHint("give NAME, or a file whose name it can take")
	case strings.TrimSpace(a.DSL) == "" && a.ExecutionMode.Name != client.ModeExternal:
		return a, cli.Usagef("the agent needs a definition").WithHint("give a file with -f, or instructions with --prompt; only --mode external does without")
	}
	return a, nil
}

// prompted is the least definition that every runtime parses.
func prompted(name, prompt string) string {
	word := strings.Map(func(r rune) rune {
		if r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, name)
	comment := "// " + strings.ReplaceAll(strings.ReplaceAll(prompt, "\r", ""), "\n", "\n// ")
	return comment + "\nagent " + word + "(input: String) -> String {\n    capabilities = []\n}\n"
}

func (o createOptions) executionMode() (client.Variant, error) {
	kind, detail, has := strings.Cut(o.mode, "=")
	switch kind {
	case "ephemeral", "persistent", "event-driven":
		names := map[string]string{"ephemeral": "Ephemeral", "persistent": "Persistent", "event-driven": "EventDriven"}
		return client.Variant{Name: names[kind]}, nil
	case "every":
		d, err := time.ParseDuration(detail)
		if err != nil || d <= 0 {
			return client.Variant{}, cli.Usagef("--mode every=DURATION wants a duration such as 10m, not %q", detail)
		}
		return client.ScheduledMode(d), nil
	case "cron":
		if !has || detail == "" {
			return client.Variant{}, cli.Usagef("--mode cron=EXPRESSION wants six or seven fields")
		}
		return client.CronMode{CronExpression: detail, Timezone: "UTC"}.Mode(), nil
	case "external":
		m := client.ExternalMode{HeartbeatIntervalSecs: uint64(max(o.heartbeat, time.Second) / time.Second)}
		if o.endpoint != "" {
			m.Endpoint = &o.endpoint
		}
		if o.domain != "" {
			m.AgentpinDomain = &o.domain
		}
		return m.Mode(), nil
	}
	return client.Variant{}, cli.Usagef("--mode %q is none of ephemeral, persistent, event-driven, every=DURATION, cron=EXPRESSION, external", o.mode)
}

func refView(r client.AgentRef) output.View {
	return output.Record{Fields: []output.Field{{Name: "ID", Value: r.ID}, {Name: "STATUS", Value: r.Status, Style: output.Good}}, Value: r}
}
