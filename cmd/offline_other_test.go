//go:build !linux

package cmd_test

import "testing"

func (s stage) confined(*testing.T, act, files, outcome) {}

func withoutNetwork() { panic("there is no seccomp here") }
