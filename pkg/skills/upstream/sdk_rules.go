package upstream

// The severities of the SDK that its rules use.
const (
	critical = "critical"
	warning  = "warning"
)

// sdkRules returns the SDK's rules in its order.
func sdkRules() []rule {
	return []rule{
		{Rule: Rule{
			"pipe-to-shell", `curl\s.*\|\s*(sh|bash|zsh)`, critical,
			"Pipe to shell detected: remote code execution risk",
		}},
		{Rule: Rule{
			"wget-pipe-to-shell", `wget\s.*\|\s*(sh|bash|zsh)`, critical,
			"Wget pipe to shell detected: remote code execution risk",
		}},
		{
			Rule: Rule{
				"env-file-reference", `\.(env|ENV)\b`, warning,
				"Environment file reference detected: potential secret exposure",
			},
			wide: `\.(env|ENV)(\W|$)`,
		},
		{Rule: Rule{
			"soul-md-modification", `(write|modify|overwrite|replace).*SOUL\.md`, critical,
			"SOUL.md modification detected: agent identity tampering",
		}},
		{Rule: Rule{
			"memory-md-modification", `(write|modify|overwrite|replace).*memory\.md`, warning,
			"memory.md modification detected: memory tampering risk",
		}},
		{Rule: Rule{
			"eval-with-fetch", `eval\s*\(.*fetch`, critical,
			"Eval with fetch detected: remote code execution risk",
		}},
		{Rule: Rule{
			"fetch-with-eval", `fetch\s*\(.*\.then.*eval`, critical,
			"Fetch-then-eval pattern detected: remote code execution risk",
		}},
		{Rule: Rule{
			"base64-decode-exec", `(base64.*decode|atob)\s*\(.*\)\s*.*exec`, critical,
			"Base64 decode with exec detected: obfuscated code execution",
		}},
		{Rule: Rule{
			"rm-rf-pattern", `rm\s+-rf\s+/`, critical,
			"Recursive force delete from root detected: destructive operation",
		}},
		{Rule: Rule{
			"chmod-777", `chmod\s+777`, warning,
			"chmod 777 detected: overly permissive file permissions",
		}},
	}
}
