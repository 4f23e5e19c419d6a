package keyring_test

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	system "github.com/zalando/go-keyring"

	"github.com/symbi-ctl/symbi-ctl/internal/keyring"
)

// role names what a child process of these tests does. The library keeps its
// connection and its replacement in variables of its own, so that each test of a
// keyring is a process of its own.
const role = "KEYRING_TEST_ROLE"

func TestMain(m *testing.M) {
	roles := map[string]func() error{
		"mock":    func() error { system.MockInit(); return story() },
		"service": story,
		"broken": func() error {
			system.MockInitWithError(errors.New("the bus is gone"))
			return refusal(keyring.ErrUnavailable)
		},
		"hanging": func() error { return refusal(keyring.ErrTimeout) },
		"nothing": func() error { return refusal(keyring.ErrUnavailable) },
	}
	play, ok := roles[os.Getenv(role)]
	if !ok {
		os.Exit(m.Run())
	}
	if err := play(); err != nil {
		os.Stderr.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
}

// story stores, reads, replaces and deletes a secret.
func story() error {
	k := keyring.New("symbi-ctl-test", 0)
	if _, err := k.Get("absent"); !errors.Is(err, keyring.ErrNotFound) {
		return errors.New("want ErrNotFound, got " + say(err))
	}
	for _, secret := range []string{"first", "zweites: äöü\n"} {
		if err := k.Set("a/b c", secret); err != nil {
			return err
		}
		got, err := k.Get("a/b c")
		if err != nil || got != secret {
			return errors.New(cmp.Diff(secret, got) + say(err))
		}
	}
	if _, err := keyring.New("another-service", 0).Get("a/b c"); !errors.Is(err, keyring.ErrNotFound) {
		return errors.New("another service: want ErrNotFound, got " + say(err))
	}
	if err := k.Delete("a/b c"); err != nil {
		return err
	}
	if err := k.Delete("a/b c"); !errors.Is(err, keyring.ErrNotFound) {
		return errors.New("deleted twice: want ErrNotFound, got " + say(err))
	}
	return nil
}

// refusal wants the same error of all three.
func refusal(want error) error {
	k := keyring.New("symbi-ctl-test", 200*time.Millisecond)
	_, err := k.Get("n")
	for _, err := range []error{err, k.Set("n", "canary"), k.Delete("n")} {
		if !errors.Is(err, want) || strings.Contains(err.Error(), "canary") {
			return errors.New("want " + want.Error() + ", got " + say(err))
		}
	}
	return nil
}

func say(err error) string {
	if err == nil {
		return "nil"
	}
	return err.Error()
}

// child runs this test binary in a role, behind the words of before.
func child(t *testing.T, as string, env []string, before ...string) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	line := append(before, exe)
	c := exec.CommandContext(t.Context(), line[0], line[1:]...)
	home := t.TempDir()
	c.Env = append([]string{role + "=" + as, "PATH=" + os.Getenv("PATH"), "HOME=" + home, "XDG_RUNTIME_DIR=" + home, "XDG_DATA_HOME=" + home}, env...)
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s", as, err, out)
	}
}

func TestReplacement(t *testing.T) {
	t.Parallel()
	child(t, "mock", nil)
	child(t, "broken", nil)
}

// TestSecretService talks to the keyring of GNOME, on a bus of its own.
func TestSecretService(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"dbus-run-session", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed", program)
		}
	}
	child(t, "service", nil, "dbus-run-session", "--", "sh", "-c",
		`printf x | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$0"`)
}

// onlyBus skips a test where the keyring is not behind a bus.
func onlyBus(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("the keyring of " + runtime.GOOS + " is not behind D-Bus")
	}
}

// TestHangingBus: somebody listens, and never answers.
func TestHangingBus(t *testing.T) {
	t.Parallel()
	onlyBus(t)
	bus := filepath.Join(t.TempDir(), "bus")
	l, err := net.Listen("unix", bus)
	if err != nil {
		t.Skip("no Unix sockets here:", err)
	}
	defer l.Close()
	child(t, "hanging", []string{"DBUS_SESSION_BUS_ADDRESS=unix:path=" + bus})
}

func TestNoBus(t *testing.T) {
	t.Parallel()
	onlyBus(t)
	child(t, "nothing", []string{"DBUS_SESSION_BUS_ADDRESS=unix:path=" + filepath.Join(t.TempDir(), "bus")})
}

func TestNames(t *testing.T) {
	t.Parallel()
	k := keyring.New("symbi-ctl-test", 0)
	for name, secret := range map[string]string{"empty": "", "line break": "a\nb", "control": "\x1b[2J", "long": strings.Repeat("x", 256)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := k.Get(secret); !errors.Is(err, keyring.ErrName) {
				t.Errorf("Get: want ErrName, got %v", err)
			}
			if err := k.Set(secret, "x"); !errors.Is(err, keyring.ErrName) {
				t.Errorf("Set: want ErrName, got %v", err)
			}
			if err := k.Delete(secret); !errors.Is(err, keyring.ErrName) {
				t.Errorf("Delete: want ErrName, got %v", err)
			}
		})
	}
}
