package constraint

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// day is the length of a day in minutes.
const day = 24 * 60

// patterns is a set of domain patterns. Whoever wrote them may be hostile: a
// look at each for each other one would cost seconds.
type patterns map[string]bool

func patternsOf(list []string) patterns {
	p := make(patterns, len(list))
	for _, one := range list {
		p[one] = true
	}
	return p
}

// cover reports whether a pattern is there that allows whatever other allows:
// the same text, or "*.suffix" above it. "*" alone is not a pattern.
func (p patterns) cover(other string) bool {
	if p[other] {
		return true
	}
	for i := range len(other) {
		if other[i] == '.' && p["*"+other[i:]] {
			return true
		}
	}
	return false
}

// uncovered returns the first of list that no pattern covers.
func uncovered(by, list []string) (string, bool) {
	p := patternsOf(by)
	for _, one := range list {
		if !p.cover(one) {
			return one, true
		}
	}
	return "", false
}

func compareAllowed(declared, asked []string) string {
	if len(asked) == 0 && len(declared) > 0 {
		return "an empty list allows every domain"
	}
	if one, found := uncovered(declared, asked); found {
		return fmt.Sprintf("%q is not among the declared domains", one)
	}
	return ""
}

func compareDenied(declared, asked []string) string {
	if one, found := uncovered(asked, declared); found {
		return fmt.Sprintf("%q is denied by the declaration and not by the credential", one)
	}
	return ""
}

func validPattern(p string) bool {
	p, _ = strings.CutPrefix(p, "*.")
	for label := range strings.SplitSeq(p, ".") {
		if label == "" {
			return false
		}
		for i := range len(label) {
			if b := label[i]; b != '-' && b != '_' && (b < '0' || b > '9') && (b < 'a' || b > 'z') && (b < 'A' || b > 'Z') && b < 0x80 {
				return false
			}
		}
	}
	return true
}

// perHour reads a rate. A count has one to nine digits and does not start with
// a zero, so that no peer reads another number or overflows.
func perHour(text string) (int64, bool) {
	count, unit, _ := strings.Cut(text, "/")
	if len(count) < 1 || len(count) > 9 || count[0] == '0' || strings.Trim(count, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(count, 10, 64)
	if err != nil {
		return 0, false
	}
	switch unit {
	case "second":
		return n * 3600, true
	case "minute":
		return n * 60, true
	case "hour":
		return n, true
	}
	return 0, false
}

func compareRate(declared, asked string) string {
	have, ok := perHour(declared)
	if !ok {
		return fmt.Sprintf("the declared rate %q cannot be read", declared)
	}
	want, ok := perHour(asked)
	switch {
	case !ok:
		return fmt.Sprintf("the rate %q cannot be read", asked)
	case want > have:
		return fmt.Sprintf("%s is more than the declared %s", asked, declared)
	}
	return ""
}

func compareClassification(declared, asked string) string {
	levels := Classifications()
	have, want := slices.Index(levels, declared), slices.Index(levels, asked)
	switch {
	case have < 0 || want < 0:
		return fmt.Sprintf("%q and %q cannot be compared", asked, declared)
	case want > have:
		return fmt.Sprintf("%s is above the declared %s", asked, declared)
	}
	return ""
}

// network reads a network. One of version 4 in the clothes of version 6 is
// refused: whether it is inside ::/0 depends on who looks.
func network(text string) (netip.Prefix, bool) {
	p, err := netip.ParsePrefix(text)
	return p.Masked(), err == nil && !p.Addr().Is4In6()
}

func compareNetworks(declared, asked []string) string {
	if len(asked) == 0 && len(declared) > 0 {
		return "an empty list allows every address"
	}
	have := map[netip.Prefix]bool{}
	for _, text := range declared {
		if p, ok := network(text); ok {
			have[p] = true
		}
	}
	for _, text := range asked {
		want, ok := network(text)
		if !ok {
			return fmt.Sprintf("the network %q cannot be read", text)
		}
		if !within(have, want) {
			return fmt.Sprintf("%s is in no declared network", text)
		}
	}
	return ""
}

// within reports whether a network is one of have, or inside one.
func within(have map[netip.Prefix]bool, want netip.Prefix) bool {
	for bits := want.Bits(); bits >= 0; bits-- {
		if have[netip.PrefixFrom(want.Addr(), bits).Masked()] {
			return true
		}
	}
	return false
}

// window returns the minute of the day at which the window opens and how many
// minutes it is open. Start and end at the same time is the whole day.
func (h Hours) window() (start, length int, ok bool) {
	start, ok = minute(h.Start)
	end, valid := minute(h.End)
	length = (end - start + day) % day
	if length == 0 {
		length = day
	}
	return start, length, ok && valid
}

func minute(text string) (int, bool) {
	t, err := time.Parse("15:04", text)
	return t.Hour()*60 + t.Minute(), err == nil && len(text) == len("15:04")
}

func validZone(name string) bool {
	if name == "" || name == "Local" {
		return false
	}
	_, err := time.LoadLocation(name)
	return err == nil
}

func compareHours(declared, asked Hours) string {
	haveStart, haveLength, ok := declared.window()
	if !ok {
		return "the declared hours cannot be read"
	}
	wantStart, wantLength, ok := asked.window()
	switch {
	case !ok:
		return "the hours cannot be read"
	case asked.Timezone != declared.Timezone:
		return fmt.Sprintf("the time zone is %q, declared is %q", asked.Timezone, declared.Timezone)
	case haveLength < day && (wantStart-haveStart+day)%day+wantLength > haveLength:
		return fmt.Sprintf("%s-%s is not inside the declared %s-%s", asked.Start, asked.End, declared.Start, declared.End)
	}
	return ""
}
