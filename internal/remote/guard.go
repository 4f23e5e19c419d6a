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

// OwnAddress refuses to send a key that was just given to an address that the
// file of a project chose, or to keep it for no address.
func OwnAddress(s *config.Settings) error {
	if s.Config.BaseURL == LocalURL {
		return cli.Usagef("the embedded runtime in this process makes a key of its own, and needs no key of yours")
	}
	return ownAddress(s, "the key")
}

func ownAddress(s *config.Settings, secret string) error {
	chosen, foreign := s.ProjectAddress()
	if !foreign {
		return nil
	}
	refused := cli.Usagef("%s is not sent to %s: a project file chose that address (%s)", secret, s.Config.BaseURL, chosen)
	return refused.WithHint("if you trust it, give it with --base-url, or add it to a profile of your own")
}
