package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const (
	groupKey   = "group" // annotation of a flag
	usageWidth = 80
)

// Titles of groups of flags that many commands share.
const (
	ListGroup    = "List flags"
	RuntimeGroup = "Runtime flags"
)

// FlagGroup puts the flags that define defines under a heading of their own in
// the help of every command that has them.
func FlagGroup(f *pflag.FlagSet, title string, define func(*pflag.FlagSet)) {
	group := pflag.NewFlagSet(title, pflag.ContinueOnError)
	define(group)
	group.VisitAll(func(flag *pflag.Flag) {
		if flag.Annotations == nil {
			flag.Annotations = map[string][]string{}
		}
		flag.Annotations[groupKey] = []string{title}
	})
	f.AddFlagSet(group)
}

func groupOf(f *pflag.Flag) string { return strings.Join(f.Annotations[groupKey], "") }

// WriteUsage writes how c is used: its own flags first and described, then the
// groups of [FlagGroup], and the flags of the commands above it by name only.
func WriteUsage(c *cobra.Command) error {
	var b strings.Builder
	b.WriteString("Usage:\n")
	if c.Runnable() {
		b.WriteString("  " + c.UseLine() + "\n")
	}
	if c.HasAvailableSubCommands() {
		b.WriteString("  " + c.CommandPath() + " [command]\n")
	}
	if len(c.Aliases) > 0 {
		b.WriteString("\nAliases:\n  " + c.NameAndAliases() + "\n")
	}
	if c.HasExample() {
		b.WriteString("\nExamples:\n" + c.Example + "\n")
	}
	if c.HasAvailableSubCommands() {
		b.WriteString("\nAvailable Commands:\n")
		for _, child := range c.Commands() {
			if child.IsAvailableCommand() {
				fmt.Fprintf(&b, "  %-*s %s\n", child.NamePadding(), child.Name(), child.Short)
			}
		}
	}
	describe(&b, c.LocalFlags())
	for above := c.Parent(); above != nil; above = above.Parent() {
		name(&b, c, above)
	}
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\nUse \"%s [command] --help\" for more about a command.\n", c.CommandPath())
	}
	_, err := io.WriteString(c.OutOrStderr(), b.String())
	return err
}

// describe writes flags with what they do, group by group.
func describe(b *strings.Builder, flags *pflag.FlagSet) {
	groups := map[string]*pflag.FlagSet{}
	titles := []string{""}
	flags.VisitAll(func(f *pflag.Flag) {
		title := groupOf(f)
		if groups[title] == nil {
			groups[title] = pflag.NewFlagSet(title, pflag.ContinueOnError)
		}
		groups[title].AddFlag(f)
		if !slices.Contains(titles, title) {
			titles = append(titles, title)
		}
	})
	slices.Sort(titles)
	for _, title := range titles {
		if group := groups[title]; group != nil && group.HasAvailableFlags() {
			if title == "" {
				title = "Flags"
			}
			b.WriteString("\n" + title + ":\n" + group.FlagUsagesWrapped(usageWidth))
		}
	}
}

// name writes the names of the flags that c has from a command above it, and
// where they are described.
func name(b *strings.Builder, c, above *cobra.Command) {
	title := "Flags of every " + above.CommandPath() + " command"
	if !above.HasParent() {
		title = "Global flags"
	}
	var words []string
	above.PersistentFlags().VisitAll(func(f *pflag.Flag) {
		if f.Hidden || c.Flag(f.Name) != f {
			return
		}
		if group := groupOf(f); group != "" {
			title = group
		}
		words = append(words, word(f))
	})
	if len(words) > 0 {
		b.WriteString("\n" + title + " (" + above.CommandPath() + " --help describes them):\n")
		grid(b, words)
	}
}

// word is a flag as it is written on a command line.
func word(f *pflag.Flag) string {
	text := "--" + f.Name
	if value, _ := pflag.UnquoteUsage(f); value != "" && f.Value.Type() != "count" {
		text += " " + value
	}
	if f.Shorthand != "" {
		text = "-" + f.Shorthand + ", " + text
	}
	return text
}

// grid writes words in as many columns as there is room for, row by row.
func grid(b *strings.Builder, words []string) {
	width := 0
	for _, w := range words {
		width = max(width, utf8.RuneCountInString(w))
	}
	for row := range slices.Chunk(words, max(1, usageWidth/(width+2))) {
		for i, w := range row {
			b.WriteString("  " + w)
			if i < len(row)-1 {
				b.WriteString(strings.Repeat(" ", width-utf8.RuneCountInString(w)))
			}
		}
		b.WriteString("\n")
	}
}
