package git

// Parse reads the output of a listing: "raw", "stage" or "tree".
func Parse(form string, n func() (string, error)) ([]Entry, error) {
	read := map[string]func(next) (Entry, error){"raw": rawEntry, "stage": stageEntry, "tree": treeEntry}[form]
	return collect(n, read)
}
