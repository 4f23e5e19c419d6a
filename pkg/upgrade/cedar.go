package upgrade

import (
	"strconv"
	"strings"

	"github.com/cedar-policy/cedar-go"
)

// checkCedar says what is wrong with the first policy that does not parse, "" when
// all do. The line is counted from 1, 0 when it is not known.
func checkCedar(text string) (line int, problem string) {
	_, err := cedar.NewPolicyListFromBytes("", []byte(text))
	if filled := slot().ReplaceAllString(text, `X::"slot"`); err != nil && filled != text {
		_, err = cedar.NewPolicyListFromBytes("", []byte(filled)) // the library knows no templates
	}
	if err == nil {
		return 0, ""
	}
	// The library gives the place in its text alone, behind what stands for a name.
	problem = err.Error()
	if at := place().FindStringSubmatch(problem); at != nil {
		line, _ = strconv.Atoi(at[1])
	}
	return line, strings.ReplaceAll(problem, "<input>:", "")
}
