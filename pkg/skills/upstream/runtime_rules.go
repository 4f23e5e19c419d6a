package upstream

import "slices"

// The severities of the runtime that its rules use.
const (
	runtimeCritical = "CRITICAL"
	runtimeHigh     = "HIGH"
	runtimeMedium   = "MEDIUM"
	runtimeWarning  = "WARNING"
)

// runtimeRules returns the runtime's rules in its order.
func runtimeRules() []rule {
	return slices.Concat(clawHavocRules(), reverseShellRules(), credentialRules(), exfiltrationRules(),
		injectionRules(), privilegeRules(), pathRules(), downloaderRules())
}

func clawHavocRules() []rule {
	return []rule{
		{Rule: Rule{
			"pipe-to-shell", `curl\s+[^\|]*\|\s*(ba)?sh`, runtimeCritical,
			"Piping curl output to shell is a code execution risk",
		}},
		{Rule: Rule{
			"wget-pipe-to-shell", `wget\s+[^\|]*\|\s*(ba)?sh`, runtimeCritical,
			"Piping wget output to shell is a code execution risk",
		}},
		{
			Rule: Rule{
				"env-file-reference", `(?i)\.env\b`, runtimeWarning,
				"References to .env files may leak secrets",
			},
			wide: `(?i)\.env(\W|$)`,
		},
		{Rule: Rule{
			"soul-md-modification", `(?i)(write|modify|overwrite|replace|edit)\s+.*SOUL\.md`, runtimeCritical,
			"Attempting to modify SOUL.md (identity tampering)",
		}},
		{Rule: Rule{
			"memory-md-modification", `(?i)(write|modify|overwrite|replace|edit)\s+.*MEMORY\.md`, runtimeCritical,
			"Attempting to modify MEMORY.md (memory tampering)",
		}},
		{
			Rule: Rule{
				"eval-with-fetch", `(?i)(eval|exec)\s*\(.*\b(fetch|request|http|curl|wget)`, runtimeCritical,
				"eval/exec combined with network fetch is a code injection risk",
			},
			wide: `(?i)(eval|exec)\s*\((.*\W)?(fetch|request|http|curl|wget)`,
		},
		{
			Rule: Rule{
				"fetch-with-eval", `(?i)(fetch|request|http|curl|wget).*\b(eval|exec)\s*\(`, runtimeCritical,
				"Network fetch combined with eval/exec is a code injection risk",
			},
			wide: `(?i)(fetch|request|http|curl|wget).*\W(eval|exec)\s*\(`,
		},
		{Rule: Rule{
			"base64-decode-exec", `(?i)base64\s+(-d|--decode).*\|\s*(ba)?sh`, runtimeCritical,
			"Decoding base64 to shell is an obfuscation technique",
		}},
		{Rule: Rule{
			"rm-rf-pattern", `rm\s+-rf?\s+/`, runtimeCritical,
			"Recursive deletion from root is destructive",
		}},
		{
			Rule: Rule{
				"chmod-777", `chmod\s+777\b`, runtimeWarning,
				"World-writable permissions are a security risk",
			},
			wide: `chmod\s+777(\W|$)`,
		},
	}
}

func reverseShellRules() []rule {
	return []rule{
		{Rule: Rule{
			"reverse-shell-bash", `bash\s+-i\s+>&\s*/dev/tcp/`, runtimeCritical,
			"Bash interactive reverse shell detected",
		}},
		{Rule: Rule{
			"reverse-shell-nc", `nc\s+.*-[ec]\s*/bin/(ba)?sh`, runtimeCritical,
			"Netcat reverse shell detected",
		}},
		{Rule: Rule{
			"reverse-shell-ncat", `ncat\s+.*-[ec]\s*/bin/(ba)?sh`, runtimeCritical,
			"Ncat reverse shell detected",
		}},
		{
			Rule: Rule{
				"reverse-shell-mkfifo", `mkfifo\s+.*\bnc\b`, runtimeCritical,
				"Named pipe reverse shell (mkfifo+nc) detected",
			},
			wide: `mkfifo\s+(.*\W)?nc(\W|$)`,
		},
		{Rule: Rule{
			"reverse-shell-python", `\.connect\(.*subprocess|os\.dup2.*socket`, runtimeCritical,
			"Python reverse shell pattern detected",
		}},
		{Rule: Rule{
			"reverse-shell-perl", `perl.*socket.*exec.*/bin/(ba)?sh`, runtimeCritical,
			"Perl reverse shell pattern detected",
		}},
		{Rule: Rule{
			"reverse-shell-ruby", `ruby.*TCPSocket.*exec.*/bin/(ba)?sh`, runtimeCritical,
			"Ruby reverse shell pattern detected",
		}},
	}
}

func credentialRules() []rule {
	return []rule{
		{Rule: Rule{
			"credential-ssh-keys", `~/\.ssh/(id_rsa|id_ed25519|id_ecdsa|authorized_keys)`, runtimeHigh,
			"Access to SSH private keys or authorized_keys",
		}},
		{Rule: Rule{
			"credential-aws", `~/\.aws/(credentials|config)`, runtimeHigh,
			"Access to AWS credentials",
		}},
		{Rule: Rule{
			"credential-cloud-config", `~/\.(config/gcloud|kube/config|azure)`, runtimeHigh,
			"Access to cloud provider credentials",
		}},
		{
			Rule: Rule{
				"credential-browser-cookies", `(?i)(Cookies|cookies\.sqlite|Login\s*Data)\b`, runtimeHigh,
				"Access to browser credential stores",
			},
			wide: `(?i)(Cookies|cookies\.sqlite|Login\s*Data)(\W|$)`,
		},
		{Rule: Rule{
			"credential-keychain", `security\s+find-(generic|internet)-password|keyctl\s+read`, runtimeHigh,
			"OS keychain credential access",
		}},
		{Rule: Rule{
			"credential-etc-shadow", `(?i)(cat|head|tail|less|more)\s+/etc/shadow`, runtimeHigh,
			"Reading /etc/shadow password hashes",
		}},
	}
}

func exfiltrationRules() []rule {
	return []rule{
		{Rule: Rule{
			"exfil-dns-tunnel", `(dig|nslookup|host)\s+.*\$`, runtimeHigh,
			"DNS query with variable interpolation (potential tunneling)",
		}},
		{Rule: Rule{
			"exfil-dev-tcp", `/dev/(tcp|udp)/`, runtimeHigh,
			"Bash network device access (/dev/tcp or /dev/udp)",
		}},
		{Rule: Rule{
			"exfil-nc-outbound", `nc\s+(-w\s+\d+\s+)?[a-zA-Z]`, runtimeHigh,
			"Netcat outbound connection",
		}},
	}
}

func injectionRules() []rule {
	return []rule{
		{Rule: Rule{
			"injection-ptrace", `ptrace\s*\(\s*(PTRACE_ATTACH|PTRACE_POKETEXT)`, runtimeCritical,
			"ptrace process injection detected",
		}},
		{Rule: Rule{
			"injection-ld-preload", `LD_PRELOAD\s*=`, runtimeCritical,
			"LD_PRELOAD shared library injection",
		}},
		{Rule: Rule{
			"injection-proc-mem", `/proc/\d+/mem|/proc/self/mem`, runtimeCritical,
			"Direct process memory access via /proc/*/mem",
		}},
		{Rule: Rule{
			"injection-gdb-attach", `gdb\s+(-p|--pid|attach)`, runtimeCritical,
			"Debugger process attachment",
		}},
	}
}

func privilegeRules() []rule {
	return []rule{
		{Rule: Rule{
			"privesc-sudo", `sudo\s+`, runtimeHigh,
			"sudo invocation detected",
		}},
		{
			Rule: Rule{
				"privesc-setuid", `chmod\s+[ugoa]*[+-]s|chmod\s+[0-7]*[4-7][0-7]{2}\b`, runtimeHigh,
				"setuid/setgid bit manipulation",
			},
			wide: `chmod\s+[ugoa]*[+-]s|chmod\s+[0-7]*[4-7][0-7]{2}(\W|$)`,
		},
		{
			Rule: Rule{
				"privesc-setcap", `setcap\b`, runtimeHigh,
				"Linux capability manipulation",
			},
			wide: `setcap(\W|$)`,
		},
		{Rule: Rule{
			"privesc-chown-root", `chown\s+(root|0:)`, runtimeHigh,
			"Ownership change to root",
		}},
		{Rule: Rule{
			"privesc-nsenter", `(nsenter|unshare)\s+`, runtimeHigh,
			"Namespace manipulation (container escape risk)",
		}},
	}
}

func pathRules() []rule {
	return []rule{
		{Rule: Rule{
			"symlink-escape", `ln\s+-s[f]?\s+/(etc|home|root|var|tmp)`, runtimeMedium,
			"Symlink to sensitive system directory",
		}},
		{Rule: Rule{
			"path-traversal-deep", `\.\./\.\./\.\.`, runtimeMedium,
			"Deep relative path traversal (3+ levels)",
		}},
	}
}

func downloaderRules() []rule {
	return []rule{
		{Rule: Rule{
			"downloader-curl-save", `curl\s+.*(-o|--output)\s+`, runtimeMedium,
			"curl saving remote content to file",
		}},
		{Rule: Rule{
			"downloader-wget-save", `wget\s+.*(-O|--output-document)\s+`, runtimeMedium,
			"wget saving remote content to file",
		}},
		{
			Rule: Rule{
				"downloader-chmod-exec", `chmod\s+\+x\b`, runtimeMedium,
				"Making file executable (potential download-and-execute chain)",
			},
			wide: `chmod\s+\+x(\W|$)`,
		},
	}
}
