package cmd_test

import (
	"net/http"
	"path"
	"strings"
)

// auditor looks at runs; what it says depends on the last digit of the run's id.
func auditor(w http.ResponseWriter, r *http.Request) {
	if !strings.HasPrefix(r.URL.Path, "/api/v1/audit/runs/") {
		healthOnly("3.0.0", "healthy")(w, r)
		return
	}
	refuse := func(message string) {
		reply(w, http.StatusUnprocessableEntity, "application/json", `{"error":"`+message+`","code":"AUDIT_UNAVAILABLE","details":null}`)
	}
	run, status := path.Base(r.URL.Path), "completed"
	switch run[len(run)-1] {
	case '1':
		refuse("Journal write failed: signature error: Verification equation was not satisfied")
		return
	case '2':
		refuse("run inspection is busy; try again later")
		return
	case '3':
		refuse("run view exceeds 2 MiB; use offline inspection")
		return
	case '4':
		status = "quarantined"
	case '5':
		run = otherRun
	case '6':
		reply(w, http.StatusOK, "application/json", "{}")
		return
	case '7':
		status = "unknown_effects"
	}
	reply(w, http.StatusOK, "application/json", `{"audit":{"run_id":"`+run+`","path":"/j","public_key":"`+r.URL.Query().Get("public_key")+`"},"agent_id":"`+anAgent+
		`","status":"`+status+`","recovery":{"verified_records":3,"verified_bytes":900}}`)
}
