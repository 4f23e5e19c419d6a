package remote

import (
	"fmt"
	"io"
	"net/http"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/config"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// guard refuses requests that change something when the profile says so, and
// those that carry a credential to an address that is not the user's.
type guard struct {
	settings  config.Config
	confirmed string
	address   error // why no credential goes there, nil when it does
}

func (g guard) refuse(r *http.Request) error {
	if !changes(r) {
		return nil
	}
	if g.address != nil {
		carries, err := credential(r)
		if err != nil {
			return err
		}
		if carries {
			return g.address
		}
	}
	profile := g.settings.Profile
	switch {
	case g.settings.ReadOnly:
		e := &cli.Error{Code: cli.CodeReadOnly, Status: cli.CodeReadOnly.Status(), Message: "the settings allow reading only (read_only); nothing was sent"}
		return e.WithNext("symbi-ctl config explain read_only")
	case g.settings.Protected && (g.confirmed == "" || g.confirmed != profile):
		e := &cli.Error{Code: cli.CodeNeedsYes, Status: cli.Usage, Message: "the settings are protected; nothing was sent"}
		if profile == "" {
			return e.WithHint("select the profile by name, and give the same name with --confirm")
		}
		return e.WithNext("add --confirm " + profile)
	}
	return nil
}

// credential reports whether a request carries an AgentPin credential.
func credential(r *http.Request) (bool, error) {
	if r.GetBody == nil {
		return false, nil
	}
	body, err := r.GetBody()
	if err != nil {
		return false, fmt.Errorf("read the request: %w", err)
	}
	defer body.Close()
	data, err := io.ReadAll(body)
	if err != nil {
		return false, fmt.Errorf("read the request: %w", err)
	}
	return client.Credential(data) != "", nil
}
