package loopback_test

import (
	"testing"

	"github.com/symbi-ctl/symbi-ctl/internal/loopback"
)

func TestHost(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"localhost": true, "localhost:8080": true, "LocalHost": true, "127.0.0.1": true, "127.9.9.9:1": true, "::1": true, "[::1]": true, "[::1]:8080": true,
		"::ffff:127.0.0.1": true, "": false, "localhost.": false, "app.localhost": false, "localhost.example": false, "127.0.0.1.example": false,
		"0.0.0.0": false, "[::]:8080": false, "10.0.0.1": false, "0x7f000001": false, "2130706433": false,
	} {
		if got := loopback.Host(host); got != want {
			t.Errorf("Host(%q) = %v, want %v", host, got, want)
		}
	}
}
