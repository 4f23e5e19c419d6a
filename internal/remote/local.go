package remote

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// endOfRuns is how long a command waits at its end for the runs it started in
// this process.
const endOfRuns = 5 * time.Minute

// lastChance is how long it waits when it was interrupted, or the time that a run
// was given is over: one that is cut off is lost for ever.
const lastChance = 10 * time.Second

// local is the embedded runtime in this process.
type local struct {
	token     string
	state     *store.Store
	runtime   *devruntime.Runtime
	serve     *loopback
	transport http.RoundTripper
}

// stop waits for the runs that this process started: nobody else would end
// them before the next command.
func (l *local) stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, endOfRuns)
	defer cancel()
	return errors.Join(l.serve.stop(ctx), l.runtime.Close(ctx), l.state.Close())
}

// StateDir is the folder of the embedded runtime's state: what the flag says,
// SYMBI_CTL_STATE, or a place in the user's home. It is "" for memory.
func StateDir(app *cli.App, flag string) (string, error) {
	if flag == "" {
		flag, _ = app.Getenv("SYMBI_CTL_STATE")
	}
	switch {
	case flag == "memory":
		return "", nil
	case flag != "":
		return app.Path(flag), nil
	}
	if dir, ok := app.Getenv("XDG_STATE_HOME"); ok && filepath.IsAbs(dir) {
		return filepath.Join(dir, "symbi-ctl", "dev"), nil
	}
	if app.Home == "" {
		return "", cli.Usagef("there is no home folder for the state of the embedded runtime").WithHint("name a folder with --state, or memory")
	}
	return filepath.Join(app.Home, ".local", "state", "symbi-ctl", "dev"), nil
}

// Address is where api sends its requests, as the settings write it.
func (c *Conn) Address(api *client.Client) string {
	s, err := c.app.Settings()
	switch {
	case err == nil && (s.Config.BaseURL == LocalURL || strings.HasPrefix(s.Config.BaseURL, "unix://")):
		return s.Config.BaseURL
	case c.flags.socket != "":
		return "unix://" + c.path(c.flags.socket)
	}
	return api.BaseURL()
}

// local reports whether the runtime is in this process.
func (c *Conn) local() bool {
	s, err := c.app.Settings()
	return err == nil && s.Config.BaseURL == LocalURL
}

// stateExists reports whether the embedded runtime has kept anything yet.
func (c *Conn) stateExists() bool {
	dir, err := StateDir(c.app, c.flags.state)
	if err != nil || dir == "" {
		return false
	}
	_, err = os.Stat(dir)
	return err == nil
}

func (c *Conn) startLocal(ctx context.Context) (*local, error) {
	dir, err := StateDir(c.app, c.flags.state)
	if err != nil {
		return nil, err
	}
	transcript, _ := c.app.Getenv("SYMBI_CTL_SCRIPT")
	model, about, err := Model(c.app, transcript)
	if err != nil && transcript != "" {
		err = fmt.Errorf("SYMBI_CTL_SCRIPT: %w", err)
	}
	if err != nil {
		return nil, err
	}
	state, err := store.Open(ctx, store.Options{Dir: dir, Now: c.app.Now})
	if err != nil {
		return nil, StateError(err, c.flags.state)
	}
	token := NewToken()
	if dir != "" {
		if token, err = OwnToken(dir); err != nil {
			return nil, errors.Join(err, state.Close())
		}
	}
	l := &local{token: token, state: state}
	l.runtime, err = devruntime.New(devruntime.Options{Store: state, Provider: model, Now: c.app.Now, Guard: &frame.Guard{Token: l.token}})
	if err != nil {
		return nil, errors.Join(err, state.Close())
	}
	l.runtime.StartOnDemand(ctx)
	l.serve = serve(l.runtime)
	l.transport = c.telling(l.serve.transport(), dir, about)
	return l, nil
}

// StateError gives the errors of a state, which the flag --state named or not,
// their code.
func StateError(err error, flag string) error {
	which := ""
	if flag != "" {
		which = " --state " + Quote(flag)
	}
	var newer *store.NewerError
	var held *store.HeldError
	switch {
	case errors.As(err, &held):
		return cli.Wrap(cli.CodeConflict, err).WithNext("symbi-ctl dev status"+which, "take another --state, or memory")
	case errors.Is(err, store.ErrExists):
		return cli.Wrap(cli.CodeConflict, err).WithHint("the state is not empty; nothing was changed").WithNext("symbi-ctl dev reset"+which, "take another --state")
	case errors.As(err, &newer), errors.Is(err, store.ErrCorrupt), errors.Is(err, store.ErrInvalid):
		return cli.Wrap(cli.CodeLoad, err).WithHint("nothing was changed")
	}
	return err
}
