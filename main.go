// Command symbi-ctl is the operator's tool for Symbiont agents.
package main

import (
	"os"

	"github.com/symbi-ctl/symbi-ctl/cmd"
)

func main() { os.Exit(cmd.Main()) }
