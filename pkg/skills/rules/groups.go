package rules

// groups lists the parts of the default rule set, in the order of reports.
func groups() []func() []Rule {
	return []func() []Rule{
		download,
		downloadByCode,
		windows,
		encoded,
		lures,
		packages,
		typosquats,
		protection,
		hosts,
		dynamic,
		obfuscation,
		files,
		exfiltration,
		exfiltrationByCode,
		exfiltrationByWords,
		remoteControl,
		credentials,
		credentialsAsked,
		credentialsOrdered,
		injection,
		injectionHidden,
		concealed,
		identity,
		agency,
		toolServers,
		destruction,
		persistence,
		privilege,
	}
}
