package spec

import (
	"fmt"
	"slices"
	"strings"
)

// treeChecks compare skills, or are about the search itself. They have no find:
// [Finder.LintTree] runs them.
func treeChecks() []Check {
	return []Check{{
		ID: "name-duplicate", Level: Info,
		Title: "Several skills have the same name",
		Why:   "an agent that finds both uses one of them and hides the other",
		Fix:   "give each skill its own name, if they are meant to be installed together",
	}, {
		ID: "folder-linked", Level: Info,
		Title: "A linked folder was not searched",
		Why:   "links can lead out of the tree or in a circle, so they are not followed",
		Fix:   "check the folder that the link leads to",
	}, {
		ID: "folder-unsearched", Level: Warning,
		Title: "A part of the tree was not searched",
		Why:   "skills in it were not checked",
		Fix:   "make the folder readable, or check a smaller tree",
	}}
}

// compare runs the tree checks; names are the names of the skills.
func compare(tree Tree, names []string) []Problem {
	byName := map[string][]int{}
	for i, name := range names {
		if name != "" {
			byName[fold(name)] = append(byName[fold(name)], i)
		}
	}
	checks := treeChecks()
	var all []Problem
	for name, same := range byName {
		if len(same) < 2 {
			continue
		}
		for _, i := range same {
			s := tree.Skills[i]
			h := at(Pos{}, "the name %q is also used by %s", clip(name), others(tree, same, i))
			all = append(all, checks[0].problem(s.ID, s.Path(), h))
		}
	}
	for _, s := range tree.Skipped {
		c, message := checks[2], fmt.Sprintf("not searched: %s", s.Reason)
		switch {
		case s.Reason == LinkedFolder:
			c, message = checks[1], "the link is not followed"
		case s.Err != nil:
			message = fmt.Sprintf("not searched: %v", s.Err)
		}
		all = append(all, c.problem("", s.Path, hit{message: message}))
	}
	return all
}

// others lists the skill files of the same name except the i-th skill's, at
// most three.
func others(tree Tree, same []int, i int) string {
	const most = 3
	var paths []string
	for _, j := range same {
		if j == i {
			continue
		}
		if paths = append(paths, tree.Skills[j].Path()); len(paths) == most {
			break
		}
	}
	slices.Sort(paths)
	list := strings.Join(paths, ", ")
	if n := len(same) - 1 - len(paths); n > 0 {
		list += fmt.Sprintf(" and %d more", n)
	}
	return list
}
