package rules

import "strings"

// secret is a kind of file or store that holds credentials.
type secret struct {
	name  string
	grave bool // nobody but its owner has business with it
}

// secretKinds lists the kinds in the order of the groups of secretPath.
func secretKinds() []secret {
	return []secret{
		{"SSH private keys", true},
		{"cloud credentials", true},
		{"browser credentials", true},
		{"a password store", true},
		{"a cryptocurrency wallet", true},
		{"an agent's credentials", true},
		{"GnuPG keys", true},
		{"system password hashes", true},
		{"repository or registry credentials", true},
		{"the shell history", true},
		{"an environment file", false},
		{"a key or credentials file", false},
		{"the list of accounts", false},
	}
}

const (
	sshKeys = iota
	cloudKeys
	browserStore
	passwordStore
	wallet
	agentKeys
	gpgKeys
	systemHashes
	repositoryKeys
	shellHistory
	envFile
	keyFile
	accountList
)

// secretsIn returns the kinds of secrets whose paths stand in t, as indexes of
// secretKinds, each once.
func secretsIn(t string) []int {
	var out []int
	var seen [accountList + 1]bool
	for _, window := range near(t, secretHints(), 80, 120) {
		out = appendSecrets(out, &seen, window)
	}
	return out
}

func appendSecrets(out []int, seen *[accountList + 1]bool, t string) []int {
	for _, m := range secretPath().FindAllStringSubmatchIndex(t, 32) {
		for k := 1; 2*k+1 < len(m); k++ {
			if m[2*k] < 0 || seen[k-1] || isPublic(t[m[2*k]:], t[m[1]:]) {
				continue
			}
			seen[k-1] = true
			out = append(out, k-1)
		}
	}
	return out
}

// secretHints lists what every path that secretPath matches has in it, in lower
// case. Looking for them first saves the pattern most of its work.
func secretHints() []string {
	return []string{
		".ssh", "id_rsa", "id_dsa", "id_ec", "id_ed", ".aws", "credential", "gcloud", ".azure", ".kube", ".docker", "hosts.yml", "login data", "key3.db", "key4.db", "logins.json", "cookies", "web data",
		"extension settings", "keychain", "keyring", "password", ".kdbx", "bitwarden", "wallet", "nkbih", "bfnae", "exodus", "atomic", "electrum", "ledger", "phantom", "trezor", "keystore", "id.json", "seed",
		".openclaw", ".clawdbot", ".moltbot", ".claude", ".codex", ".gemini", "opencode", "claude_desktop", ".gnupg", "secring", "secret", "shadow", "master.passwd", ".netrc", ".npmrc", ".pypirc", ".pgpass", ".my.cnf",
		"_history", ".env", "private", "service", ".pem", ".p12", ".pfx", ".ppk", "/etc/passwd",
	}
}

// near returns the parts of t that lie around one of the words: all of a short
// text that holds one, windows of a long one.
func near(t string, words []string, before, after int) []string {
	lower := strings.ToLower(t)
	if len(lower) != len(t) {
		lower = t
	}
	var out []string
	for done := 0; done < len(lower); {
		first := -1
		for _, w := range words {
			limit := lower[done:]
			if first >= 0 {
				limit = limit[:min(len(limit), first+len(w))]
			}
			if i := strings.Index(limit, w); i >= 0 && (first < 0 || i < first) {
				first = i
			}
		}
		if first < 0 {
			return out
		}
		if len(t) < 1024 {
			return []string{t}
		}
		from, to := max(done, done+first-before), min(len(t), done+first+after)
		out = append(out, t[from:to])
		done = to
	}
	return out
}

// isPublic reports whether what was matched is the public half of a key, or a
// template to be filled in.
func isPublic(from, rest string) bool {
	for _, end := range []string{".pub", ".example", ".sample", ".template", "-example", "_example"} {
		if strings.HasPrefix(rest, end) {
			return true
		}
	}
	lower := strings.ToLower(from[:min(len(from), 80)])
	return strings.HasPrefix(lower, ".env.example") || strings.HasPrefix(lower, ".env.sample") || strings.HasPrefix(lower, "public") || strings.HasPrefix(lower, "cert") || strings.HasPrefix(lower, "ca.")
}

// gravest returns the first grave kind of secret in t, or the first of any
// kind.
func gravest(t string) (kind int, ok bool) {
	kinds := secretKinds()
	list := secretsIn(t)
	for _, k := range list {
		if kinds[k].grave {
			return k, true
		}
	}
	if len(list) > 0 {
		return list[0], true
	}
	return 0, false
}

//nolint:gochecknoglobals // compiled on first use
var secretPath = lazy(`(?i)(\.ssh(?:[/\\](?:id_\w+|identity\b|\*)|[/\\]?(?:[\s"'` + "`" + `),;*&|\]}]|$))|\bid_(?:rsa|dsa|ecdsa|ed25519)\b)` +
	`|(\.aws(?:[/\\](?:credentials|\*)|[/\\]?(?:[\s"'),;*&|\]}]|$))|application_default_credentials\.json|\.config[/\\]gcloud(?:[/\\]?(?:[\s"'),;*]|$))|gcloud[/\\](?:credentials\.db|access_tokens\.db|legacy_credentials)|\.azure[/\\](?:accessTokens|msal_token_cache|\*)|\.kube(?:[/\\]config\b|[/\\]?(?:[\s"'),;]|$))|\.docker[/\\]config\.json|\.config[/\\]gh[/\\]hosts\.yml|\.terraform\.d[/\\]credentials)` +
	`|(\bLogin Data\b|\bkey[34]\.db\b|\blogins\.json\b|\bcookies\.sqlite\b|(?:Chrome|Chromium|Brave-Browser|Edge|Vivaldi|Opera)[^\n"']{0,60}[/\\"', ]+(?:Cookies|Web Data|Login Data)\b|Local Extension Settings)` +
	`|(Library[/\\]Keychains|login\.keychain|share[/\\]keyrings|\.password-store\b|\*?\.kdbx\b|Bitwarden[^\s"']{0,20}data\.json)` +
	`|(\bwallet\.dat\b|nkbihfbeogaeaoehlefnkodbefgpgknn|bfnaelmomeimhlpmgjnjophhpkkoljpa|(?:\.config|Application Support|AppData[/\\]\w+)[/\\](?:Exodus|atomic|Electrum|Ledger Live|Phantom|Trezor)|\.(?:electrum|bitcoin|ethereum|exodus)[/\\](?:wallets?|keystore)|\.config[/\\]solana[/\\]id\.json|seed[\w*-]*\.txt)` +
	`|(\.(?:openclaw|clawdbot|moltbot)[/\\](?:\.env\b|openclaw\.json|clawdbot\.json|moltbot\.json|credentials|auth[\w-]*\.json|agents[/\\][^\s"']{0,40}auth-profiles)|\.claude[/\\]\.credentials\.json|\.claude\.json|\.codex[/\\]auth\.json|\.gemini[/\\]oauth_creds|\.config[/\\]opencode[/\\]auth|claude_desktop_config\.json)` +
	`|(\.gnupg\b|secring\.gpg|export-secret-keys)` +
	`|(/etc/(?:g?shadow-?|master\.passwd)\b)` +
	`|(\.netrc\b|\.git-credentials\b|\.npmrc\b|\.pypirc\b|\.pgpass\b|\.my\.cnf\b)` +
	`|(\.(?:bash|zsh|python|psql|mysql|node_repl)_history\b|ConsoleHost_history)` +
	`|((?:^|[/\\\s"'=@(\x60{,:<])\.env(?:\.\w+)?(?:$|[\s"'\x60),;&|\]}]))` +
	`|([\w-]*(?:private[-_]?key|credentials?|secrets?|service[-_]?account|passwords?)[\w-]*\.(?:json|ya?ml|toml|txt|pem|key|env|csv)\b|[\w*-]+\.(?:pem|p12|pfx|ppk)\b)` +
	`|(/etc/passwd\b)`)
