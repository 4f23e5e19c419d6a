package cmd_test

import (
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/rogpeppe/go-internal/testscript"
)

// https makes example.com answer with the files of a folder, by their paths. It
// is reached as every public server is from a closed network, through the proxy
// of HTTPS_PROXY; its certificate is trusted through SSL_CERT_FILE. The paths that
// were asked for are in the file DIR.requests, one a line.
func https(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: https DIR")
	}
	files := http.FileServer(http.Dir(ts.MkAbs(args[0])))
	requests, err := os.OpenFile(ts.MkAbs(args[0]+".requests"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	ts.Check(err)
	site := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(requests, r.URL.Path+"\n")
		if r.URL.Path == "/.well-known/moved.json" {
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
			return
		}
		files.ServeHTTP(w, r)
	}))
	proxy := httptest.NewServer(tunnel(site.Listener.Addr().String()))
	ts.Defer(func() {
		proxy.CloseClientConnections()
		proxy.Close()
		site.Close()
		ts.Check(requests.Close())
	})
	ca := ts.MkAbs(".ca.pem")
	ts.Check(os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: site.Certificate().Raw}), 0o600))
	ts.Setenv("HTTPS_PROXY", proxy.URL)
	ts.Setenv("NO_PROXY", "")
	ts.Setenv("SSL_CERT_FILE", ca)
}

// tunnel is a proxy that leads every connection to one address.
func tunnel(address string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect {
			http.Error(w, "want CONNECT", http.StatusMethodNotAllowed)
			return
		}
		server, err := net.Dial("tcp", address)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer server.Close()
		client, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer client.Close()
		if _, err := io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
			return
		}
		go func() {
			_, _ = io.Copy(server, buffered)
			server.Close()
		}()
		_, _ = io.Copy(client, server)
	}
}
