package upgrade

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// manifest holds a tool to the rules that stop a whole runtime since 2.0.
func (c *check) manifest(name, text string) {
	var doc map[string]any
	if err := toml.Unmarshal([]byte(strings.TrimPrefix(text, "\ufeff")), &doc); err != nil {
		c.stops(name, "the manifest is not TOML: "+err.Error(), "Mend it; one bad manifest stops the runtime.")
		return
	}
	m := tool{doc}
	for _, key := range m.unknown() {
		c.stops(name, "the member "+key+" is unknown, and no longer passed over", "Take it out, or mend its spelling.")
	}
	if id := m.text("tool", "name"); id != "" {
		if first, ok := c.tools[id]; ok {
			c.stops(name, fmt.Sprintf("the tool %q is in %s too", id, first), "Rename one of them.")
		} else {
			c.tools[id] = name
		}
	}
	c.command(name, text, m)
	c.targets(name, m)
	if len(m.table("tool", "cedar")) > 0 {
		c.add(Version{1, 21}, Finding{
			Severity: Changes, File: name, Message: "policies are asked about the action of [tool.cedar]; permits and forbids of tool_call::… do not cover the tool any more",
			Todo: "Look through the policies for this tool: a forbid may have stopped protecting.",
		})
	}
	if http := m.table("http"); http != nil && http["capability"] == nil && c.hasOutbound() {
		c.add(Version{3, 0}, Finding{Severity: Blocks, File: name, Message: "symbiont.toml has [outbound], and the tool names no capability of it", Todo: "Name one with capability in [http]."})
	}
}

// stops adds a finding about what the strict loader of 2.0 refuses.
func (c *check) stops(name, message, todo string) {
	c.add(Version{2, 0}, Finding{Severity: Blocks, File: name, Message: message, Todo: todo})
}

// command looks at what the tool executes.
func (c *check) command(name, text string, m tool) {
	if t, ok := m.table("tool")["timeout_seconds"].(int64); ok && t == 0 {
		c.stops(name, "timeout_seconds is 0", "Write a number of seconds from 1 on.")
	}
	if p := placeholder().FindString(text); p != "" {
		c.stops(name, "the placeholder "+p+" is refused", "Map the argument with {_ARG_flags}, or name the file yourself.")
	}
	if template := m.text("command", "template"); template != "" && len(m.exec()) == 0 {
		c.add(Version{2, 0}, Finding{Severity: Changes, File: name, Message: "template is deprecated and split when it is loaded", Todo: "Write exec, a list of words."})
	}
	for _, template := range m.templates() {
		if quotes(template) {
			c.stops(name, "a template has a placeholder inside quotes: "+template, "Write exec, a list of words, where no quotes are needed.")
		}
	}
	if program := m.program(); slices.Contains(interpreters(), program) && m.table("tool")["allow_interpreter"] != true {
		c.stops(name, "the program "+program+" is an interpreter", "Call the program itself, or say allow_interpreter = true.")
	}
}

// targets looks for arguments that name a destination on the network, and may
// name an internal one.
func (c *check) targets(name string, m tool) {
	if !m.reachesOut() {
		return
	}
	for place, arg := range m.arguments() {
		kind, _ := arg["type"].(string)
		if slices.Contains([]string{"scope_target", "url", "ip_address", "cidr"}, kind) && arg["block_internal"] != true {
			c.stops(name, "the argument "+place+" names a destination, the tool reaches the network, and block_internal is not set", "Say block_internal = true.")
		}
	}
}

// tool is a manifest.
type tool struct{ doc map[string]any }

func (m tool) table(keys ...string) map[string]any {
	t := m.doc
	for _, key := range keys {
		t, _ = t[key].(map[string]any)
	}
	return t
}

func (m tool) text(table, key string) string {
	s, _ := m.table(table)[key].(string)
	return s
}

// templates are the texts that are split into words.
func (m tool) templates() []string {
	all := []string{m.text("command", "template")}
	conditionals := m.table("command", "conditionals")
	for _, name := range slices.Sorted(maps.Keys(conditionals)) {
		conditional, _ := conditionals[name].(map[string]any)
		template, _ := conditional["template"].(string)
		all = append(all, template)
	}
	return all
}

func (m tool) exec() []any {
	words, _ := m.table("command")["exec"].([]any)
	return words
}

// program is what is executed, see [base]; "" when there is no command.
func (m tool) program() string {
	if words := m.exec(); len(words) > 0 {
		first, _ := words[0].(string)
		return base(first)
	}
	if words := strings.Fields(m.text("command", "template")); len(words) > 0 {
		return base(words[0])
	}
	return base(m.text("command", "executor"))
}

// base is the name of a program without its folder, in small letters: the
// runtime compares in this way.
func base(program string) string {
	return strings.ToLower(program[strings.LastIndexAny(program, `/\\`)+1:])
}

func (m tool) reachesOut() bool {
	if m.table("tool")["network_egress"] == true || m.table("http") != nil || m.table("browser") != nil {
		return true
	}
	programs := []string{m.program(), base(m.text("tool", "binary"))}
	if words := strings.Fields(m.text("session", "startup_command")); len(words) > 0 {
		programs = append(programs, base(words[0]))
	}
	return slices.ContainsFunc(programs, func(p string) bool { return slices.Contains(networkPrograms(), p) })
}

// arguments are those of the tool and of its commands, by where they are, in
// the order of names.
func (m tool) arguments() func(func(string, map[string]any) bool) {
	return func(yield func(string, map[string]any) bool) {
		places := []string{"args"}
		for _, kind := range []string{"session", "browser"} {
			for _, command := range slices.Sorted(maps.Keys(m.table(kind, "commands"))) {
				places = append(places, kind+".commands."+command+".args")
			}
		}
		for _, place := range places {
			args := m.table(strings.Split(place, ".")...)
			for _, name := range slices.Sorted(maps.Keys(args)) {
				if arg, ok := args[name].(map[string]any); ok && !yield(place+"."+name, arg) {
					return
				}
			}
		}
	}
}

// quotes reports whether a placeholder stands inside quotes.
func quotes(template string) bool {
	var quote byte
	for i := 0; i < len(template); i++ {
		switch c := template[i]; {
		case c == '\\' && quote != '\'':
			i++
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case c == quote:
			quote = 0
		case quote != 0 && strings.HasPrefix(template[i:], "{{"):
			i++
		case quote != 0 && c == '{':
			return true
		}
	}
	return false
}

func interpreters() []string {
	return strings.Fields("sh bash zsh dash ksh csh tcsh fish ash busybox env eval xargs python python2 python3 perl ruby node deno bun lua php awk")
}

func networkPrograms() []string {
	return strings.Fields("curl wget nmap nc ncat netcat masscan telnet ssh ping fping httpie http wfuzz ffuf hydra nikto dig whois")
}

// members are the sections of a manifest and what each may hold; a section
// named * stands for any name. What is in no section here may hold anything.
func members() map[string]string {
	const argument = "position required type description allowed default pattern sanitize min max min_float max_float clamp schemes scope_check block_internal allow_leading_dash allow_whitespace feeds_decision"
	const times = " startup_timeout_seconds idle_timeout_seconds session_timeout_seconds max_interactions "
	return map[string]string{
		"":                          "tool filesystem source args command output http mcp session browser",
		"tool":                      "name version binary description mode timeout_seconds risk_tier human_approval dispatch network_egress allow_interpreter cedar evidence limits",
		"tool.cedar":                "resource action",
		"tool.evidence":             "output_dir capture hash screenshots",
		"tool.limits":               "nproc nofile fsize_bytes address_space_bytes cpu_seconds",
		"filesystem":                "read create max_file_bytes",
		"source":                    "operation",
		"args.*":                    argument,
		"command":                   "exec template executor defaults mappings conditionals end_of_options",
		"command.conditionals.*":    "when template",
		"output":                    "format parser envelope schema max_bytes",
		"http":                      "capability method url headers body_template success_status error_status",
		"mcp":                       "server tool field_map",
		"session":                   "startup_command ready_pattern sentinel_command interaction commands child_detection" + times,
		"session.interaction":       "input_sanitize output_max_bytes output_wait_ms",
		"session.commands.*":        "pattern description risk_tier human_approval finalize extract_target args",
		"session.commands.*.args.*": argument,
		"browser":                   "engine headless connect extract_mode scope network commands state defaults" + times,
		"browser.scope":             "allowed_domains blocked_domains allow_external",
		"browser.network":           "allowed_methods private_origins",
		"browser.commands.*":        "description risk_tier human_approval args",
		"browser.commands.*.args.*": argument,
		"browser.state":             "fields",
		"browser.defaults":          "extract_mode",
	}
}

// unknown lists the members that no section has, in the order of names.
func (m tool) unknown() []string {
	known := members()
	var all []string
	var walk func(table map[string]any, place, pattern string)
	walk = func(table map[string]any, place, pattern string) {
		allowed, listed := known[pattern]
		_, named := known[join(pattern, "*")]
		for _, key := range slices.Sorted(maps.Keys(table)) {
			if listed && !slices.Contains(strings.Fields(allowed), key) {
				all = append(all, join(place, key))
				continue
			}
			if inner, ok := table[key].(map[string]any); ok {
				next := key
				if named {
					next = "*"
				}
				walk(inner, join(place, key), join(pattern, next))
			}
		}
	}
	walk(m.doc, "", "")
	return all
}

func join(place, key string) string {
	if place == "" {
		return key
	}
	return place + "." + key
}
