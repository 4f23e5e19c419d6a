package rules

import "strings"

// programStarts returns where the names of programs begin in running text, at
// most limit of them: a known name, or a word that a shell would make one of,
// followed by a blank.
func programStarts(t string, limit int) []int {
	var out []int
	for pos := 0; pos < len(t) && len(out) < limit; {
		if !opensWord(t, pos) {
			pos++
			continue
		}
		end := pos
		for end < len(t) && !isBlank(t[end]) {
			end++
		}
		word := t[pos:end]
		if end < len(t) && namesProgram(word) || strings.HasPrefix(word, "$(printf") || strings.HasPrefix(word, "$(echo") || strings.HasPrefix(word, "$'") {
			out = append(out, pos)
			pos = end
			continue
		}
		pos++
	}
	return out
}

// opensWord reports whether a word can begin at pos.
func opensWord(t string, pos int) bool {
	if isBlank(t[pos]) {
		return false
	}
	return pos == 0 || isBlank(t[pos-1]) || strings.IndexByte(`:(>"'*$#`, t[pos-1]) >= 0
}

func isBlank(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// namesProgram knows the programs that rules ask about, with or without /bin/
// before them, and the disguises of names: quotes and backslashes inside, and
// assignments.
func namesProgram(word string) bool {
	word = strings.TrimPrefix(strings.TrimPrefix(word, "/usr"), "/bin/")
	switch word {
	case "curl", "wget", "sh", "bash", "zsh", "dash", "ksh", "eval", "source", "sudo", "powershell", "pwsh", "iex", "irm", "iwr",
		"python", "python2", "python3", "node", "perl", "ruby", "php", "echo", "printf", "base64", "openssl", "xxd", "nc", "ncat", "socat",
		"rm", "chmod", "chown", "dd", "find", "cat", "env", "printenv", "scp", "rsync", "ssh", "tar", "crontab", "osascript", "security",
		"certutil", "mshta", "bitsadmin", "regsvr32", "rundll32", "msiexec", "pip", "pip3", "npm", "npx", "git", "docker", "kubectl", "sed", "cp", "mv",
		"tee", "xattr", "spctl", "launchctl", "systemctl", "dig", "nslookup", "aws", "gsutil", "rclone", "zip", "mkfifo", "nohup", "exec", "export",
		"setcap", "shred", "Remove-Item", "Invoke-WebRequest", "Invoke-Expression", "Start-Process", "Set-MpPreference", "Add-MpPreference":
		return true
	}
	if strings.HasPrefix(word, "mkfs") {
		return true
	}
	return disguisesName(word) || assignsVariable(word)
}

// disguisesName finds c”url, c""url and c\url.
func disguisesName(word string) bool {
	for _, mark := range []string{"''", `""`, `\`} {
		before, after, found := strings.Cut(word, mark)
		if found && before != "" && after != "" && isLower(before) && isLower(after) {
			return true
		}
	}
	return false
}

func isLower(s string) bool {
	for i := range len(s) {
		if s[i] < 'a' || s[i] > 'z' {
			return false
		}
	}
	return true
}

// assignsVariable finds name=value.
func assignsVariable(word string) bool {
	name, value, found := strings.Cut(word, "=")
	if !found || name == "" || value == "" {
		return false
	}
	for i := range len(name) {
		c := name[i]
		if c != '_' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return false
		}
	}
	return true
}

// literalsIn returns the string literals of a line of code, at most limit: the
// ranges between the quotes. A quote that nothing closes is passed over.
func literalsIn(t string, limit int) []Span {
	var out []Span
	for pos := 0; pos < len(t) && len(out) < limit; pos++ {
		q := t[pos]
		if q != '"' && q != '\'' && q != '`' {
			continue
		}
		if end := closing(t, pos+1, q); end >= 0 {
			out = append(out, Span{pos + 1, end})
			pos = end
		}
	}
	return out
}

func closing(t string, pos int, quote byte) int {
	for ; pos < len(t); pos++ {
		switch {
		case t[pos] == quote:
			return pos
		case t[pos] == '\\' && quote != '`':
			if pos++; pos < len(t) && t[pos] == '\n' {
				return -1
			}
		}
	}
	return -1
}
