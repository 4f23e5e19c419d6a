package agentpin

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"slices"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
	"github.com/symbi-ctl/symbi-ctl/internal/keys"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/bundle"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/card"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/challenge"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/delegation"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/discovery"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/pins"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/revocation"
)

// kind is what a file looks like, in words that follow its name. It helps people
// who took the wrong file, and decides nothing.
type kind string

const (
	emptyFile      kind = "is empty"
	binaryFile     kind = "is no text"
	pemFile        kind = "is a PEM file"
	tokenFile      kind = "looks like a credential" //nolint:gosec // words, no credential
	jwkFile        kind = "looks like a JWK"
	documentFile   kind = "looks like a discovery document"
	revocationFile kind = "looks like a revocation document"
	bundleFile     kind = "looks like a trust bundle"
	cardFile       kind = "looks like an AgentCard"
	challengeFile  kind = "looks like a challenge"
	responseFile   kind = "looks like the response to a challenge"
	chainFile      kind = "looks like a delegation chain"
	pinFile        kind = "looks like a pin store"
)

// looksLike returns what a file seems to be, or "".
func looksLike(data []byte) kind {
	text := bytes.TrimSpace(data)
	block, _ := pem.Decode(data)
	switch {
	case len(text) == 0:
		return emptyFile
	case bytes.IndexByte(text, 0) >= 0:
		return binaryFile
	case block != nil:
		return pemFile
	case bytes.HasPrefix(text, []byte("ey")) && bytes.Count(text, []byte(".")) == 2:
		return tokenFile
	case text[0] == '[':
		return listLooksLike(text)
	}
	return objectLooksLike(text)
}

// objectLooksLike tells JSON objects by the members that only they have.
func objectLooksLike(text []byte) kind {
	var members map[string]json.RawMessage
	if json.Unmarshal(text, &members) != nil {
		return ""
	}
	for _, k := range []struct {
		member, value string
		kind          kind
	}{
		{"agentpin_bundle_version", "", bundleFile},
		{"type", `"agentpin-challenge"`, challengeFile},
		{"type", `"agentpin-response"`, responseFile},
		{"public_keys", "", documentFile},
		{"agents", "", documentFile},
		{"revoked_credentials", "", revocationFile},
		{"revoked_agents", "", revocationFile},
		{"revoked_keys", "", revocationFile},
		{"kty", "", jwkFile},
		{"keys", "", jwkFile},
		{"skills", "", cardFile},
	} {
		if v, ok := members[k.member]; ok && (k.value == "" || k.value == string(v)) {
			return k.kind
		}
	}
	return ""
}

func listLooksLike(text []byte) kind {
	var items []map[string]json.RawMessage
	if json.Unmarshal(text, &items) != nil {
		return ""
	}
	for _, item := range items {
		if item["attestation"] != nil {
			return chainFile
		}
		if item["pinned_keys"] != nil {
			return pinFile
		}
	}
	return ""
}

// wanted returns the kinds of file from which a value is parsed.
func wanted(v any) []kind {
	switch v.(type) {
	case *discovery.Document:
		return []kind{documentFile}
	case *revocation.Document:
		return []kind{revocationFile}
	case *bundle.Bundle:
		return []kind{bundleFile}
	case *card.Card:
		return []kind{cardFile}
	case challenge.Challenge:
		return []kind{challengeFile}
	case challenge.Response:
		return []kind{responseFile}
	case []delegation.Entry:
		return []kind{chainFile}
	case *pins.Store:
		return []kind{pinFile}
	case *agentpin.Credential:
		return []kind{tokenFile}
	case keys.Key:
		return []kind{pemFile, jwkFile}
	}
	return nil
}

// otherKind says of a file that could not be read as v what it is instead, or "".
func otherKind(path string, data []byte, v any) string {
	is := looksLike(data)
	if is == "" || slices.Contains(wanted(v), is) {
		return ""
	}
	return inputName(path) + " " + string(is)
}

// notCredential is the error for a file that holds no credential.
func notCredential(path, text string, cause error) error {
	e := cli.Wrap(cli.CodeLoad, fmt.Errorf("%s is no credential: %w", inputName(path), cause))
	e.Hint = otherKind(path, []byte(text), (*agentpin.Credential)(nil))
	return e
}
