# Versions of the tools that are not part of the program. The Makefile installs
# them into .bin; nothing else names a version.
GOLANGCI_LINT   := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
DEADCODE        := golang.org/x/tools/cmd/deadcode@v0.52.0
GOVULNCHECK     := golang.org/x/vuln/cmd/govulncheck@v1.9.0
ACTIONLINT      := github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
GORELEASER      := github.com/goreleaser/goreleaser/v2@v2.16.0
CYCLONEDX_GOMOD := github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0
