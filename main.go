// Command symbi-ctl is the operator's tool for Symbiont agents.
package main

import (
	"os"
	_ "time/tzdata" // the time zones of valid hours and schedules, also in a container that has none

	"github.com/symbi-ctl/symbi-ctl/cmd"
)

func main() { os.Exit(cmd.Main()) }
