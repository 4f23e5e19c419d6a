package skills

import "strings"

// hookLines returns the lines of POSIX shell that stand in a hook, or "" for a
// hook that has none. They must not change what follows them: names begin with
// symbi_, and what they read from stdin is there again afterwards.
func hookLines(hook, program string) string {
	body := map[string]string{"pre-commit": commitLines, "pre-push": pushLines}[hook]
	if body == "" {
		return ""
	}
	return hookHead + "symbi_ctl=" + quote(program) + "\n" + hookFind + body
}

// quote makes one word of text for a POSIX shell.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

const hookHead = "# Written by `symbi-ctl skills hook install`; taken out by `symbi-ctl skills hook\n" +
	"# uninstall`. Change nothing between the marks.\n"

const hookFind = `[ -x "$symbi_ctl" ] || symbi_ctl=symbi-ctl
if ! command -v "$symbi_ctl" >/dev/null 2>&1; then
  echo 'symbi-ctl is not installed, so skills cannot be checked: install it, or delete the lines about it in' "$0" >&2
  exit 1
fi
`

const commitLines = `"$symbi_ctl" skills scan --quiet --staged >&2 || exit
`

// Git writes a line for each ref to stdin: local ref, its commit, remote ref, its
// commit; zeros for none.
const pushLines = `symbi_refs=$(cat)
while read -r symbi_ref symbi_new _ symbi_old; do
  case $symbi_new in *[!0]*) ;; *) continue ;; esac # a deletion
  if [ "$(git rev-parse --verify --quiet "$symbi_new^{commit}")" != "$(git rev-parse --verify --quiet HEAD)" ]; then
    echo "symbi-ctl: $symbi_ref is not what is checked out, so its skills were not scanned" >&2
    continue
  fi
  if ! git cat-file -e "$symbi_old^{commit}" 2>/dev/null; then # new there, or not fetched yet
    symbi_old=$(git rev-list --boundary "$symbi_new" --not --remotes="$1") || exit
    [ -n "$symbi_old" ] || continue # everything is there already
    symbi_old=$(echo "$symbi_old" | sed -n 's/^-//p' | tail -n 1)
  fi
  [ -n "$symbi_old" ] || symbi_old=$(echo "$symbi_new" | sed 's/./0/g')
  "$symbi_ctl" skills scan --quiet --diff-base "$symbi_old" </dev/null >&2 || exit
done <<SYMBI_REFS
$symbi_refs
SYMBI_REFS
[ -n "$symbi_refs" ] || exec </dev/null
[ -z "$symbi_refs" ] || exec <<SYMBI_REFS
$symbi_refs
SYMBI_REFS
`
