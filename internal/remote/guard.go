package remote

import (
	"net/http"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/config"
)

// guard refuses requests that change something when the profile says so.
type guard struct {
	settings  config.Config
	confirmed string
}

func (g guard) refuse(r *http.Request) error {
	if !changes(r) {
		return nil
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
