package config_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/symbi-ctl/symbi-ctl/internal/config"
)

func TestSecretIsNeverPrinted(t *testing.T) {
	t.Parallel()
	type holder struct {
		Shown  config.Secret
		hidden config.Secret
		Ptr    *config.Secret
		List   []config.Secret
		Map    map[string]config.Secret
	}
	s := config.NewSecret("canary")
	h := holder{Shown: s, hidden: s, Ptr: &s, List: []config.Secret{s}, Map: map[string]config.Secret{"k": s}}
	var got bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%p", "%T"} {
		fmt.Fprintf(&got, verb+" "+verb+" "+verb+"\n", s, &s, h)
	}
	log := slog.New(slog.NewTextHandler(&got, nil))
	log.Info("x", "s", s, "p", &s, "h", h)
	slog.New(slog.NewJSONHandler(&got, nil)).Info("x", "s", s, "h", h)
	for _, marshal := range []func(any) ([]byte, error){json.Marshal, yaml.Marshal} {
		for _, v := range []any{s, &s, h} {
			b, err := marshal(v)
			if err != nil || !bytes.Contains(b, []byte("[set]")) {
				t.Errorf("want [set], got %s, %v", b, err)
			}
			got.Write(b)
		}
	}
	b, err := xml.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	got.Write(b)
	fmt.Fprint(&got, fmt.Errorf("wrapped: %v", h))
	for _, form := range []string{"canary", "63616e617279", "63616E617279", "[99 97"} {
		if strings.Contains(got.String(), form) {
			t.Errorf("want no %q in\n%s", form, got.String())
		}
	}
}

func TestSecretValue(t *testing.T) {
	t.Parallel()
	var none config.Secret
	set := config.NewSecret("x")
	if none.Reveal() != "" || !none.IsZero() || fmt.Sprintf("%v%s%#v", none, none, none) != "" {
		t.Error("want the zero secret empty")
	}
	if set.Reveal() != "x" || set.IsZero() || set.String() != "[set]" {
		t.Error("want the secret to hold its value")
	}
	if !set.Equal(config.NewSecret("x")) || set.Equal(config.NewSecret("y")) || set.Equal(none) || !none.Equal(config.NewSecret("")) {
		t.Error("want equality of values")
	}
}

// Whatever is printed of settings that hold a secret, the secret is not in it.
func TestSettingsHideSecrets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("api_key: canary-1\nprofiles: {p: {api_key: canary-2, webhook_token: canary-3}}\n")
	w.vars["SYMBIONT_API_TOKEN"] = "canary-4"
	w.EnvFile = w.write("env", "SYMBIONT_WEBHOOK_TOKEN=canary-5\n")
	s := w.load()
	e, err := s.Endpoint()
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal([]any{s.List(), s.Profiles(), e})
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%+v %#v %+v %#v %+v %s", s, s, *s, *s, s.List(), encoded); strings.Contains(got, "canary") {
		t.Errorf("want no secret in\n%s", got)
	}
}
