package match_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// corpus returns size bytes that read like a skill: Markdown prose, lists,
// tables, trees, links, fences of shell and Python, settings in JSON. It is the
// same on every call.
func corpus(size int) []byte {
	g := generator{Rand: rand.New(rand.NewPCG(3, 4)), words: strings.Fields(prose)}
	b := make([]byte, 0, size+1<<10)
	for len(b) < size {
		b = append(b, g.paragraph()...)
	}
	return b[:size]
}

type generator struct {
	*rand.Rand
	words []string
}

func (g *generator) paragraph() string {
	switch n := g.IntN(20); {
	case n < 2:
		return fmt.Sprintf("\n## %s\n\n", g.title(3))
	case n < 9:
		return g.sentences(2+g.IntN(3)) + "\n\n"
	case n < 13:
		return g.lines(4, func() string {
			dash := ":"
			if g.IntN(4) == 0 {
				dash = " —"
			}
			return fmt.Sprintf("- **%s**%s %s\n", g.title(2), dash, g.sentences(1))
		})
	case n < 14:
		return g.lines(4, func() string {
			return fmt.Sprintf("│   ├── %s/%s.md    # %s\n", g.word(), g.name(), g.word())
		})
	case n < 15:
		return g.lines(3, func() string {
			return fmt.Sprintf("| %s | `%s` | [%s](https://%s.example/%s) |\n", g.word(), g.name(), g.word(), g.word(), g.name())
		})
	case n < 17:
		return "```bash\n" + g.lines(4, g.shell) + "```\n\n"
	case n < 19:
		return "```python\n" + g.lines(7, g.python) + "```\n\n"
	default:
		return "{\n" + g.lines(5, func() string {
			return fmt.Sprintf("  %q: {\"type\": %q, \"value\": %d},\n", g.name(), g.word(), g.IntN(5000))
		}) + "}\n"
	}
}

func (g *generator) lines(n int, line func() string) string {
	var b strings.Builder
	for range n + g.IntN(n) {
		b.WriteString(line())
	}
	return b.String()
}

// word favours the words that come early in prose, as language does.
func (g *generator) word() string {
	return g.words[min(g.IntN(len(g.words)), g.IntN(len(g.words)))]
}

func (g *generator) name() string { return g.word() + "_" + g.word() }

func (g *generator) title(n int) string {
	words := make([]string, n)
	for i := range words {
		w := g.word()
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, " ")
}

func (g *generator) sentences(n int) string {
	var b strings.Builder
	for range n {
		b.WriteString(g.title(1))
		for range 6 + g.IntN(12) {
			b.WriteString(" " + g.word())
			if g.IntN(9) == 0 {
				b.WriteByte(',')
			}
		}
		b.WriteString(". ")
	}
	return b.String()
}

func (g *generator) shell() string {
	switch g.IntN(4) {
	case 0:
		return fmt.Sprintf("git %s --%s %s/%s\n", g.word(), g.word(), g.word(), g.name())
	case 1:
		return fmt.Sprintf("curl -s https://api.%s.example/v%d/%s | jq '.%s'\n", g.word(), g.IntN(4), g.name(), g.word())
	case 2:
		return fmt.Sprintf("python scripts/%s.py --%s \"$%s\" > %s.txt\n", g.name(), g.word(), strings.ToUpper(g.name()), g.word())
	default:
		return fmt.Sprintf("npm run %s && mkdir -p ./%s  # %s %s\n", g.word(), g.name(), g.word(), g.word())
	}
}

func (g *generator) python() string {
	switch g.IntN(4) {
	case 0:
		return fmt.Sprintf("def %s(%s: str, %s: int = %d) -> dict:\n", g.name(), g.word(), g.word(), g.IntN(100))
	case 1:
		return fmt.Sprintf("    %s = self.%s.get(\"%s\", [])\n", g.name(), g.name(), g.word())
	case 2:
		return fmt.Sprintf("    if not %s or len(%s) > %d:\n        raise ValueError(f\"%s {%s}\")\n", g.word(), g.name(), g.IntN(100), g.word(), g.name())
	default:
		return fmt.Sprintf("    return [x.%s for x in %s if x.%s != '%s']\n", g.word(), g.name(), g.word(), g.word())
	}
}

// literals returns n different ones as the rules of a scanner have them: names
// of tools, files and calls, and phrases. Of the first ten some are common.
func literals(n int) []string {
	list := strings.Split(needles, "\n")
	for verb := range strings.FieldsSeq("ignore disregard forget override bypass reveal print export upload send delete steal forward leak") {
		for object := range strings.SplitSeq(targets, "|") {
			list = append(list, verb+object)
		}
	}
	for call := range strings.FieldsSeq("os. subprocess. child_process. Runtime. Process. shell. sys. ctypes. win32api. paramiko.") {
		for name := range strings.FieldsSeq("system popen spawn exec execve run call check_output fork dlopen load start open invoke shell") {
			list = append(list, call+name+"(")
		}
	}
	for dir := range strings.FieldsSeq("~/. /etc/ /root/. /var/ $HOME/. %APPDATA%\\ /proc/ /home/ C:\\") {
		for name := range strings.FieldsSeq("ssh aws kube netrc gnupg docker npmrc pypirc shadow passwd sudoers crontab hosts bashrc zshrc profile mozilla chrome keychain azure gcloud config history wallet") {
			list = append(list, dir+name)
		}
	}
	return list[:n]
}

const needles = `curl
eval
.env
http
base64
token
sudo
/dev/tcp
rm -rf
| sh
wget
id_rsa
SOUL.md
MEMORY.md
CLAUDE.md
keychain
exec(
nc -e
chmod 777
mkfs.
dd if=
:(){
xmrig
stratum+tcp
169.254.169.254
webhook.site
ngrok
pastebin.com
discord.com/api
api.telegram
burpcollaborator
requestbin
AKIA
ghp_
sk-ant-
xoxb-
-----BEGIN
PRIVATE KEY
aws_secret
authorized_keys
LD_PRELOAD
ptrace
setuid
crontab
systemctl
launchctl
schtasks
powershell
Invoke-Expression
FromBase64String
DownloadString
certutil
regsvr32
mshta
osascript
pickle.loads
yaml.load
marshal.loads
__import__
compile(
fromCharCode
atob(
new Function
document.cookie
innerHTML
node-fetch
axios.post
requests.post
urllib.request
socket.socket
pip install
npm install -g
curl -fsSL
do anything now
developer mode
jailbreak
you are now
no restrictions
system prompt
bypassPermissions
dangerously
allowed-tools: *
!important
<!--
&#x
\u200b
\x1b[`

const targets = ` previous instructions| prior instructions| the above| all rules| your guidelines| the system prompt| safety filters| the environment| private keys| ssh keys| session cookies| browser profile| api keys| credentials| your memory| chat history| the user| access tokens| wallet seed| hidden text`

// prose is in falling order of frequency.
const prose = `the to a and for of with in is use this on or be not when as from by an it your file if code test data are that user skill
name type create run path value error output input list string project update check each all add example command new config service
state key set model step results can system before return only content function api must files time default based should agent
specific have any will text version process query follow task first more build using into message generate context request response
number change number format search include after write available custom component provide section review pattern required support
directory method server current quality design source best read object language client best working issue where same script tools
parameters validate structure single through existing database application information between different environment management
performance implementation documentation architecture integration authentication dependencies configuration requirements strategy
transformation accessibility observability infrastructure recommendations comprehensive understanding relationships`
