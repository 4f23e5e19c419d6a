package messages

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"slices"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/ident"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// checked reports what is wrong with the flags before anything is taken.
func checked(app cli.App, flags cli.ListFlags) error {
	if err := flags.Check(); err != nil {
		return err
	}
	if _, err := cli.Select(flags, []client.Message{}, messageColumns()); err != nil {
		return err
	}
	app.Out, app.Changes, app.Global.JQ, app.Global.Template = io.Discard, false, "", "" // these say nothing of a list without rows
	return app.Print(messagesView(nil))
}

func messagesView(rows []client.Message) output.View {
	return output.List[client.Message]{Rows: rows, Empty: "No messages.", Columns: messageColumns()}
}

// keeper sees to it that no message is lost that the runtime gave away.
type keeper struct {
	app   *cli.App
	agent string
}

// show prints what was taken. What nobody sees is kept in a file.
func (k keeper) show(flags cli.ListFlags, taken []client.Message) error {
	rows, err := cli.Select(flags, taken, messageColumns())
	if err != nil {
		return err
	}
	if flags.Limit > 0 {
		rows = rows[:min(flags.Limit, len(rows))]
	}
	failed := k.app.Print(messagesView(rows))
	hidden := without(taken, rows)
	if failed != nil || k.app.Gone() {
		hidden = taken
	}
	if len(hidden) == 0 {
		return failed
	}
	where, err := k.keep(hidden)
	switch {
	case err != nil:
		e := cli.Classify(errors.Join(failed, err))
		return e.WithHint("the runtime does not have the messages any more, and no file could be made for them: they are on stderr")
	case failed != nil:
		return cli.Classify(failed).WithHint("the runtime does not have the messages any more: they are in %s", where)
	}
	k.app.Notice("%d of %d taken messages shown; the runtime does not have the other %d any more: they are in %s", len(taken)-len(hidden), len(taken), len(hidden), where)
	return nil
}

// without returns what is in all and not in some.
func without(all, some []client.Message) []client.Message {
	seen := map[client.Message]int{}
	for _, m := range some {
		seen[m]++
	}
	return slices.DeleteFunc(slices.Clone(all), func(m client.Message) bool {
		seen[m]--
		return seen[m] >= 0
	})
}

// keep writes messages into a file, or onto stderr when that fails.
func (k keeper) keep(messages []client.Message) (where string, err error) {
	data, err := json.MarshalIndent(messages, "", "  ")
	if err != nil {
		return "", err
	}
	where, err = k.write(append(data, '\n'))
	if err != nil {
		line, _ := output.EncodeJSONLine(map[string]any{"messages": messages}) // they were encoded above
		_, unsaid := k.app.Err.Write(line)
		err = errors.Join(err, unsaid)
	}
	return where, err
}

// undecoded keeps a reply that could not be read.
func (k keeper) undecoded(lost *client.UndecodedError) error {
	e := cli.Wrap(cli.CodeBadReply, lost)
	where, err := k.write(lost.Body)
	if err != nil {
		return e.WithHint("the reply could not be kept either: %v", err)
	}
	return e.WithHint("the runtime does not have them any more; the reply is in %s", where)
}

// write makes a file in the current folder, or else in that for temporary ones.
func (k keeper) write(data []byte) (string, error) {
	agent := k.agent
	if !ident.Valid(agent) {
		agent = "unknown" // a runtime names no files
	}
	var failed error
	for _, folder := range []string{k.app.Dir, k.app.Home, os.TempDir()} {
		f, err := os.CreateTemp(folder, "symbi-ctl-messages-"+agent+"-*.json") // mode 0600
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		_, err = f.Write(data)
		if err = errors.Join(err, f.Close()); err == nil {
			return f.Name(), nil
		}
		failed = errors.Join(failed, err, os.Remove(f.Name()))
	}
	return "", failed
}
