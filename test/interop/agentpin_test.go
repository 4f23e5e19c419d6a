//go:build interop

package interop_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The libraries that judge us, and that we judge.
const (
	pythonAgentPin = "agentpin==0.3.0"
	nodeAgentPin   = "agentpin@0.3.0"
)

// library is an AgentPin library behind a small program of ours.
type library struct {
	command []string
	dir     string // in which the program finds the library
}

// libraries installs what can be installed here. What is missing is said.
func libraries(t *testing.T) map[string]library {
	t.Helper()
	found := map[string]library{}
	programs := filepath.Join(root(t), "test", "interop", "testdata", "agentpin")
	python := func(dir string) [][]string {
		return [][]string{
			{"python3", "-m", "venv", "--clear", dir},
			{filepath.Join(dir, "bin", "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", pythonAgentPin},
		}
	}
	node := func(dir string) [][]string {
		return [][]string{{"npm", "install", "--prefix", dir, "--no-audit", "--no-fund", "--ignore-scripts", nodeAgentPin}}
	}
	if dir, err := installed("python-"+pythonAgentPin, python); err != nil {
		t.Logf("the Python library is not compared: %v", err)
	} else {
		found["python"] = library{[]string{filepath.Join(dir, "bin", "python"), filepath.Join(programs, "peer.py")}, t.TempDir()}
	}
	if dir, err := installed("node-"+nodeAgentPin, node); err != nil {
		t.Logf("the JavaScript library is not compared: %v", err)
	} else {
		// Node looks for packages beside the program.
		program, err := os.ReadFile(filepath.Join(programs, "peer.mjs"))
		if err != nil {
			t.Fatal(err)
		}
		beside := filepath.Join(t.TempDir(), "peer.mjs")
		if err := os.WriteFile(beside, program, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(filepath.Join(dir, "node_modules"), filepath.Join(filepath.Dir(beside), "node_modules")); err != nil {
			t.Fatal(err)
		}
		found["node"] = library{[]string{"node", beside}, t.TempDir()}
	}
	if len(found) == 0 {
		t.Skip("there is no AgentPin library to compare with")
	}
	return found
}

// object is a JSON object.
type object = map[string]any

// ask puts a question to the library and reads the answer.
func (l library) ask(t *testing.T, op string, question object, answer any) {
	t.Helper()
	if question == nil {
		question = object{}
	}
	question["op"] = op
	text, err := json.Marshal(question)
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(l.command[0], l.command[1:]...)
	c.Dir, c.Stdin = l.dir, bytes.NewReader(text)
	out, err := c.Output()
	if err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			t.Fatalf("%s: %v\n%s", op, err, exit.Stderr)
		}
		t.Fatalf("%s: %v", op, err)
	}
	if err := json.Unmarshal(out, answer); err != nil {
		t.Fatalf("%s: %v in %s", op, err, out)
	}
}

// raw is [library.ask] for documents that are passed on as they are.
func (l library) raw(t *testing.T, op string, question object) string {
	t.Helper()
	var answer json.RawMessage
	l.ask(t, op, question, &answer)
	return string(answer)
}

// verdictOf is what a library says of a credential.
type verdictOf struct {
	Valid         bool
	Code, Pinning string
	Pins          string
}

const (
	domain = "example.com"
	scout  = "urn:agentpin:example.com:scout"
	kid    = "example-2026-01"
	many   = 24 // tokens, so that about half have a large s
)

// TestAgentPin has every library issue what we verify, and verify what we issue.
func TestAgentPin(t *testing.T) {
	t.Parallel()
	bin := binary(t)
	for name, l := range libraries(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for part, run := range map[string]func(*testing.T, library, *place){
				"keys": comparesKeys, "their tokens": verifiesTheirs, "our tokens": issuesForThem, "bundles": sharesBundles,
				"pins": sharesPins, "delegation": sharesAttestations, "challenge": answersChallenges, "dns and cards": sharesRecords,
			} {
				t.Run(part, func(t *testing.T) {
					t.Parallel()
					run(t, l, newPlace(t, bin))
				})
			}
		})
	}
}

// ours runs symbi-ctl agentpin, which has to succeed, and returns its result.
func ours(p *place, args ...string) string {
	p.t.Helper()
	return oursEnds(p, 0, args...)
}

// oursEnds is ours with the exit status that is wanted.
func oursEnds(p *place, status int, args ...string) string {
	p.t.Helper()
	return p.want(status, append([]string{"symbi-ctl", "agentpin", "-q"}, args...)...)
}

// value reads a member of a JSON answer of ours.
func value(p *place, text, name string) string {
	p.t.Helper()
	var all map[string]any
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		p.t.Fatalf("%v in %s", err, text)
	}
	s, _ := all[name].(string)
	return s
}

func read(p *place, name string) string {
	p.t.Helper()
	text, err := os.ReadFile(filepath.Join(p.dir, name))
	if err != nil {
		p.t.Fatal(err)
	}
	return string(text)
}

func parsed(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

func same(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-theirs +ours):\n%s", what, diff)
	}
}

type keyPair struct{ Private, Public string }

type identity struct {
	Kid, Thumbprint, PEM string
	JWK                  json.RawMessage
}

func comparesKeys(t *testing.T, l library, p *place) {
	t.Helper()
	var theirs keyPair
	l.ask(t, "generate", nil, &theirs)
	p.write("theirs.pem", theirs.Private)
	p.write("theirs.pub.pem", theirs.Public)
	ours(p, "keygen", "--kid", kid)
	for file, public := range map[string]string{"theirs.pem": theirs.Public, "theirs.pub.pem": theirs.Public, kid + ".private.pem": read(p, kid+".public.pem")} {
		var id identity
		l.ask(t, "identify", object{"public": public, "kid": "k"}, &id)
		shown := ours(p, "kid", file, "-o", "json")
		same(t, file+": kid", id.Kid, value(p, shown, "spki_sha256"))
		same(t, file+": thumbprint", id.Thumbprint, value(p, shown, "thumbprint"))
		same(t, file+": JWK", parsed(t, string(id.JWK)), parsed(t, ours(p, "convert", file, "--to", "jwk", "--kid", "k")))
		same(t, file+": PEM of the JWK", id.PEM, ours(p, "convert", file, "--to", "pem"))
		p.write("k.jwk", string(id.JWK))
		same(t, file+": PEM of their JWK", id.PEM, ours(p, "convert", "k.jwk", "--to", "pem"))
	}
	same(t, "private key, written back", theirs.Private, ours(p, "convert", "theirs.pem", "--to", "private", "--out", "-"))
	// Forms that they do not read become ones that they do.
	sec1, err := os.ReadFile(filepath.Join(root(t), "internal", "keys", "testdata", "forms", "sec1.pem"))
	if err != nil {
		t.Fatal(err)
	}
	p.write("sec1.pem", string(sec1))
	p.write("pass", "correct horse\n")
	ours(p, "convert", "sec1.pem", "--to", "encrypted", "--new-passphrase-file", "pass", "--out", "locked.pem")
	plain := ours(p, "convert", "locked.pem", "--to", "private", "--passphrase-file", "pass", "--out", "-")
	same(t, "through PBES2", ours(p, "convert", "sec1.pem", "--to", "private", "--out", "-"), plain)
	var made struct{ Token string }
	l.ask(t, "issue", object{"private": plain, "kid": kid, "issuer": domain, "agent": scout, "capabilities": []string{"read:x"}, "ttl": 60}, &made)
	if strings.Count(made.Token, ".") != 2 {
		t.Errorf("they issue %q with our key", made.Token)
	}
}

// theirSite has a library make a key, a document and tokens.
func theirSite(t *testing.T, l library, p *place, constraints object) (keyPair, []string) {
	t.Helper()
	var key keyPair
	l.ask(t, "generate", nil, &key)
	p.write("site.json", l.raw(t, "discovery", object{
		"entity": domain, "type": "both", "public": key.Public, "kid": kid, "agent": scout, "capabilities": []string{"read:*"},
		"constraints": constraints, "now": time.Now().UTC().Format("2006-01-02T15:04:05Z"),
	}))
	var tokens []string
	for range many {
		var made struct{ Token string }
		l.ask(t, "issue", object{
			"private": key.Private, "kid": kid, "issuer": domain, "agent": scout, "audience": "verifier.example",
			"capabilities": []string{"read:data"}, "constraints": constraints, "ttl": 600,
		}, &made)
		tokens = append(tokens, made.Token)
	}
	p.write("agent.jwt", tokens[0]+"\n")
	return key, tokens
}

func verifiesTheirs(t *testing.T, l library, p *place) {
	t.Helper()
	limits := object{"rate_limit": "10/hour", "allowed_domains": []string{"*.a.example"}, "data_classification_max": "internal"}
	_, tokens := theirSite(t, l, p, limits)
	ours(p, "discovery", "validate", "site.json", "--entity", domain)
	p.write("tokens", strings.Join(tokens, "\n"))
	out := ours(p, "verify", "--discovery", "site.json", "--audience", "verifier.example", "--batch", "-o", "jsonl", "tokens")
	if n := strings.Count(out, `"valid":true`); n != many {
		t.Errorf("%d of %d tokens are valid\n%s", n, many, out)
	}
	refused := func(code string, args ...string) {
		t.Helper()
		out := oursEnds(p, 3, append([]string{"verify", "--discovery", "site.json", "agent.jwt", "-o", "json"}, args...)...)
		same(t, strings.Join(args, " "), code, value(p, out, "error_code"))
	}
	refused("AUDIENCE_MISMATCH", "--audience", "other.example")
	refused("CREDENTIAL_EXPIRED", "--at", "2035-01-01T00:00:00Z")
	jti := strings.Trim(strings.TrimSpace(ours(p, "inspect", "agent.jwt", "--jq", ".payload.jti")), `"`)
	p.write("revoked.json", l.raw(t, "revoke", object{"entity": domain, "jti": jti}))
	refused("CREDENTIAL_REVOKED", "--revocation", "revoked.json")
}

// ourSite makes a key, a document and a token of ours.
func ourSite(p *place) {
	p.t.Helper()
	ours(p, "keygen", "--kid", kid)
	ours(p, "discovery", "build", "--entity", domain, "--key", kid+".public.jwk.json", "--agent", scout, "--name", "Scout <A> é",
		"--capability", "read:*", "--constraints", `{"rate_limit":"100/hour"}`, "--out", "site.json")
	issue(p, "agent.jwt")
}

func issue(p *place, file string, more ...string) {
	p.t.Helper()
	ours(p, append([]string{
		"issue", "--key", kid + ".private.pem", "--discovery", "site.json", "--agent", scout, "--capability", "read:data", "--audience", "verifier.example",
		"--constraints", `{"rate_limit":"10/hour"}`, "--out", file,
	}, more...)...)
}

// judge has a library verify a token of ours.
func judge(t *testing.T, l library, p *place, question object) verdictOf {
	t.Helper()
	q := object{"token": strings.TrimSpace(read(p, "agent.jwt")), "discovery": parsed(t, read(p, "site.json")), "audience": "verifier.example"}
	maps.Copy(q, question)
	var v verdictOf
	l.ask(t, "verify", q, &v)
	return v
}

func issuesForThem(t *testing.T, l library, p *place) {
	t.Helper()
	ourSite(p)
	for range many {
		if v := judge(t, l, p, nil); !v.Valid || v.Pinning != "first_use" {
			t.Fatalf("they answer %+v", v)
		}
		issue(p, "agent.jwt", "--force")
	}
	ours(p, "revocation", "create", "--entity", domain, "--out", "revoked.json")
	ours(p, "revocation", "add", "revoked.json", "--token", "agent.jwt", "--reason", "superseded")
	token := strings.TrimSpace(read(p, "agent.jwt"))
	for code, q := range map[string]object{
		"CREDENTIAL_REVOKED": {"revocation": parsed(t, read(p, "revoked.json"))},
		"AUDIENCE_MISMATCH":  {"audience": "other.example"},
		"SIGNATURE_INVALID":  {"token": token[:len(token)-8] + "AAAAAAAA"},
	} {
		if v := judge(t, l, p, q); v.Valid || v.Code != code {
			t.Errorf("they answer %+v, want %s", v, code)
		}
	}
}

func sharesBundles(t *testing.T, l library, p *place) {
	t.Helper()
	ourSite(p)
	ours(p, "revocation", "create", "--entity", domain, "--out", "revoked.json")
	ours(p, "bundle", "create", "--discovery", "site.json", "--revocation", "revoked.json", "--out", "ours.json")
	if v := judge(t, l, p, object{"bundle": parsed(t, read(p, "ours.json"))}); !v.Valid {
		t.Errorf("with our bundle they answer %+v", v)
	}
	p.write("theirs.json", l.raw(t, "bundle", object{
		"documents": []any{parsed(t, read(p, "site.json"))}, "revocations": []any{parsed(t, read(p, "revoked.json"))},
	}))
	ours(p, "bundle", "verify", "theirs.json")
	ours(p, "verify", "--trust-bundle", "theirs.json", "agent.jwt")
}

func sharesPins(t *testing.T, l library, p *place) {
	t.Helper()
	ourSite(p)
	// Theirs, then ours.
	first := judge(t, l, p, nil)
	p.write("theirs.json", first.Pins)
	out := ours(p, "verify", "--discovery", "site.json", "--pin-store", "theirs.json", "agent.jwt", "-o", "json")
	if !strings.Contains(out, `"status": "pinned"`) {
		t.Errorf("with their store we answer %s", out)
	}
	if v := judge(t, l, p, object{"pins": read(p, "theirs.json")}); v.Pinning != "pinned" && v.Pinning != "matched" {
		t.Errorf("after we wrote their store they answer %+v", v)
	}
	// Ours, then theirs, and another key.
	ours(p, "verify", "--discovery", "site.json", "--pin-store", "ours.json", "agent.jwt")
	if v := judge(t, l, p, object{"pins": read(p, "ours.json")}); v.Pinning != "pinned" && v.Pinning != "matched" {
		t.Errorf("with our store they answer %+v", v)
	}
	pinned := strings.Replace(read(p, "ours.json"), `"public_key_hash": "`, `"public_key_hash": "00`, 1)
	if v := judge(t, l, p, object{"pins": pinned}); v.Code != "KEY_PIN_MISMATCH" {
		t.Errorf("with another key they answer %+v", v)
	}
	p.write("ours.json", pinned)
	out = oursEnds(p, 3, "verify", "--discovery", "site.json", "--pin-store", "ours.json", "agent.jwt", "-o", "json")
	same(t, "another key", "KEY_PIN_MISMATCH", value(p, out, "error_code"))
}

func sharesAttestations(t *testing.T, l library, p *place) {
	t.Helper()
	ourSite(p)
	const maker, engine = "maker.example", "urn:agentpin:maker.example:engine"
	ours(p, "keygen", "--kid", "m")
	ours(p, "discovery", "build", "--entity", maker, "--type", "maker", "--key", "m.public.jwk.json", "--agent", engine, "--name", "E", "--capability", "read:*", "--out", "maker.json")
	ours(p, "bundle", "create", "--discovery", "site.json", "--discovery", "maker.json", "--out", "bundle.json")
	capabilities := []string{"read:data", "read:<x>&y é"} // text that encoders treat in different ways
	q := object{
		"private": read(p, "m.private.pem"), "public": read(p, "m.public.pem"), "kid": "m", "domain": maker, "agent": engine,
		"to_domain": domain, "to_agent": scout, "capabilities": capabilities,
	}
	p.write("theirs.json", "["+l.raw(t, "attest", q)+"]")
	asked := []string{"--issuer", domain, "--agent", scout, "--capability", capabilities[0], "--capability", capabilities[1]}
	ours(p, append([]string{"delegation", "verify", "theirs.json", "--trust-bundle", "bundle.json"}, asked...)...)
	// What we attest, for text on which all libraries agree.
	ours(p, "delegation", "attest", "--key", "m.private.pem", "--kid", "m", "--domain", maker, "--agent", engine, "--to-domain", domain, "--to-agent", scout,
		"--capability", "read:data", "--out", "ours.json")
	chain := []json.RawMessage{}
	if err := json.Unmarshal([]byte(read(p, "ours.json")), &chain); err != nil || len(chain) != 1 {
		t.Fatalf("our chain: %v, %d entries", err, len(chain))
	}
	q["attestation"], q["capabilities"] = chain[0], []string{"read:data"}
	var v verdictOf
	if l.ask(t, "verify_attestation", q, &v); !v.Valid {
		t.Errorf("they answer %+v", v)
	}
	q["to_agent"] = "somebody"
	if l.ask(t, "verify_attestation", q, &v); v.Valid || v.Code != "DELEGATION_INVALID" {
		t.Errorf("for another agent they answer %+v", v)
	}
}

func answersChallenges(t *testing.T, l library, p *place) {
	t.Helper()
	ourSite(p)
	private, public := read(p, kid+".private.pem"), read(p, kid+".public.pem")
	ours(p, "challenge", "new", "--out", "ours.json")
	p.write("answer.json", l.raw(t, "respond", object{"challenge": parsed(t, read(p, "ours.json")), "private": private, "kid": kid}))
	ours(p, "challenge", "verify", "answer.json", "--challenge", "ours.json", "--discovery", "site.json")
	theirs := l.raw(t, "challenge", nil)
	p.write("theirs.json", theirs)
	ours(p, "challenge", "respond", "theirs.json", "--key", kid+".private.pem", "--kid", kid, "--out", "response.json")
	var v verdictOf
	if l.ask(t, "verify_response", object{"challenge": parsed(t, theirs), "response": parsed(t, read(p, "response.json")), "public": public}, &v); !v.Valid {
		t.Errorf("they answer %+v", v)
	}
}

func sharesRecords(t *testing.T, l library, p *place) {
	t.Helper()
	ourSite(p)
	var site struct{ Agents []json.RawMessage }
	if err := json.Unmarshal([]byte(read(p, "site.json")), &site); err != nil {
		t.Fatal(err)
	}
	var v verdictOf
	txt := strings.TrimSpace(ours(p, "dns", "record", "site.json", "--jq", ".[0].text"))
	if l.ask(t, "dns", object{"discovery": parsed(t, read(p, "site.json")), "txt": strings.Trim(txt, `"`)}, &v); !v.Valid {
		t.Errorf("they do not match our record %s", txt)
	}
	ours(p, "card", "build", "--discovery", "site.json", "--agent", scout, "--url", "https://example.com/agent", "--key", kid+".private.pem", "--out", "ours.json")
	if l.ask(t, "verify_card", object{"card": parsed(t, read(p, "ours.json"))}, &v); !v.Valid {
		t.Errorf("they refuse our card %s", read(p, "ours.json"))
	}
	p.write("theirs.json", l.raw(t, "card", object{
		"url": "https://example.com/agent", "declaration": site.Agents[0], "private": read(p, kid+".private.pem"), "kid": kid,
		"endpoint": "https://example.com/.well-known/agent-identity.json",
	}))
	ours(p, "card", "verify", "theirs.json", "--discovery", "site.json", "--domain", domain)
}
