package remote

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbi-ctl/symbi-ctl/internal/ident"
	"github.com/symbi-ctl/symbi-ctl/internal/output"
	"github.com/symbi-ctl/symbi-ctl/internal/safefile"
	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

const (
	completionDeadline = 300 * time.Millisecond // of the 350 that a user waits at most
	cacheLife          = 5 * time.Second        // answers that young are not asked again
	maxCache           = 1 << 20
	maxOffered         = 500
)

// CompleteAgents offers the names and ids of agents. It has no error: a runtime
// that does not answer in time gives the names of the last time, or none.
func (c *Conn) CompleteAgents(command *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
	c.app.Global.Quiet = true
	ctx, cancel := context.WithTimeout(command.Context(), completionDeadline)
	defer cancel()
	return offer(c.knownAgents(ctx), begun), cobra.ShellCompDirectiveNoFileComp
}

func offer(agents []client.Agent, begun string) []string {
	var offered []string
	for _, a := range agents {
		if len(offered) == maxOffered {
			break
		}
		name, state := output.SanitizeLine(a.Name), output.SanitizeLine(string(a.State))
		switch {
		case plain(name) && strings.HasPrefix(name, begun):
			offered = append(offered, name+"\t"+state)
		case ident.Valid(a.ID) && strings.HasPrefix(a.ID, begun):
			offered = append(offered, a.ID+"\t"+name)
		}
	}
	return offered
}

// plain reports whether a name can stand on a command line as it is: a server
// chose it.
func plain(name string) bool {
	return Quote(name) == name && !strings.HasPrefix(name, "-") && !strings.Contains(name, ":")
}

// knownAgents asks the runtime, or the cache when that is fresh or the runtime
// silent.
func (c *Conn) knownAgents(ctx context.Context) []client.Agent {
	path := c.cachePath()
	cached, age := c.readCache(path)
	if cached != nil && age >= 0 && age < cacheLife {
		return cached
	}
	if c.local() && !c.stateExists() {
		return nil // asking would make it
	}
	asked := make(chan []client.Agent, 1)
	go func() {
		var agents []client.Agent
		err := c.Do(ctx, func(ctx context.Context, api *client.Client) (err error) {
			agents, err = api.AgentList(ctx)
			return err
		})
		if err != nil {
			agents = nil
		}
		asked <- agents
	}()
	select {
	case agents := <-asked:
		if agents == nil {
			return cached
		}
		SortAgents(agents)
		c.writeCache(path, agents)
		return agents
	case <-ctx.Done():
		return cached
	}
}

// cachePath is the file of the answers of one address, "" when there is no
// place for it.
func (c *Conn) cachePath() string {
	settings, err := c.app.Settings()
	if err != nil || c.app.Home == "" {
		return ""
	}
	dir, ok := c.app.Getenv("XDG_CACHE_HOME")
	if !ok || !filepath.IsAbs(dir) {
		dir = filepath.Join(c.app.Home, ".cache")
	}
	where := []string{settings.Config.BaseURL, settings.Config.Profile, c.flags.socket}
	if state, err := StateDir(c.app, c.flags.state); err == nil && c.local() {
		where = append(where, state)
	}
	sum := sha256.Sum256([]byte(strings.Join(where, "\x00")))
	return filepath.Join(dir, "symbi-ctl", "agents-"+hex.EncodeToString(sum[:8])+".json")
}

func (c *Conn) readCache(path string) ([]client.Agent, time.Duration) {
	data, _, err := safefile.Read(path, maxCache)
	if path == "" || err != nil {
		return nil, 0
	}
	var agents []client.Agent
	if json.Unmarshal(data, &agents) != nil {
		return nil, 0
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, 0
	}
	return agents, c.app.Now().Sub(info.ModTime())
}

// writeCache may fail: the next time costs a question more.
func (c *Conn) writeCache(path string, agents []client.Agent) {
	data, err := json.Marshal(agents[:min(len(agents), maxOffered)])
	if path == "" || err != nil || os.MkdirAll(filepath.Dir(path), 0o700) != nil {
		return
	}
	_ = safefile.Write(path, data, safefile.Options{Replace: true})
}
