// Package sarif writes SARIF 2.1.0, the format in which scanners hand findings
// to GitHub code scanning and to editors. Start with [Write]; [LineHashes]
// computes the fingerprints that GitHub tracks a finding by, [URI] the form in
// which paths are named.
//
// It promises output that the SARIF schema accepts, results that are written
// as they come, and nothing but plain structs: what a rule means is for the
// caller to say. It refuses paths that leave the repository. The caps of GitHub
// are constants here; keeping to them, by dropping the least severe results, is
// for the caller, since other readers have no caps.
package sarif

// The version of the format, and the address of its schema.
const (
	Version = "2.1.0"
	Schema  = "https://json.schemastore.org/sarif-2.1.0.json"
)

// What GitHub code scanning takes. A file above a Max is refused, or what is
// above a Kept is dropped.
const (
	MaxFileBytes  = 10 << 20 // after gzip
	MaxRuns       = 20       // in a file
	MaxResults    = 25_000   // in a run
	KeptResults   = 5_000    // in a run, the most severe
	MaxRules      = 25_000   // in a run
	MaxTags       = 20       // of a rule
	KeptTags      = 10       // of a rule
	MaxLocations  = 1_000    // of a result
	KeptLocations = 100      // of a result
)

// RepositoryRoot is the usual base of the paths in a log, which GitHub takes to
// be the root of the checkout.
const RepositoryRoot = "%SRCROOT%"

// LineHashKey is the key of a [LineHashes] value in Result.PartialFingerprints.
const LineHashKey = "primaryLocationLineHash"

// Level says how bad a result is.
type Level string

// The levels. Without one, a result is a warning.
const (
	Error   Level = "error"
	Warning Level = "warning"
	Note    Level = "note"
	None    Level = "none"
)

// Log is a whole file.
type Log struct {
	Schema  string `json:"$schema"`
	Version string `json:"version"`
	Runs    []Run  `json:"runs"`
}

// Run is one run of one tool. Results stays its last member, and Runs that of
// [Log]: [Write] fills them in from behind.
type Run struct {
	Tool              Tool               `json:"tool"`
	AutomationDetails *AutomationDetails `json:"automationDetails,omitempty"`
	Invocations       []Invocation       `json:"invocations,omitempty"`
	Results           []Result           `json:"results"`
}

// AutomationDetails names a kind of run: two runs with the same ID overwrite
// each other at GitHub.
type AutomationDetails struct {
	ID string `json:"id"`
}

// Tool holds the component that ran.
type Tool struct {
	Driver Driver `json:"driver"`
}

// Driver is the program and the rules it knows.
type Driver struct {
	Name            string                `json:"name"`
	SemanticVersion string                `json:"semanticVersion,omitempty"`
	InformationURI  string                `json:"informationUri,omitempty"`
	Rules           []ReportingDescriptor `json:"rules,omitempty"`
}

// ReportingDescriptor is a rule, or a kind of notification.
type ReportingDescriptor struct {
	ID                   string          `json:"id"`
	Name                 string          `json:"name,omitempty"`
	ShortDescription     *Message        `json:"shortDescription,omitempty"`
	FullDescription      *Message        `json:"fullDescription,omitempty"`
	Help                 *Message        `json:"help,omitempty"`
	HelpURI              string          `json:"helpUri,omitempty"`
	DefaultConfiguration *Configuration  `json:"defaultConfiguration,omitempty"`
	Properties           *RuleProperties `json:"properties,omitempty"`
}

// Configuration is the level of a rule's results unless they say otherwise.
type Configuration struct {
	Level Level `json:"level"`
}

// RuleProperties is what GitHub reads of a rule. SecuritySeverity is a number
// as text, above 0 and up to 10: critical above 9, high from 7, medium from 4.
// It counts only with the tag "security".
type RuleProperties struct {
	Tags             []string `json:"tags,omitempty"`
	Precision        string   `json:"precision,omitempty"` // very-high, high, medium or low
	SecuritySeverity string   `json:"security-severity,omitempty"`
	ProblemSeverity  string   `json:"problem.severity,omitempty"` // error, warning or recommendation
}

// Message is text, with the same in Markdown where a reader can show it.
type Message struct {
	Text     string `json:"text"`
	Markdown string `json:"markdown,omitempty"`
}

// Result is one finding. RuleIndex is its rule's place in Driver.Rules, -1 when
// it is not there.
type Result struct {
	RuleID              string            `json:"ruleId"`
	RuleIndex           int               `json:"ruleIndex"`
	Level               Level             `json:"level,omitempty"`
	Message             Message           `json:"message"`
	Locations           []Location        `json:"locations,omitempty"`
	PartialFingerprints map[string]string `json:"partialFingerprints,omitempty"`
	Suppressions        []Suppression     `json:"suppressions,omitempty"`
	Properties          map[string]any    `json:"properties,omitempty"`
}

// Suppression says that a person decided to live with a result. Kind is
// [InSource] or [External].
type Suppression struct {
	Kind          string `json:"kind"`
	Justification string `json:"justification,omitempty"`
}

// The kinds of suppression: a remark in the scanned file, or one elsewhere.
const (
	InSource = "inSource"
	External = "external"
)

// Location is a place in a file.
type Location struct {
	PhysicalLocation PhysicalLocation `json:"physicalLocation"`
}

// PhysicalLocation is a file and, where known, a region of it.
type PhysicalLocation struct {
	ArtifactLocation ArtifactLocation `json:"artifactLocation"`
	Region           *Region          `json:"region,omitempty"`
}

// ArtifactLocation names a file by a [URI], relative to a base that is usually
// [RepositoryRoot].
type ArtifactLocation struct {
	URI       string `json:"uri"`
	URIBaseID string `json:"uriBaseId,omitempty"`
}

// Region is a part of a file. Lines and columns count from 1; columns count
// UTF-16 code units, and EndColumn is the one after the last. 0 means unknown.
type Region struct {
	StartLine   int `json:"startLine,omitempty"`
	StartColumn int `json:"startColumn,omitempty"`
	EndLine     int `json:"endLine,omitempty"`
	EndColumn   int `json:"endColumn,omitempty"`
}

// Invocation tells how the run went. Its notifications name what was not
// scanned.
type Invocation struct {
	ExecutionSuccessful        bool           `json:"executionSuccessful"`
	ToolExecutionNotifications []Notification `json:"toolExecutionNotifications,omitempty"`
}

// Notification is a remark about the run, not about the code.
type Notification struct {
	Level     Level      `json:"level,omitempty"`
	Message   Message    `json:"message"`
	Locations []Location `json:"locations,omitempty"`
}
