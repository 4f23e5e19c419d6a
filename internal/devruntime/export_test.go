package devruntime

// ReadDefinition returns the name of the agent of a definition.
func ReadDefinition(source string) (string, error) {
	found, err := parseDSL(source)
	return found.name, err
}
