package client

// Route is one route of the API. Since is the first version that has it, ""
// when all known ones do; Dialect is "runtime" for what real runtimes serve and
// "sdk-1.11" for what only the embedded runtime answers.
type Route struct {
	Method  string `json:"method"`
	Path    string `json:"path"`
	Since   string `json:"since"`
	Dialect string `json:"dialect"`
	Summary string `json:"summary"`
}

// Routes returns all routes known to this program.
func Routes() []Route { return nil }
