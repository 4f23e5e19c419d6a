package agentpin

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/bundle"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/dns"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/fetch"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/revocation"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/source"
)

// maxCertificates is the size up to which a file of CA certificates is read.
const maxCertificates = 4 << 20

// sourceFlags say where documents come from.
type sourceFlags struct {
	discovery, revocation, bundle, dir string
	maxBundleAge                       span
	online, offline                    bool
	other                              string // what --discovery is when it is no document
	net                                netFlags
}

func (s *sourceFlags) add(c *cobra.Command) {
	s.define(c)
	c.MarkFlagsOneRequired("discovery", "trust-bundle", "discovery-dir", "online")
}

// define is add for a command that has something to say without documents.
func (s *sourceFlags) define(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&s.discovery, "discovery", "", "`file` with the issuer's document")
	f.StringVar(&s.revocation, "revocation", "", "`file` with the issuer's revocations")
	f.StringVar(&s.bundle, "trust-bundle", "", "`file` with the documents of many domains")
	f.Var(&s.maxBundleAge, "max-bundle-age", "refuse a trust bundle that is older than this `duration`")
	f.StringVar(&s.dir, "discovery-dir", "", "`folder` with DOMAIN.json and DOMAIN.revocations.json")
	f.BoolVar(&s.online, "online", false, "fetch what the files do not have from the domains themselves")
	f.BoolVar(&s.offline, "offline", false, "open no socket, which is so without --online anyway")
	s.net.add(f)
	c.MarkFlagsMutuallyExclusive("online", "offline")
	aliases(f, map[string]string{"bundle": "trust-bundle"})
}

// none reports whether no document is given.
func (s *sourceFlags) none() bool { return s.discovery == "" && !s.many() }

// many reports whether there may be documents of more than one domain.
func (s *sourceFlags) many() bool { return s.bundle != "" || s.dir != "" || s.online }

// check refuses flags that would be ignored.
func (s *sourceFlags) check(c *cobra.Command) error {
	if err := needs(c, "trust-bundle", "max-bundle-age"); err != nil {
		return err
	}
	if err := needs(c, "online", "ca-file", "allow-private", "timeout", "connect-to"); err != nil {
		return err
	}
	if s.revocation != "" && s.discovery == "" {
		return cli.Usagef("--revocation goes with --discovery").WithHint("a trust bundle and a folder bring their own revocations")
	}
	return nil
}

// open returns the sources, files first.
func (s *sourceFlags) open(app *cli.App, in *inputs, now time.Time) (source.Source, error) {
	var chain source.Chain
	if s.discovery != "" {
		single, err := s.single(in)
		if err != nil {
			return nil, err
		}
		chain = append(chain, single)
	}
	if s.bundle != "" {
		b, err := load(in, s.bundle, bundle.Max, bundle.Parse)
		if err == nil && s.maxBundleAge > 0 {
			if age := b.CheckAge(now, time.Duration(s.maxBundleAge)); age != nil {
				err = cli.Wrap(cli.CodeLoad, age)
			}
		}
		if err != nil {
			return nil, err
		}
		chain = append(chain, b)
	}
	if s.dir != "" {
		info, err := os.Stat(app.Path(s.dir))
		if err != nil {
			return nil, named(app, s.dir, err)
		}
		if !info.IsDir() {
			return nil, cli.Usagef("--discovery-dir: %s is not a folder", s.dir)
		}
		chain = append(chain, source.Folder{FS: os.DirFS(app.Path(s.dir))})
	}
	if s.online {
		client, err := s.net.client(app, in)
		if err != nil {
			return nil, err
		}
		chain = append(chain, client)
	}
	if len(chain) == 1 {
		return chain[0], nil
	}
	return chain, nil
}

func (s *sourceFlags) single(in *inputs) (source.Source, error) {
	document, err := in.read(s.discovery, discovery.Max)
	if err != nil {
		return nil, err
	}
	s.other = otherKind(s.discovery, document, (*discovery.Document)(nil))
	var revoked []byte
	if s.revocation != "" {
		if revoked, err = in.read(s.revocation, revocation.Max); err != nil {
			return nil, err
		}
	}
	return source.NewSingle(document, revoked), nil
}

// netFlags are the flags of commands that may use the network.
type netFlags struct {
	ca           string
	allowPrivate bool
	timeout      span
	connectTo    []string
}

func (n *netFlags) add(f *pflag.FlagSet) {
	n.timeout = span(10 * time.Second)
	f.StringVar(&n.ca, "ca-file", "", "trust only the certificates in this `file`")
	f.BoolVar(&n.allowPrivate, "allow-private", false, "connect to private and loopback addresses too")
	f.Var(&n.timeout, "timeout", "how long one request may take")
	f.StringSliceVar(&n.connectTo, "connect-to", nil, "connect to another address for a domain, as `DOMAIN=HOST:PORT`")
}

func (n *netFlags) client(app *cli.App, in *inputs) (*fetch.Client, error) {
	o := fetch.Options{
		Timeout: time.Duration(n.timeout), AllowPrivate: n.allowPrivate, ConnectTo: map[string]string{}, Proxy: app.Proxy(),
		Now: app.Now, UserAgent: "symbi-ctl/" + cli.ReadBuild().Version, Warn: func(message string) { app.Notice("warning: %s", message) },
	}
	if o.Timeout <= 0 {
		return nil, cli.Usagef("--timeout: want more than 0")
	}
	for _, entry := range n.connectTo {
		domain, address, ok := strings.Cut(entry, "=")
		if _, _, err := net.SplitHostPort(address); !ok || err != nil {
			return nil, cli.Usagef("--connect-to: %q is not DOMAIN=HOST:PORT", entry)
		}
		o.ConnectTo[domain] = address
	}
	if n.ca != "" {
		pem, err := in.read(n.ca, maxCertificates)
		if err != nil {
			return nil, err
		}
		o.Roots = x509.NewCertPool()
		if !o.Roots.AppendCertsFromPEM(pem) {
			return nil, cli.Usagef("--ca-file: %s holds no certificate", n.ca)
		}
	}
	return fetch.New(o), nil
}

// lookupTXT asks DNS for the record that a domain may have. A name that does
// not exist has no texts.
func lookupTXT(ctx context.Context, domain string) ([]string, error) {
	texts, err := net.DefaultResolver.LookupTXT(ctx, dns.Name(domain))
	var answer *net.DNSError
	if errors.As(err, &answer) && answer.IsNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, errors.Join(discovery.ErrUnreachable, err)
	}
	return texts, nil
}
