package replay

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// shape describes a JSON value by its names and types. A list is described by
// the set of the shapes of its elements, since how many there are is a matter of
// the story's time.
func shape(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "bool"
	case float64:
		return "number"
	case string:
		return "string"
	case []any:
		shapes := elements(v)
		return "[" + strings.Join(slices.Sorted(maps.Keys(shapes)), " ") + "]"
	case map[string]any:
		var members []string
		for _, name := range slices.Sorted(maps.Keys(v)) {
			members = append(members, name+":"+shape(v[name]))
		}
		return "{" + strings.Join(members, " ") + "}"
	}
	return fmt.Sprintf("%T", v)
}

func elements(list []any) map[string]any {
	shapes := make(map[string]any)
	for _, element := range list {
		shapes[shape(element)] = element
	}
	return shapes
}

// differ calls report for each place below path where got has another shape
// than want.
func differ(path string, want, got any, report func(path, want, got string)) {
	switch want := want.(type) {
	case map[string]any:
		if got, ok := got.(map[string]any); ok {
			differMembers(path, want, got, report)
			return
		}
	case []any:
		if got, ok := got.([]any); ok {
			differElements(path, want, got, report)
			return
		}
	}
	if w, g := kind(want), kind(got); w != g {
		report(path, w, g)
	}
}

func differMembers(path string, want, got map[string]any, report func(path, want, got string)) {
	names := maps.Clone(want)
	maps.Copy(names, got)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		below := strings.TrimPrefix(path+"."+name, ".")
		w, wanted := want[name]
		g, given := got[name]
		switch {
		case !given:
			report(below, kind(w), "absent")
		case !wanted:
			report(below, "absent", kind(g))
		default:
			differ(below, w, g, report)
		}
	}
}

// differElements accepts a list whose elements all have a shape that the
// recorded list has too.
func differElements(path string, want, got []any, report func(path, want, got string)) {
	path += "[]"
	if (len(want) == 0) != (len(got) == 0) {
		report(path, fmt.Sprintf("%d elements", min(len(want), 1)), fmt.Sprintf("%d elements", min(len(got), 1)))
		return
	}
	known, found := elements(want), elements(got)
	for _, s := range slices.Sorted(maps.Keys(found)) {
		if _, ok := known[s]; !ok {
			differ(path, nearest(want, found[s]), found[s], report)
			return
		}
	}
}

// nearest is the recorded element that an element of unknown shape is compared
// with: the one that differs from it in the fewest places.
func nearest(want []any, got any) any {
	var best any
	fewest := -1
	for _, candidate := range want {
		places := 0
		differ("", candidate, got, func(string, string, string) { places++ })
		if fewest < 0 || places < fewest {
			best, fewest = candidate, places
		}
	}
	return best
}

// kind names the JSON type of a value.
func kind(v any) string {
	switch v.(type) {
	case []any:
		return "list"
	case map[string]any:
		return "object"
	}
	return shape(v)
}
