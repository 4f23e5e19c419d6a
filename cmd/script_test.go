package cmd_test

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/symbi-ctl/symbi-ctl/cmd"
)

var (
	update = flag.Bool("update", false, "rewrite the golden files in testdata/scripts")
	goOn   = flag.Bool("continue", false, "go on with a script after its first failure")
)

// TestMain makes the test binary serve as symbi-ctl inside the scripts.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"symbi-ctl":       func() { os.Exit(cmd.Main()) },
		"without-network": withoutNetwork, // see TestOfflineCommands
	})
}

// TestScripts runs testdata/scripts. Beside the commands of testscript they
// have:
//
//	status N CMD ARG…     runs CMD and wants exit status N; stdout and stderr as after exec
//	tty FILE CMD ARG…     runs CMD on a terminal of 100 columns and writes what it shows to FILE
//	interrupt MS CMD ARG… runs CMD, interrupts it after MS milliseconds, or at its first "output", wants status 130
//	json [EXPR [VALUE]]   the last stdout has to be one JSON value, in which the jq expression is VALUE
//	error [EXPR [VALUE]]  the same for the JSON error on the last stderr
//	capture NAME FILE RE  sets a variable to the group of RE that FILE, stdout or stderr has
//	runtime [FILE]        serves the embedded runtime, see serveRuntime; the settings point at it
//	server KIND           serves faults, see faults and answers; the settings point at it
//	fifo FILE             makes a named pipe
//	https DIR             serves the files of DIR as example.com
//	until FILE [RE]       waits until there is a FILE, in which there is a match of RE
//	file FILE SIZE TEXT   makes a file of SIZE bytes of blanks that ends with TEXT
//
// Golden files inside a script are rewritten by `go test ./cmd -update`.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("..", "testdata", "scripts"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		ContinueOnError:     *goOn,
		Setup:               setup,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": status, "tty": terminal, "interrupt": interrupt, "json": jsonCheck, "error": errorCheck, "capture": capture,
			"fifo": fifo, "file": file, "until": until, "https": https, "runtime": serveRuntime, "server": serveFault,
		},
		Condition: condition,
	})
}

// setup gives every script a home of its own, a git identity, and a clock that
// does not matter: nothing of the machine is seen.
func setup(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, ".home")
	env.Setenv("HOME", home)
	env.Setenv("USERPROFILE", home)
	env.Setenv("XDG_CONFIG_HOME", filepath.Join(home, ".config"))
	env.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	for _, who := range []string{"AUTHOR", "COMMITTER"} {
		env.Setenv("GIT_"+who+"_NAME", "A Tester")
		env.Setenv("GIT_"+who+"_EMAIL", "tester@example.com")
		env.Setenv("GIT_"+who+"_DATE", "2026-01-01T00:00:00Z")
	}
	return os.Mkdir(home, 0o700)
}

// condition adds [git] and [root] to the conditions of testscript.
func condition(name string) (bool, error) {
	switch name {
	case "git":
		_, err := exec.LookPath("git")
		return err == nil, nil
	case "root":
		return os.Geteuid() == 0, nil
	}
	return false, errors.New("unknown condition " + name)
}

func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N CMD ARG…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	checkStatus(ts, want, ts.Exec(args[1], args[2:]...))
}

func checkStatus(ts *testscript.TestScript, want int, err error) {
	got := 0
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("run: %v", err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// command builds a command that runs in the script's folder and environment.
func command(ts *testscript.TestScript, args []string) *exec.Cmd {
	c := exec.Command(args[0], args[1:]...)
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if found := filepath.Join(dir, args[0]); !strings.Contains(args[0], "/") {
			if _, err := os.Stat(found); err == nil {
				c = exec.Command(found, args[1:]...)
				break
			}
		}
	}
	c.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "XDG_CONFIG_HOME", "NO_COLOR", "CLICOLOR_FORCE", "GIT_CONFIG_NOSYSTEM", "SYMBIONT_BASE_URL", "SYMBIONT_API_KEY"} {
		if v := ts.Getenv(name); v != "" {
			c.Env = append(c.Env, name+"="+v)
		}
	}
	c.Env = append(c.Env, "TERM=xterm-256color")
	return c
}

func terminal(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: tty FILE CMD ARG…")
	}
	c := command(ts, args[1:])
	tty, err := pty.StartWithSize(c, &pty.Winsize{Rows: 40, Cols: 100})
	ts.Check(err)
	defer tty.Close()
	var shown bytes.Buffer
	if _, err := io.Copy(&shown, tty); err != nil && !errors.Is(err, syscall.EIO) { // EIO is the end of a terminal
		ts.Check(err)
	}
	err = c.Wait()
	if neg == (err == nil) {
		ts.Logf("%s", shown.String())
		ts.Fatalf("unexpected result of %v: %v", args[1:], err)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), bytes.ReplaceAll(shown.Bytes(), []byte("\r\n"), []byte("\n")), 0o600))
}

func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: interrupt MS|output CMD ARG…")
	}
	c := command(ts, args[1:])
	out, err := os.Create(ts.MkAbs("interrupted.out"))
	ts.Check(err)
	defer out.Close()
	if args[0] == "output" {
		checkStatus(ts, 130, interruptAtOutput(c, out))
		return
	}
	ms, err := strconv.Atoi(args[0])
	ts.Check(err)
	c.Stdout = out
	ts.Check(c.Start())
	timer := time.AfterFunc(time.Duration(ms)*time.Millisecond, func() { _ = c.Process.Signal(syscall.SIGINT) })
	defer timer.Stop()
	checkStatus(ts, 130, c.Wait())
}

// interruptAtOutput runs c and interrupts it once it has said something, on
// stdout or stderr.
func interruptAtOutput(c *exec.Cmd, out io.Writer) error {
	said, program, err := os.Pipe()
	if err != nil {
		return err
	}
	defer said.Close()
	c.Stdout, c.Stderr = program, program
	err = c.Start()
	program.Close()
	if err != nil {
		return err
	}
	first := make([]byte, 1)
	if _, err := io.ReadFull(said, first); err == nil {
		_ = c.Process.Signal(syscall.SIGINT)
	}
	_, _ = out.Write(first)
	_, _ = io.Copy(out, said)
	return c.Wait()
}

func fifo(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: fifo FILE")
	}
	ts.Check(syscall.Mkfifo(ts.MkAbs(args[0]), 0o600))
}

func file(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: file FILE SIZE TEXT")
	}
	size, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), append(bytes.Repeat([]byte(" "), size-len(args[2])), args[2]...), 0o600))
}

func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: until FILE [RE]")
	}
	want := regexp.MustCompile(strings.Join(args[1:], ""))
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for limit := time.Now().Add(2 * time.Minute); ; <-tick.C {
		if text, err := os.ReadFile(ts.MkAbs(args[0])); err == nil && want.Match(text) {
			return
		}
		if time.Now().After(limit) {
			ts.Fatalf("there is no %s", strings.Join(args, " with "))
		}
	}
}
