package shell

import "strings"

// unwrap takes off the commands that only run another one.
func unwrap(words []Word) (wrappers []string, rest []Word) {
	for len(words) > 0 {
		name := baseName(words[0].Text)
		valued, ok := wrapperFlags(name)
		if !ok || len(words) == 1 && name != "sudo" {
			break
		}
		wrappers = append(wrappers, name)
		words = skipFlags(words[1:], valued)
		switch name {
		case "env":
			for len(words) > 0 && strings.Contains(words[0].Text, "=") {
				words = words[1:]
			}
		case "timeout", "watch", "chroot", "runuser", "flock":
			if len(words) > 1 && name != "watch" {
				words = words[1:]
			}
		}
	}
	return wrappers, words
}

// wrapperFlags returns the letters of flags that take a value, for the commands
// that run their arguments.
func wrapperFlags(name string) (valued string, ok bool) {
	switch name {
	case "sudo":
		return "ugpCrthUDR", true
	case "doas":
		return "uC", true
	case "env":
		return "uSC", true
	case "xargs":
		return "nIPLsdEa", true
	case "nice":
		return "n", true
	case "ionice":
		return "cn", true
	case "timeout":
		return "ks", true
	case "stdbuf":
		return "ioe", true
	case "watch":
		return "n", true
	case "command", "builtin", "exec", "nohup", "time", "busybox", "toybox", "setsid", "unbuffer", "chroot", "caffeinate", "then", "do", "else", "!":
		return "", true
	}
	return "", false
}

func skipFlags(words []Word, valued string) []Word {
	for len(words) > 0 {
		flag := words[0].Text
		if len(flag) < 2 || flag[0] != '-' {
			return words
		}
		words = words[1:]
		if flag == "--" {
			return words
		}
		if !strings.HasPrefix(flag, "--") && strings.ContainsRune(valued, rune(flag[len(flag)-1])) && len(words) > 0 {
			words = words[1:]
		}
	}
	return words
}
