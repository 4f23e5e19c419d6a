package client_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// healthy answers every request with a health.
func healthy(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprint(w, health("3.0.0"))
}

// writePEM writes one PEM block below dir and returns the file.
func writePEM(t *testing.T, name, kind string, der []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// identity makes a certificate for a client, in files.
func identity(t *testing.T) (certFile, keyFile string, pool *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "operator"},
		NotBefore: time.Unix(0, 0), NotAfter: time.Now().Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool = x509.NewCertPool()
	pool.AddCert(cert)
	return writePEM(t, "cert.pem", "CERTIFICATE", der), writePEM(t, "key.pem", "PRIVATE KEY", keyDER), pool
}

func TestTLS(t *testing.T) {
	t.Parallel()
	certFile, keyFile, pool := identity(t)
	s := httptest.NewUnstartedServer(http.HandlerFunc(healthy))
	s.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool, MinVersion: tls.VersionTLS12}
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.StartTLS()
	t.Cleanup(s.Close)
	ca := writePEM(t, "ca.pem", "CERTIFICATE", s.Certificate().Raw)
	for name, tc := range map[string]struct {
		o     client.Options
		ok    bool
		waits int // repeats: a certificate that is not trusted will not be so later
	}{
		"all there":            {client.Options{CAFile: ca, CertFile: certFile, KeyFile: keyFile}, true, 0},
		"server name":          {client.Options{CAFile: ca, CertFile: certFile, KeyFile: keyFile, ServerName: "example.com"}, true, 0},
		"wrong server name":    {client.Options{CAFile: ca, CertFile: certFile, KeyFile: keyFile, ServerName: "other.test"}, false, 0},
		"unknown authority":    {client.Options{CertFile: certFile, KeyFile: keyFile}, false, 0},
		"no client certifcate": {client.Options{CAFile: ca}, false, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var p pauses
			tc.o.BaseURL, tc.o.MaxRetries, tc.o.Wait = s.URL, 2, p.wait
			_, err := newClient(t, tc.o).Health(t.Context())
			if (err == nil) != tc.ok || len(p.list) != tc.waits {
				t.Errorf("err = %v after %d repeats, want ok %v after %d", err, len(p.list), tc.ok, tc.waits)
			}
		})
	}
}

func TestUnixSocket(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	s := &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(healthy), ReadHeaderTimeout: time.Minute}}
	s.Start()
	t.Cleanup(s.Close)
	for name, o := range map[string]client.Options{
		"URL":    {BaseURL: "unix://" + filepath.Join(dir, "s")},
		"option": {BaseURL: "http://runtime.example", UnixSocket: filepath.Join(dir, "s")},
	} {
		if h, err := newClient(t, o).Health(t.Context()); err != nil || h.Version != "3.0.0" {
			t.Errorf("%s: %+v, %v", name, h, err)
		}
	}
}

func TestProxy(t *testing.T) {
	t.Parallel()
	var asked string
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.String()
		healthy(w, r)
	})
	to, err := url.Parse(proxy)
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t, client.Options{BaseURL: "http://runtime.example", Proxy: http.ProxyURL(to)})
	if _, err := c.Health(t.Context()); err != nil || asked != "http://runtime.example/api/v1/health" {
		t.Errorf("err = %v, the proxy was asked for %q", err, asked)
	}
}
