package journal

// Code says why a journal is refused.
type Code string

// The codes.
const (
	CodeEmpty     Code = "JOURNAL_EMPTY"
	CodeTooLong   Code = "JOURNAL_TOO_LONG"
	CodeMalformed Code = "JOURNAL_MALFORMED"
	CodeSignature Code = "JOURNAL_SIGNATURE_INVALID"
	CodeRun       Code = "JOURNAL_RUN_MISMATCH"
	CodeAgent     Code = "JOURNAL_AGENT_MISMATCH"
	CodeChain     Code = "JOURNAL_CHAIN_BROKEN"
	CodeSequence  Code = "JOURNAL_SEQUENCE_BROKEN"
	CodeEvent     Code = "JOURNAL_EVENT_INVALID"
	CodeUnknown   Code = "JOURNAL_EVENT_UNKNOWN"
	CodeLifecycle Code = "JOURNAL_LIFECYCLE_INVALID"
	CodeBudget    Code = "JOURNAL_BUDGET_INVALID"
	CodeLink      Code = "JOURNAL_LINK_INVALID"
)

// CodeDoc tells what a code means and what to do about it.
type CodeDoc struct {
	Code    Code   `json:"code"`
	Meaning string `json:"meaning"`
	Todo    string `json:"todo"`
}

// Codes lists every code.
func Codes() []CodeDoc {
	return []CodeDoc{
		{CodeEmpty, "The file holds no complete record, so that there is nothing to verify.", "Look for the right file; a run that died before its first record leaves an empty one."},
		{CodeTooLong, "A record is longer than 1 MiB, or the file than 64 MiB. No runtime writes such a journal.", "Keep the file as evidence and find out who wrote to it."},
		{CodeMalformed, "A complete line is no record: it is not JSON, or a member is missing, unknown or there twice.", "Somebody else wrote that line. Nothing from it on can be relied on; keep the file as evidence."},
		{CodeSignature, "The signature of a record is not one by this key over this text: the record was altered or forged, or the key is another one.", "Compare the key with the one you kept when the run was accepted. If it is the right key, the line was tampered with."},
		{CodeRun, "The journal is that of another run than the one that was asked for, or it changes from one run to another.", "Compare the run id; a journal of version 1 names no run at all."},
		{CodeAgent, "The journal is that of another agent than the one that was asked for, or it changes from one agent to another.", "Compare the agent id."},
		{CodeChain, "A record does not follow the line before it: a line was taken out, put in, moved or changed in its blanks.", "Keep the file as evidence. Line ends of another kind break the chain too: copy journals as binary files."},
		{CodeSequence, "The records are not counted from 0 without a gap.", "Whoever holds the signing key took records out. Keep the file as evidence."},
		{CodeEvent, "A record is signed and in its place, but its event is not one that a runtime writes.", "Whoever holds the signing key wrote it. The message names the member that is wrong."},
		{CodeUnknown, "A record is signed and in its place, but its event is not known to this version.", "A newer runtime may have written it: verify with a newer symbi-ctl."},
		{CodeLifecycle, "The records contradict each other: an end without a beginning, something begun twice, or records after the last.", "Whoever holds the signing key wrote them. Keep the file as evidence."},
		{CodeBudget, "The recorded reservations of tokens do not add up.", "Whoever holds the signing key wrote them. The message names what does not fit."},
		{CodeLink, "A reference to the journal of another run names another key, or a file that does not fit the run.", "Verify the other journal alone, with its own key."},
	}
}
