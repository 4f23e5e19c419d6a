package journal_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/symbi-ctl/symbi-ctl/pkg/reasoning/journal"
)

// forger signs whatever it is told to with the right key.
type forger struct {
	key      ed25519.PrivateKey
	previous string
	n        int
	file     []byte
}

func newForger() *forger {
	return &forger{key: ed25519.NewKeyFromSeed(must(hex.DecodeString(seed))), previous: strings.Repeat("0", 64)}
}

// payload is the next one in its place, of the run 01.
func (f *forger) payload(event string) string {
	return fmt.Sprintf(`{"entry":{"agent_id":"%s","event":%s,"iteration":1,"sequence":%d,"timestamp":"2026-11-24T12:00:00Z"},"previous_hash":"%s","run_id":"%s","version":2}`,
		agentID, event, f.n, f.previous, id("01"))
}

// line signs a payload and makes it the last line.
func (f *forger) line(payload string) *forger {
	return f.raw(`{"payload":` + payload + `,"signature":"` + base64.StdEncoding.EncodeToString(ed25519.Sign(f.key, []byte(payload))) + "\"}\n")
}

func (f *forger) raw(line string) *forger {
	sum := sha256.Sum256([]byte(line))
	f.previous, f.n = hex.EncodeToString(sum[:]), f.n+1
	f.file = append(f.file, line...)
	return f
}

func (f *forger) add(events ...string) *forger {
	for _, e := range events {
		f.line(f.payload(e))
	}
	return f
}

// altered is the last payload with something else in it.
func (f *forger) altered(before, after string) *forger {
	return f.line(strings.Replace(f.payload(seen), before, after, 1))
}

const (
	seen    = `{"ObservationsCollected":{"iteration":1,"observation_count":0}}`
	spent   = `{"completion_tokens":5,"prompt_tokens":7,"total_tokens":12}`
	theEnd  = `{"Terminated":{"duration":{"nanos":0,"secs":1},"iterations":1,"reason":"Completed","total_usage":` + spent + `}}`
	opened  = `{"BudgetOpened":{"limit":1000,"root_id":"` + rootID + `"}}`
	other   = "eeeeeeee-eeee-4eee-8eee-eeeeeeeeeeee"
	line0   = `[{"limit":1000,"parent":null,"scope":0}]`
	settled = "confirmed"
)

func reserved(tokens, line string) string {
	return `{"BudgetReservationStarted":{"reservation":{"agent_id":"` + agentID + `","ancestors":` + line + `,"audit":null,"id":"` + id("11") +
		`","input_tokens":` + tokens + `,"iteration":1,"model":"m","output_tokens":50,"provider":"p","request_bytes":1,"request_hash":"h","root_id":"` + rootID + `"}}}`
}

func settlement(root, outcome string) string {
	return `{"BudgetReservationFinished":{"outcome":"` + outcome + `","reservation_id":"` + id("11") + `","root_id":"` + root + `","usage":` + spent + `}}`
}

func start(agent, context string) string {
	return `{"Started":{"agent_id":"` + agent + `","config":{"context_token_budget":1,"default_recovery":"DeadLetter","max_concurrent_tools":1,` +
		`"max_iterations":1,"max_total_tokens":1,"timeout":{"nanos":0,"secs":1},"tool_timeout":{"nanos":0,"secs":1}}` + context + `}}`
}

func childOf(file, run, key string) string {
	return `{"DelegationStarted":{"audit":{"path":"/p/` + file + `","public_key":"` + key + `","run_id":"` + run + `"},"call_fingerprint":"f","call_id":"c",` +
		`"child_agent_id":"` + childID + `","message_hash":"h","run_key":"k","system_prompt_hash":"h","target":"t"}}`
}

// nested is a start with lists in lists, five levels below the payload.
func nested(levels int) string {
	return start(agentID, `,"execution_context":{"x":`+strings.Repeat("[", levels)+strings.Repeat("]", levels)+`}`)
}

// observed is what a tool answered, prepared a file that a tool is to publish.
const observed = `{"ToolBatchCompleted":{"duration":{"nanos":0,"secs":1},"iteration":1,"observations":[{"content":"c","is_error":false,"metadata":{},"source":"s"}]}}`

func prepared(identity string) string {
	return `{"ToolEffect":{"call_fingerprint":"f","effect":{"FilePublicationPrepared":{"intent":` +
		strings.Replace(intent, `[1,2]`, identity, 1) + `}},"run_key":"k"}}`
}

const toolApproved = `{"PolicyEvaluated":{"action_count":1,"approved_calls":[{"action":{"ToolCall":{}}}],"denied_count":0,"iteration":1}}`

func dispatchOf(n string) string {
	return `{"ToolDispatchStarted":{"call_fingerprint":"f","call_id":"c","dispatch_id":"` + id(n) + `","run_key":"k","tool_name":"t"}}`
}

func answerOf(n string) string {
	return `{"ToolDispatchFinished":{"dispatch_id":"` + id(n) + `","is_error":false,"observation_hash":"h"}}`
}

// TestRefused holds that whoever has the key cannot tell a run otherwise than a
// runtime would, and where the fault is found.
func TestRefused(t *testing.T) {
	t.Parallel()
	file := childID + "." + id("50") + ".jsonl"
	for name, tc := range map[string]struct {
		forged *forger
		code   journal.Code
		line   int
	}{
		"nothing":                      {newForger(), journal.CodeEmpty, 0},
		"only a tail":                  {newForger().raw(`{"payload":`), journal.CodeEmpty, 0},
		"a blank line":                 {newForger().add(seen).raw("\n"), journal.CodeMalformed, 2},
		"a list":                       {newForger().raw("[]\n"), journal.CodeMalformed, 1},
		"no payload":                   {newForger().raw(`{"signature":""}` + "\n"), journal.CodeMalformed, 1},
		"no signature":                 {newForger().raw(`{"payload":{}}` + "\n"), journal.CodeMalformed, 1},
		"a short signature":            {newForger().raw(`{"payload":{},"signature":"AAAA"}` + "\n"), journal.CodeMalformed, 1},
		"an empty signature":           {newForger().raw(`{"payload":{},"signature":"` + strings.Repeat("A", 86) + `=="}` + "\n"), journal.CodeSignature, 1},
		"a member too many":            {newForger().altered(`"version":2`, `"version":2,"x":1`), journal.CodeMalformed, 1},
		"a payload that is none":       {newForger().line(`"text"`), journal.CodeMalformed, 1},
		"version 3":                    {newForger().altered(`"version":2`, `"version":3`), journal.CodeMalformed, 1},
		"version 1 with a run":         {newForger().altered(`"version":2`, `"version":1`), journal.CodeMalformed, 1},
		"version 2 without a run":      {newForger().altered(`"run_id":"`+id("01")+`",`, ""), journal.CodeMalformed, 1},
		"version 1":                    {newForger().altered(`"run_id":"`+id("01")+`","version":2`, `"version":1`), journal.CodeRun, 1},
		"another run":                  {newForger().altered(id("01"), id("02")), journal.CodeRun, 1},
		"a run that changes":           {newForger().add(seen).altered(id("01"), id("02")), journal.CodeRun, 2},
		"another agent":                {newForger().altered(agentID, other), journal.CodeAgent, 1},
		"an agent that changes":        {newForger().add(seen).altered(agentID, other), journal.CodeAgent, 2},
		"another beginning":            {newForger().altered("0000000000000000", "0000000000000001"), journal.CodeChain, 1},
		"a chain in capitals":          {&forger{key: newForger().key, previous: strings.ToUpper(strings.Repeat("a", 64))}, journal.CodeEmpty, 0},
		"a number too high":            {newForger().altered(`"sequence":0`, `"sequence":1`), journal.CodeSequence, 1},
		"a number too low":             {newForger().add(seen).altered(`"sequence":1`, `"sequence":0`), journal.CodeSequence, 2},
		"a negative number":            {newForger().altered(`"sequence":0`, `"sequence":-1`), journal.CodeMalformed, 1},
		"no time":                      {newForger().altered("2026-11-24T12:00:00Z", "yesterday"), journal.CodeMalformed, 1},
		"an unknown event":             {newForger().add(`{"Elsewhere":{}}`), journal.CodeUnknown, 1},
		"half an event":                {newForger().add(`{"ObservationsCollected":{}}`), journal.CodeEvent, 1},
		"no event":                     {newForger().altered(`"event":`+seen+`,`, ""), journal.CodeMalformed, 1},
		"a line too long":              {newForger().raw(strings.Repeat("x", journal.MaxRecord) + "\n"), journal.CodeTooLong, 1},
		"a tail too long":              {newForger().add(seen).raw(strings.Repeat("x", journal.MaxRecord+1)), journal.CodeTooLong, 2},
		"records after the end":        {newForger().add(theEnd, seen), journal.CodeLifecycle, 2},
		"two ends":                     {newForger().add(theEnd, theEnd), journal.CodeLifecycle, 2},
		"a late start":                 {newForger().add(seen, start(agentID, "")), journal.CodeLifecycle, 2},
		"the start of another":         {newForger().add(start(other, "")), journal.CodeLifecycle, 1},
		"an approval of nothing":       {newForger().add(toolApproved), journal.CodeLifecycle, 1},
		"a beginning twice":            {newForger().add(dispatchOf("31"), dispatchOf("31")), journal.CodeLifecycle, 2},
		"an end of nothing":            {newForger().add(answerOf("31")), journal.CodeLifecycle, 1},
		"an end twice":                 {newForger().add(dispatchOf("31"), answerOf("31"), answerOf("31")), journal.CodeLifecycle, 3},
		"accounts twice":               {newForger().add(opened, opened), journal.CodeBudget, 2},
		"accounts of nobody":           {newForger().add(strings.Replace(opened, rootID, "00000000-0000-0000-0000-000000000000", 1)), journal.CodeBudget, 1},
		"no accounts":                  {newForger().add(reserved("1", line0)), journal.CodeBudget, 1},
		"more than there is":           {newForger().add(opened, reserved("951", line0)), journal.CodeBudget, 2},
		"more than a number":           {newForger().add(opened, reserved("4294967295", line0)), journal.CodeBudget, 2},
		"a reservation twice":          {newForger().add(opened, reserved("1", line0), reserved("1", line0)), journal.CodeLifecycle, 3},
		"no line to the root":          {newForger().add(opened, reserved("1", `[{"limit":1,"parent":null,"scope":1}]`)), journal.CodeBudget, 2},
		"no line at all":               {newForger().add(opened, reserved("1", `[]`)), journal.CodeBudget, 2},
		"a line in circles":            {newForger().add(opened, reserved("1", `[{"limit":9,"parent":0,"scope":0},`+line0[1:])), journal.CodeBudget, 2},
		"a broken line":                {newForger().add(opened, reserved("1", `[{"limit":9,"parent":7,"scope":1},`+line0[1:])), journal.CodeBudget, 2},
		"a child with more":            {newForger().add(opened, reserved("1", `[{"limit":1001,"parent":0,"scope":1},`+line0[1:])), journal.CodeBudget, 2},
		"accounts that change":         {newForger().add(opened, reserved("1", `[{"limit":999,"parent":null,"scope":0}]`)), journal.CodeBudget, 2},
		"a settlement elsewhere":       {newForger().add(opened, reserved("1", line0), settlement(other, settled)), journal.CodeBudget, 3},
		"a settlement of nothing":      {newForger().add(opened, settlement(rootID, settled)), journal.CodeLifecycle, 2},
		"a settlement in other words":  {newForger().add(opened, reserved("1", line0), settlement(rootID, "unknown")), journal.CodeBudget, 3},
		"a child with another key":     {newForger().add(childOf(file, id("50"), strings.Repeat("0", 64))), journal.CodeLink, 1},
		"a child in another file":      {newForger().add(childOf("x.jsonl", id("50"), seedKey)), journal.CodeLink, 1},
		"a child of another run":       {newForger().add(childOf(file, id("51"), seedKey)), journal.CodeLink, 1},
		"a child that is another":      {newForger().add(strings.Replace(childOf(file, id("50"), seedKey), `"child_agent_id":"`+childID, `"child_agent_id":"`+other, 1)), journal.CodeLink, 1},
		"a parent that is no link":     {newForger().add(start(agentID, `,"execution_context":{"delegation":{"parent_audit":{}}}`)), journal.CodeLink, 1},
		"an agent without an id":       {newForger().altered(agentID, ""), journal.CodeMalformed, 1},
		"a reservation of nobody":      {newForger().add(opened, strings.Replace(reserved("1", line0), agentID, "", 1)), journal.CodeEvent, 2},
		"a child without a run":        {newForger().add(childOf(file, "", seedKey)), journal.CodeEvent, 1},
		"no number at all":             {newForger().add(start(agentID, `,"execution_context":{"x":[{"y":1e400}]}`)), journal.CodeEvent, 1},
		"a call with no number":        {newForger().add(`{"PolicyEvaluated":{"action_count":1,"approved_calls":[-1e400],"denied_count":0,"iteration":1}}`), journal.CodeEvent, 1},
		"a context too deep":           {newForger().add(nested(123)), journal.CodeMalformed, 1},
		"a context of null":            {newForger().add(start(agentID, `,"execution_context":null`)), journal.CodeEvent, 1},
		"metadata of null":             {newForger().add(strings.Replace(observed, `{}`, `null`, 1)), journal.CodeEvent, 1},
		"a choice of tools unknown":    {newForger().add(strings.Replace(start(agentID, ""), `"max_iterations"`, `"tool_choice":{"type":"none"},"max_iterations"`, 1)), journal.CodeEvent, 1},
		"a choice of a tool, unnamed":  {newForger().add(strings.Replace(start(agentID, ""), `"max_iterations"`, `"tool_choice":{"type":"tool"},"max_iterations"`, 1)), journal.CodeEvent, 1},
		"a tool without parameters":    {newForger().add(strings.Replace(start(agentID, ""), `"max_iterations"`, `"tool_definitions":[{"name":"n","description":"d"}],"max_iterations"`, 1)), journal.CodeEvent, 1},
		"a file with one identity":     {newForger().add(prepared(`[1]`)), journal.CodeEvent, 1},
		"a file with three":            {newForger().add(prepared(`[1,2,3]`)), journal.CodeEvent, 1},
		"a file of no number":          {newForger().add(prepared(`[1,"2"]`)), journal.CodeEvent, 1},
		"a file with more":             {newForger().add(prepared(`[1,2],"more":1`)), journal.CodeEvent, 1},
		"an offset of a day":           {newForger().altered("12:00:00Z", "12:00:00+24:00"), journal.CodeMalformed, 1},
		"what signs for others is not": {newForger().raw(strings.Replace(string(newForger().add(seen).file), `:0}}`, `:1}}`, 1)), journal.CodeSignature, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := journal.Options{PublicKey: publicKey(t, seedKey), RunID: strings.ToUpper(id("01")), AgentID: strings.ToUpper(agentID)}
			got, err := journal.Verify(t.Context(), bytes.NewReader(tc.forged.file), o)
			if err != nil {
				t.Fatal(err)
			}
			if got.Status != journal.Refused || got.Code != tc.code || got.Line != tc.line {
				t.Errorf("got %s %s at line %d (%s), want %s at line %d", got.Status, got.Code, got.Line, got.Message, tc.code, tc.line)
			}
			if !slices.ContainsFunc(journal.Codes(), func(d journal.CodeDoc) bool { return d.Code == got.Code && d.Meaning != "" && d.Todo != "" }) {
				t.Errorf("the code %s is not explained", got.Code)
			}
			if want := max(tc.line-1, 0); got.Recovery.Records != want {
				t.Errorf("%d records were verified, want %d", got.Recovery.Records, want)
			}
		})
	}
}

// TestAccepted holds what may look odd and is no fault.
func TestAccepted(t *testing.T) {
	t.Parallel()
	base := newForger().payload(seen)
	signature := base64.StdEncoding.EncodeToString(ed25519.Sign(newForger().key, []byte(base)))
	for name, forged := range map[string]*forger{
		"blanks":               {file: []byte(" { \"payload\" : " + base + " , \"signature\" : \"" + signature + "\" } \r\n")},
		"another order":        {file: []byte(`{"signature":"` + signature + `","payload":` + base + "}\n")},
		"members of the entry": newForger().altered(`"sequence":0`, `"sequence":0,"x":1`),
		"ids in capitals":      newForger().altered(agentID, strings.ToUpper(agentID)),
		"a time of elsewhere":  newForger().altered("12:00:00Z", "14:00:00.5+02:00"),
		"a choice of a tool":   newForger().add(strings.Replace(start(agentID, ""), `"max_iterations"`, `"tool_choice":{"name":"n","type":"tool"},"max_iterations"`, 1)),
		"a choice of any tool": newForger().add(strings.Replace(start(agentID, ""), `"max_iterations"`, `"tool_choice":{"type":"any"},"max_iterations"`, 1)),
		"a tool of null":       newForger().add(strings.Replace(start(agentID, ""), `"max_iterations"`, `"tool_definitions":[{"description":"d","name":"n","parameters":null}],"max_iterations"`, 1)),
		"the deepest context":  newForger().add(nested(122)),
		"the most values": newForger().add(`{"PolicyEvaluated":{"action_count":1,"approved_calls":[{"action":{"Respond":{}},"resolved":{"filesystem":[` +
			strings.Repeat("1,", 500_000) + `1]}}],"denied_count":0,"iteration":1}}`),
		"the largest numbers":   newForger().add(start(agentID, `,"execution_context":{"x":[1e308,18446744073709551616,-1e-400]}`)),
		"observations":          newForger().add(observed),
		"a file":                newForger().add(prepared(`[1,18446744073709551615]`)),
		"a tail of one blank":   newForger().add(seen).raw(" "),
		"the longest tail":      newForger().add(seen).raw(strings.Repeat("x", journal.MaxRecord)),
		"a reservation at once": newForger().add(start(agentID, ""), opened, reserved("950", line0), settlement(rootID, settled)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := journal.Options{PublicKey: publicKey(t, seedKey), RunID: id("01"), AgentID: agentID}
			got, err := journal.Verify(t.Context(), bytes.NewReader(forged.file), o)
			if err != nil || got.Status != journal.Incomplete {
				t.Errorf("got %s %s: %s (%v), want it incomplete", got.Status, got.Code, got.Message, err)
			}
			if got.Recovery.Bytes+got.Recovery.TailBytes != int64(len(forged.file)) {
				t.Errorf("%d and %d bytes, want %d together", got.Recovery.Bytes, got.Recovery.TailBytes, len(forged.file))
			}
		})
	}
}

// TestVersion1 holds that journals of the first version verify for those who
// name no run.
func TestVersion1(t *testing.T) {
	t.Parallel()
	forged := newForger().altered(`"run_id":"`+id("01")+`","version":2`, `"version":1`)
	got, err := journal.Verify(t.Context(), bytes.NewReader(forged.file), journal.Options{PublicKey: publicKey(t, seedKey)})
	if err != nil || got.Version != 1 || got.RunID != "" || got.AgentID != agentID || !got.Intact() {
		t.Errorf("got %+v, %v", got, err)
	}
	forged = forged.add(seen)
	got, err = journal.Verify(t.Context(), bytes.NewReader(forged.file), journal.Options{PublicKey: publicKey(t, seedKey)})
	if err != nil || got.Code != journal.CodeRun || got.Line != 2 {
		t.Errorf("got %s at line %d, %v; want the second version refused", got.Code, got.Line, err)
	}
}

// TestLongFile holds that no more than 64 MiB are read.
func TestLongFile(t *testing.T) {
	t.Parallel()
	forged := newForger()
	output := `{"ImprovementOutput":{"output":"` + strings.Repeat("x", journal.MaxRecord-1000) + `"}}`
	var lines []io.Reader
	for range journal.MaxFile/journal.MaxRecord + 1 {
		forged.file = nil
		lines = append(lines, bytes.NewReader(forged.add(output).file))
	}
	got, err := journal.Verify(t.Context(), io.MultiReader(lines...), journal.Options{PublicKey: publicKey(t, seedKey)})
	if err != nil || got.Code != journal.CodeTooLong || got.Line != len(lines) || got.Recovery.Records != len(lines)-1 {
		t.Errorf("got %s at line %d, %v; want the last of %d refused", got.Code, got.Line, err, len(lines))
	}
}

// TestUnanswered holds what is an error: there is no verdict.
func TestUnanswered(t *testing.T) {
	t.Parallel()
	key := publicKey(t, seedKey)
	broken := errors.New("broken disk")
	for name, tc := range map[string]struct {
		in   io.Reader
		o    journal.Options
		want error
	}{
		"no key":      {strings.NewReader(""), journal.Options{}, journal.ErrKey},
		"a short key": {strings.NewReader(""), journal.Options{PublicKey: key[1:]}, journal.ErrKey},
		"no run":      {strings.NewReader(""), journal.Options{PublicKey: key, RunID: "latest"}, journal.ErrID},
		"no agent":    {strings.NewReader(""), journal.Options{PublicKey: key, AgentID: strings.Repeat("-", 36)}, journal.ErrID},
		"a bad disk":  {iotest.ErrReader(broken), journal.Options{PublicKey: key}, broken},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := journal.Verify(t.Context(), tc.in, tc.o); !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
		})
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := journal.Verify(stopped, bytes.NewReader(newForger().add(seen).file), journal.Options{PublicKey: key}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: got %v, want context.Canceled", err)
	}
}

// TestWeakKeys holds that keys are refused under which anybody can sign: for
// each of them a signature is found that crypto/ed25519 takes.
func TestWeakKeys(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0000000000000000000000000000000000000000000000000000000000000080",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	} {
		key := publicKey(t, text)
		signature := make([]byte, ed25519.SignatureSize)
		signature[0] = 1 // the neutral point, and nothing
		found := false
		for i := 0; i < 1000 && !found; i++ {
			found = ed25519.Verify(key, []byte(strconv.Itoa(i)), signature)
		}
		if !found {
			t.Errorf("%s does not look weak", text)
		}
		if _, err := journal.Verify(t.Context(), strings.NewReader(""), journal.Options{PublicKey: key}); !errors.Is(err, journal.ErrKey) {
			t.Errorf("%s: got %v, want it refused", text, err)
		}
	}
}

// TestWeakSignatures: a signature of which the point is of small order is none,
// although crypto/ed25519 takes it. The holder of the key alone can make one: a
// scalar without the nonce that hides the key.
func TestWeakSignatures(t *testing.T) {
	t.Parallel()
	forged := newForger()
	payload := forged.payload(seen)
	signature := withoutNonce(forged.key, payload)
	if !ed25519.Verify(forged.key.Public().(ed25519.PublicKey), []byte(payload), signature) { //nolint:forcetypeassert // it is that of the key
		t.Fatal("crypto/ed25519 refuses the signature")
	}
	forged.raw(`{"payload":` + payload + `,"signature":"` + base64.StdEncoding.EncodeToString(signature) + "\"}\n")
	got, err := journal.Verify(t.Context(), bytes.NewReader(forged.file), journal.Options{PublicKey: publicKey(t, seedKey)})
	if err != nil || got.Code != journal.CodeSignature || got.Line != 1 {
		t.Errorf("got %s at line %d, %v; want the signature refused", got.Code, got.Line, err)
	}
}

// withoutNonce signs with the neutral point: by RFC 8032 the scalar then is the
// secret times the hash, modulo the order of the group.
func withoutNonce(key ed25519.PrivateKey, payload string) []byte {
	order := new(big.Int).Lsh(big.NewInt(1), 252)
	rest, _ := new(big.Int).SetString("27742317777372353535851937790883648493", 10)
	order.Add(order, rest)

	secret := sha512.Sum512(key.Seed())
	secret[0] &= 0xf8
	secret[31] = secret[31]&0x7f | 0x40

	signature := make([]byte, ed25519.SignatureSize)
	signature[0] = 1
	hash := sha512.Sum512(slices.Concat(signature[:32], key[ed25519.SeedSize:], []byte(payload)))
	s := new(big.Int).Mul(littleEndian(hash[:]), littleEndian(secret[:32]))
	s.Mod(s, order).FillBytes(signature[32:])
	slices.Reverse(signature[32:])
	return signature
}

func littleEndian(b []byte) *big.Int {
	b = slices.Clone(b)
	slices.Reverse(b)
	return new(big.Int).SetBytes(b)
}

// TestManyEffects: a run begins 32768 things, and no more.
func TestManyEffects(t *testing.T) {
	t.Parallel()
	const most = 1 << 15
	forged := newForger()
	for i := range most + 1 {
		forged.add(`{"ResponseDeliveryStarted":{"fingerprint":"` + strconv.Itoa(i) + `","request_bytes":1,"request_hash":"h"}}`)
	}
	got, err := journal.Verify(t.Context(), bytes.NewReader(forged.file), journal.Options{PublicKey: publicKey(t, seedKey)})
	if err != nil || got.Code != journal.CodeLifecycle || got.Line != most+1 || got.Recovery.Records != most {
		t.Errorf("got %s at line %d after %d records, %v; want one too many refused", got.Code, got.Line, got.Recovery.Records, err)
	}
}
