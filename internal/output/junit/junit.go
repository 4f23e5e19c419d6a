// Package junit writes JUnit XML, the report that CI systems show as tests.
// Start with [Write]: it takes suites of cases and does the counting.
//
// It promises well-formed XML 1.0 whatever the text: characters that XML or a
// terminal must not see become visible escapes, as [output.Sanitize] makes them.
package junit

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/output"
)

// Suite is a group of cases, such as one scanned skill.
type Suite struct {
	Name       string
	Time       time.Duration
	Properties []Property
	Cases      []Case
}

// Property is a fact about a suite or a case.
type Property struct{ Name, Value string }

// Case is one test. It has passed unless Failure, Error or Skipped says
// otherwise; set at most one of them.
type Case struct {
	Name       string
	ClassName  string // what readers group by
	File       string // optional
	Line       int    // 0 when unknown
	Time       time.Duration
	Properties []Property
	Failure    *Problem // the check ran and the answer is no
	Error      *Problem // the check could not run
	Skipped    *Problem // only Message is written
	Output     string   // what the case printed
}

// Problem says what is wrong: Message in a line, Type in a word, Text in full.
type Problem struct{ Message, Type, Text string }

// Write writes suites as one document named name.
func Write(w io.Writer, name string, suites []Suite) error {
	root := xmlSuites{Name: clean(name)}
	var total time.Duration
	for _, s := range suites {
		x := suite(s)
		root.Suites = append(root.Suites, x)
		root.add(x.counts)
		total += s.Time
	}
	root.Time = seconds(total)

	var buf bytes.Buffer
	buf.WriteString(xml.Header)
	enc := xml.NewEncoder(&buf)
	enc.Indent("", "  ")
	if err := enc.Encode(root); err != nil {
		return fmt.Errorf("encode JUnit XML: %w", err)
	}
	buf.WriteByte('\n')
	if _, err := w.Write(buf.Bytes()); err != nil {
		return fmt.Errorf("write JUnit XML: %w", err)
	}
	return nil
}

func suite(s Suite) xmlSuite {
	x := xmlSuite{Name: clean(s.Name), Time: seconds(s.Time), Properties: properties(s.Properties)}
	for _, c := range s.Cases {
		x.Cases = append(x.Cases, xmlCase{
			Name: clean(c.Name), ClassName: clean(c.ClassName), File: clean(c.File), Line: c.Line, Time: seconds(c.Time),
			Properties: properties(c.Properties),
			Failure:    problem(c.Failure), Error: problem(c.Error), Skipped: skipped(c.Skipped),
			Output: clean(c.Output),
		})
		x.add(counts{1, one(c.Failure), one(c.Error), one(c.Skipped)})
	}
	return x
}

func properties(list []Property) *xmlProperties {
	if len(list) == 0 {
		return nil
	}
	x := &xmlProperties{}
	for _, p := range list {
		x.List = append(x.List, xmlProperty{clean(p.Name), clean(p.Value)})
	}
	return x
}

func problem(p *Problem) *xmlProblem {
	if p == nil {
		return nil
	}
	return &xmlProblem{Message: clean(p.Message), Type: clean(p.Type), Text: clean(p.Text)}
}

func skipped(p *Problem) *xmlSkipped {
	if p == nil {
		return nil
	}
	return &xmlSkipped{Message: clean(p.Message)}
}

func one(p *Problem) int {
	if p == nil {
		return 0
	}
	return 1
}

func clean(s string) string { return output.Sanitize(s) }

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 3, 64) }

type counts struct {
	Tests    int `xml:"tests,attr"`
	Failures int `xml:"failures,attr"`
	Errors   int `xml:"errors,attr"`
	Skipped  int `xml:"skipped,attr"`
}

func (c *counts) add(more counts) {
	c.Tests += more.Tests
	c.Failures += more.Failures
	c.Errors += more.Errors
	c.Skipped += more.Skipped
}

type xmlSuites struct {
	XMLName xml.Name `xml:"testsuites"`
	Name    string   `xml:"name,attr"`
	counts
	Time   string     `xml:"time,attr"`
	Suites []xmlSuite `xml:"testsuite"`
}

type xmlSuite struct {
	Name string `xml:"name,attr"`
	counts
	Time       string         `xml:"time,attr"`
	Properties *xmlProperties `xml:"properties"`
	Cases      []xmlCase      `xml:"testcase"`
}

type xmlProperties struct {
	List []xmlProperty `xml:"property"`
}

type xmlProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type xmlCase struct {
	Name       string         `xml:"name,attr"`
	ClassName  string         `xml:"classname,attr"`
	File       string         `xml:"file,attr,omitempty"`
	Line       int            `xml:"line,attr,omitempty"`
	Time       string         `xml:"time,attr"`
	Properties *xmlProperties `xml:"properties"`
	Failure    *xmlProblem    `xml:"failure"`
	Error      *xmlProblem    `xml:"error"`
	Skipped    *xmlSkipped    `xml:"skipped"`
	Output     string         `xml:"system-out,omitempty"`
}

type xmlProblem struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

type xmlSkipped struct {
	Message string `xml:"message,attr,omitempty"`
}
