// Package api is the noun api: any request to a runtime, and the routes there
// are.
package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/internal/remote"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

const maxBody = 2 << 20 // the runtime takes no more

// New returns the command api with its child.
func New(app *cli.App) *cobra.Command {
	conn := remote.New(app)
	var o struct {
		file    string
		headers []string
		include bool
	}
	c := conn.Mutates(remote.Exits(&cobra.Command{
		Use:   "api [METHOD] PATH",
		Short: "Send any request to the runtime",
		Long: `Send a request to the runtime with the address, key, repeats and checks of every
other command, and print the body of the answer. PATH is below /api/v1, with or
without it; without METHOD it is read (GET). An answer of 300 and more is an
error, and its body is printed all the same.`,
		Example: "  symbi-ctl api GET /agents --jq '.[].name'\n  symbi-ctl api POST /agents -f agent.json",
		Args: func(c *cobra.Command, args []string) error {
			switch {
			case len(args) == 2, len(args) == 1 && strings.HasPrefix(args[0], "/") && o.file == "":
				return nil
			case len(args) == 1 && !isMethod(args[0]) && !strings.HasPrefix(args[0], "/"):
				e := cli.UnknownCommand(c, args[0])
				if e.Hint == "" {
					e.Hint = "a path begins with a slash"
				}
				return e
			}
			return cli.Usagef("api wants METHOD and PATH, or routes").WithNext(c.CommandPath() + " routes")
		},
		ValidArgsFunction: completeRoute,
		RunE: func(c *cobra.Command, args []string) error {
			return conn.Do(c.Context(), func(ctx context.Context, api *client.Client) error {
				r := client.Request{Method: http.MethodGet, Path: args[len(args)-1]}
				if len(args) == 2 {
					r.Method = strings.ToUpper(args[0])
				}
				var err error
				if r.Header, err = headers(o.headers); err != nil {
					return err
				}
				if o.file != "" {
					body, err := remote.ReadFile(conn.App(), o.file, maxBody)
					if err != nil {
						return err
					}
					r.Body = body
				}
				reply, err := api.Do(ctx, r)
				if _, refused := errors.AsType[*client.APIError](err); err != nil && !refused {
					return err
				}
				if app.Terminal.Out && len(reply.Body) > 0 && !bytes.HasSuffix(reply.Body, []byte("\n")) {
					reply.Body = append(reply.Body, '\n')
				}
				return errors.Join(conn.View(view(reply, o.include)), err)
			})
		},
	}, cli.Conflict))
	f := c.Flags()
	f.StringVarP(&o.file, "file", "f", "", "send the bytes of this `file`; - is stdin")
	f.StringArrayVar(&o.headers, "header", nil, "`name: value` to send; may be repeated")
	f.BoolVar(&o.include, "include", false, "print status and headers too")
	c.AddCommand(newRoutes(conn))
	return conn.Alone(c)
}

// headers reads "name: value" lines. What the client itself sends is refused: a
// key on the command line could be seen by others.
func headers(lines []string) (http.Header, error) {
	all := http.Header{}
	for _, line := range lines {
		name, value, ok := strings.Cut(line, ":")
		if name = http.CanonicalHeaderKey(strings.TrimSpace(name)); !ok || name == "" {
			return nil, cli.Usagef("--header wants name: value, with a colon")
		}
		switch name {
		case "Authorization":
			return nil, cli.Usagef("--header does not take Authorization").WithHint("give the key with --api-key-file FILE, or - for stdin")
		case "User-Agent":
			return nil, cli.Usagef("--header does not take User-Agent: it says which program asks")
		case "Host", "Content-Length", "Transfer-Encoding", "Connection":
			return nil, cli.Usagef("--header does not take %s: it follows from the address and the body", name)
		}
		all.Add(name, strings.TrimSpace(value))
	}
	return all, nil
}

func isMethod(word string) bool {
	methods := []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions}
	return slices.Contains(methods, strings.ToUpper(word))
}

// answer is a reply with everything that is not its body.
type answer struct {
	Status  int         `json:"status"`
	Headers http.Header `json:"headers"`
	Body    any         `json:"body"`
}

// view shows JSON as it is, and anything else as text.
func view(r client.Response, include bool) output.View {
	var body any = string(r.Body)
	if json.Valid(r.Body) {
		body = json.RawMessage(r.Body)
	}
	if include {
		value := answer{r.Status, r.Header, body}
		return output.Record{Fields: remote.Fields(value), Value: value}
	}
	if _, text := body.(string); text {
		return output.Text(r.Body)
	}
	var shown bytes.Buffer
	if err := json.Indent(&shown, r.Body, "", "  "); err != nil {
		return output.Text(r.Body)
	}
	return output.Document{Text: shown.String() + "\n", Value: body}
}

// completeRoute offers methods, then the paths that have the method.
func completeRoute(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	var offered []string
	seen := map[string]bool{}
	for _, r := range client.Routes() {
		word := r.Method
		if len(args) == 1 {
			if !strings.EqualFold(r.Method, args[0]) {
				continue
			}
			word = r.Path + "\t" + r.Summary
		}
		if len(args) < 2 && !seen[word] {
			seen[word] = true
			offered = append(offered, word)
		}
	}
	return offered, cobra.ShellCompDirectiveNoFileComp
}

func newRoutes(conn *remote.Conn) *cobra.Command {
	var flags cli.ListFlags
	c := &cobra.Command{
		Use:   "routes",
		Short: "List the routes of runtimes",
		Long: `List the routes that runtimes serve and the version that brought them. The
dialect runtime is what real runtimes serve; sdk-1.11 is what the Python SDK
1.11 documents and only the embedded runtime answers.`,
		Example: "  symbi-ctl api routes --filter dialect=runtime",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			flags.All = flags.Limit == 0
			return cli.PrintList(conn.App(), flags, output.List[client.Route]{Rows: client.Routes(), Columns: []output.Column[client.Route]{
				{Header: "METHOD", Cell: func(r client.Route) string { return r.Method }},
				{Header: "PATH", Cell: func(r client.Route) string { return r.Path }},
				{Header: "SINCE", Cell: func(r client.Route) string { return r.Since }},
				{Header: "DIALECT", Cell: func(r client.Route) string { return r.Dialect }},
				{Header: "SUMMARY", Wide: true, Cell: func(r client.Route) string { return r.Summary }},
			}})
		},
	}
	flags.Add(c.Flags())
	return c
}
