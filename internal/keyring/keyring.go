// Package keyring keeps secrets in the keyring of the user's session: the Secret
// Service of a Linux desktop, the Keychain of macOS, the Credential Manager of
// Windows. Start with [New].
//
// It promises an answer in time: a keyring that hangs, or waits for somebody to
// unlock it, is [ErrTimeout] after [Timeout], and a machine without one is
// [ErrUnavailable]. It never asks anybody for anything, and no error of it holds
// a secret. Which keyring answers is the system's choice: on Linux the session
// bus of the process, whatever environment a run was given.
package keyring

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	system "github.com/zalando/go-keyring"
)

// Service is the name under which this program keeps its secrets. Others find
// them by it, as `secret-tool lookup service symbi-ctl username NAME`.
const Service = "symbi-ctl"

// Timeout is how long a keyring may take to answer.
const Timeout = 3 * time.Second

// What can be wrong. Each of them is a different errand for the user.
var (
	// ErrNotFound: the keyring answered, and has no such secret.
	ErrNotFound = errors.New("the keyring has no such secret")
	// ErrUnavailable: there is no keyring, or it refused.
	ErrUnavailable = errors.New("no keyring can be used here")
	// ErrTimeout: the keyring did not answer in time.
	ErrTimeout = errors.New("the keyring did not answer in time; is it locked?")
	// ErrName: the name cannot be that of a secret.
	ErrName = errors.New("the name of a secret is 1 to 255 printable characters")
)

// Keyring is the part of the user's keyring that belongs to a service. It is safe
// for concurrent use.
type Keyring struct {
	service string
	timeout time.Duration
}

// New returns the secrets that the keyring has for service, such as [Service].
// It asks nobody: whether there is a keyring shows when it is used. A timeout of
// 0 is [Timeout].
func New(service string, timeout time.Duration) Keyring {
	if timeout == 0 {
		timeout = Timeout
	}
	return Keyring{service: service, timeout: timeout}
}

// Get returns the secret of this name, or [ErrNotFound].
func (k Keyring) Get(name string) (string, error) {
	return k.ask("read", name, func() (string, error) { return system.Get(k.service, name) })
}

// Set stores a secret in the place of the one that has this name.
func (k Keyring) Set(name, secret string) error {
	_, err := k.ask("write", name, func() (string, error) { return "", system.Set(k.service, name, secret) })
	return err
}

// Delete forgets the secret of this name, or returns [ErrNotFound].
func (k Keyring) Delete(name string) error {
	_, err := k.ask("delete", name, func() (string, error) { return "", system.Delete(k.service, name) })
	return err
}

type answer struct {
	secret string
	err    error
}

// ask waits for call as long as the keyring may take. The library cannot be
// interrupted: a call that hangs is left behind, and ends with the process.
func (k Keyring) ask(verb, name string, call func() (string, error)) (string, error) {
	if name == "" || len(name) > 255 || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return "", fmt.Errorf("%s %q in the keyring: %w", verb, name, ErrName)
	}
	done := make(chan answer, 1)
	go func() {
		secret, err := call()
		done <- answer{secret, err}
	}()
	timer := time.NewTimer(k.timeout)
	defer timer.Stop()
	select {
	case got := <-done:
		return got.secret, explain(verb, name, got.err)
	case <-timer.C:
		return "", fmt.Errorf("%s %q in the keyring: %w", verb, name, ErrTimeout)
	}
}

func explain(verb, name string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, system.ErrNotFound):
		return fmt.Errorf("%s %q in the keyring: %w", verb, name, ErrNotFound)
	}
	return fmt.Errorf("%s %q in the keyring: %w: %w", verb, name, ErrUnavailable, err)
}
