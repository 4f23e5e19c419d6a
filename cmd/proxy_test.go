package cmd_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/symbi-ctl/symbi-ctl/cmd"
)

// TestProxyIsThatOfTheRun: the process has no proxy; the run was given one.
func TestProxyIsThatOfTheRun(t *testing.T) {
	t.Parallel()
	var asked atomic.Value
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Store(r.Method + " " + r.Host)
		w.WriteHeader(http.StatusForbidden)
	}))
	defer proxy.Close()
	var stdout, stderr bytes.Buffer
	status := cmd.Run(t.Context(), []string{"agentpin", "discovery", "fetch", "example.com"},
		[]string{"HOME=" + t.TempDir(), "https_proxy=" + proxy.URL}, strings.NewReader(""), &stdout, &stderr)
	if got := asked.Load(); status == 0 || got != "CONNECT example.com:443" {
		t.Errorf("status %d, the proxy was asked %v\n%s%s", status, got, &stdout, &stderr)
	}
}
