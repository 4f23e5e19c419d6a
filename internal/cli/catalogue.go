package cli

// Code names a kind of error. Codes are part of the contract: scripts may
// compare them, `symbi-ctl explain CODE` tells what they mean.
type Code string

// The error codes.
const (
	CodeUsage       Code = "USAGE"
	CodeUnknownCmd  Code = "UNKNOWN_COMMAND"
	CodeUnknownFlag Code = "UNKNOWN_FLAG"
	CodeSettings    Code = "SETTINGS_INVALID"
	CodeFailure     Code = "FAILURE"
	CodeNoFile      Code = "FILE_NOT_FOUND"
	CodePermission  Code = "FILE_NOT_READABLE"
	CodeOutput      Code = "OUTPUT_FAILED"
	CodeTimeout     Code = "TIMEOUT"
	CodeInterrupted Code = "INTERRUPTED"
	CodeNotFound    Code = "NOT_FOUND"
	CodeConflict    Code = "CONFLICT"
	CodeNeedsYes    Code = "CONFIRMATION_NEEDED"
	CodeNotGit      Code = "NOT_A_GIT_REPOSITORY"
	CodeRules       Code = "RULES_INVALID"
	CodeGateConfig  Code = "GATE_CONFIG_INVALID"
	CodeBaseline    Code = "BASELINE_INVALID"
	CodeScan        Code = "SCAN_FAILED"
	CodeHook        Code = "HOOK_REFUSED"
	CodeNeedsSecret Code = "SECRET_NEEDED"
	CodeKey         Code = "KEY_UNUSABLE"
	CodeLoad        Code = "LOAD_ERROR"
	CodeUnreachable Code = "UNREACHABLE"
	CodeKeyring     Code = "KEYRING_UNAVAILABLE"

	CodeNotAuthenticated Code = "NOT_AUTHENTICATED"
	CodeForbidden        Code = "FORBIDDEN"
	CodeNotServed        Code = "NOT_SERVED"
	CodeInvalidRequest   Code = "INVALID_REQUEST"
	CodeRateLimited      Code = "RATE_LIMITED"
	CodeUnavailable      Code = "UNAVAILABLE"
	CodeRuntimeFailed    Code = "RUNTIME_FAILED"
	CodeBadReply         Code = "BAD_REPLY"
	CodeReadOnly         Code = "READ_ONLY"
	CodeAmbiguous        Code = "AMBIGUOUS"
	CodePending          Code = "PENDING"
	CodeUnresolved       Code = "UNRESOLVED"
	CodeJournalOpen      Code = "JOURNAL_INCOMPLETE"
)

// CodeDoc tells an operator what a code means and what to do.
type CodeDoc struct {
	Code    Code   `json:"code"`
	Status  Status `json:"status"`
	Meaning string `json:"meaning"`
	Todo    string `json:"todo"`
}

// Catalogue lists every error code, in the order in which they are documented.
func Catalogue() []CodeDoc {
	return []CodeDoc{
		{CodeUsage, Usage, "The command line cannot be understood: a wrong value, a missing argument, or flags that exclude each other.", "Run the command with --help; its examples work as written."},
		{CodeUnknownCmd, Usage, "There is no such command.", "Take the suggestion, or list every command with `symbi-ctl commands`."},
		{CodeUnknownFlag, Usage, "The command has no such flag.", "Run the command with --help to see its flags."},
		{CodeSettings, Usage, "A settings file, a variable or a flag holds a key or a value that is not allowed.", "`symbi-ctl config validate` names every fault with file and line; `symbi-ctl config explain KEY` says where a value comes from."},
		{CodeFailure, Failure, "Something went wrong that has no code of its own.", "Read the message; run again with -v for more."},
		{CodeNoFile, Failure, "A file or folder that was named does not exist.", "Check the path; it is taken relative to the current folder."},
		{CodePermission, Failure, "A file or folder exists but cannot be read or written by this user.", "Check owner and mode of the path and of its folders."},
		{CodeOutput, Failure, "The result could not be written to stdout: a full disk or a closed file.", "Write to a place that has room; nothing but the output was lost."},
		{CodeTimeout, Unreachable, "The deadline passed before an answer came.", "Run again, with a longer --timeout if the work is long."},
		{CodeInterrupted, Interrupted, "The command was stopped by a signal.", "Run it again; what was printed before is valid as far as it goes."},
		{CodeNotFound, NotFound, "The named thing does not exist.", "List what exists with the noun's `list` command."},
		{CodeConflict, Conflict, "The change does not fit what is there: the thing exists already, or is in use.", "Look at what is there first; the message says how to change or remove it."},
		{CodeNeedsYes, Usage, "The command changes something and nobody can be asked.", "Add --yes once you are sure."},
		{CodeNotGit, Usage, "The command needs a git repository, or the git program, and found none.", "Run it inside a repository, or scan plain paths instead."},
		{CodeRules, Usage, "A rule file cannot be used: it does not parse, or a pattern is not RE2.", "The message names rule, line and column; `symbi-ctl skills rules test FILE` checks it alone."},
		{CodeGateConfig, Usage, "The file .symbi-skills.yaml holds something that is not allowed.", "The message names file and line. The gate stays closed until it is mended."},
		{CodeBaseline, Usage, "The baseline file is missing, broken, or of another version.", "Write it anew with `symbi-ctl skills scan --write-baseline FILE` after reading the findings."},
		{CodeScan, Failure, "The scan could not be made at all.", "Check that the path exists and can be read."},
		{CodeNeedsSecret, Usage, "A passphrase or another secret is needed, and nobody can be asked for it, or the keyring does not have it.", "Give it in a file, a variable or the keyring: --help of the command names them. Never put it on the command line."},
		{CodeKeyring, Failure, "The keyring of the session cannot be used: there is none, it refused, or it did not answer within 3 s because it is locked.", "Unlock it, or log in to a session that has one; on servers give the secret in a file or a variable."},
		{CodeKey, Failure, "A key cannot be used: it is not an ECDSA key on P-256, its passphrase is wrong, or its file holds something else.", "`symbi-ctl agentpin kid FILE` looks at a key alone; the message says what it is instead."},
		{CodeLoad, Failure, "A file that the question depends on, such as a trust bundle or a pin store, cannot be used. The question was not asked.", "The message names file and place. Mend the file or take another one; nothing was changed."},
		{CodeUnreachable, Unreachable, "Nobody answered for a document that is needed, so that the question has no answer yet.", "Try again; or bring the documents in a file or a trust bundle."},
		{CodeNotAuthenticated, Auth, "The runtime did not accept the API key, or got none: none is set, or the one that is kept is for another address.", "`symbi-ctl auth status` says which key is used; `symbi-ctl auth login` stores one."},
		{CodeForbidden, Auth, "The API key is good, but may not do this: it is bound to other agents, or the route wants an administrator's key.", "Use a key without scope, or ask who gave you this one."},
		{CodeNotServed, NotServed, "The runtime has no such capability: it came with a later version, or belongs to another edition.", "The message names the version; the embedded runtime has it: --local or `symbi-ctl dev up`."},
		{CodeInvalidRequest, Usage, "The runtime refused the request as wrong.", "Its message says what is wrong; --dry-run shows the request."},
		{CodeRateLimited, Unreachable, "The runtime refuses more requests for now, also after the repeats.", "Wait a minute; several programs on one address share the limit."},
		{CodeUnavailable, Unreachable, "The runtime cannot do it now: it starts, stops, or is full.", "Try again later. For a run, resume with the same --invocation-id: it never runs twice."},
		{CodeRuntimeFailed, Failure, "The runtime failed to do what was asked.", "Read its message and its log."},
		{CodeBadReply, Failure, "What came back is not what a runtime answers: no JSON, cut off, too large, or another content.", "Check the address; a proxy or another program may have answered. -vv shows each exchange."},
		{CodeReadOnly, Usage, "The settings allow reading only, and the command would change something.", "Use another profile, if you may."},
		{CodeAmbiguous, Usage, "Several things have this name or begin like this.", "Take one of the ids that the message lists."},
		{CodePending, Pending, "The work goes on; the deadline passed first.", "Run the command of the message: it resumes the same run and never starts another."},
		{CodeUnresolved, Conflict, "The outcome of the run is not known or was closed by an operator, or the invocation id belongs to another request. It will never run again.", "Look at the run with `symbi-ctl runs inspect`; start new work under a new invocation id."},
		{CodeJournalOpen, Pending, "The journal of a run has no last record, or ends in the middle of one. Nothing that can be verified was tampered with.", "If the run still goes on, verify again when it has ended; if not, it was interrupted, and what it began last may have happened."},
		{CodeHook, Conflict, "A hook is there already that cannot be changed safely.", "Look at it, then use --force or add the command to it by hand."},
	}
}

// Status returns the exit status that goes with the code.
func (c Code) Status() Status {
	for _, d := range Catalogue() {
		if d.Code == c {
			return d.Status
		}
	}
	return Failure
}
