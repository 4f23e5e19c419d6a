package store_test

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
)

// TestModel compares the store with maps, over sequences of calls and of
// closing and opening it.
func TestModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := &model{agents: map[string]store.Agent{}, messages: map[string]*store.Message{}, invocations: map[string]store.Phase{}, clock: newClock()}
		m.open(t)
		defer func() { _ = m.s.Close() }()
		t.Repeat(rapid.StateMachineActions(m))
	})
}

type model struct {
	s           *store.Store
	clock       *clock
	agents      map[string]store.Agent
	order       []string // of messages
	messages    map[string]*store.Message
	invocations map[string]store.Phase
	claimed     []claimed
	history     []store.Entry // of agent a, the oldest first
}

type claimed struct {
	at time.Time
	id string
}

func (m *model) open(t *rapid.T) {
	s, err := store.Open(t.Context(), store.Options{Now: m.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	m.s = s
}

func want(t *rapid.T, want, got error) {
	if !errors.Is(got, want) {
		t.Fatalf("want error %v, got %v", want, got)
	}
}

func someAgent(t *rapid.T) string { return rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "agent") }

func someKey(t *rapid.T) string { return fmt.Sprint(rapid.IntRange(0, 5).Draw(t, "key")) }

func (m *model) CreateAgent(t *rapid.T) {
	id := someAgent(t)
	if _, ok := m.agents[id]; ok {
		t.Skip("the agent is there already: the step does not apply")
	}
	a := agent(id)
	a.Created = m.clock.Now()
	want(t, nil, m.s.CreateAgent(t.Context(), a, created(id)))
	m.agents[id] = a
	if id == "a" {
		m.history = append(m.history, created(id))
	}
}

func (m *model) RenameAgent(t *rapid.T) {
	id, name := someAgent(t), rapid.String().Draw(t, "name")
	a, ok := m.agents[id]
	err := m.s.ChangeAgent(t.Context(), id, func(a *store.Agent) error { a.Name = name; return nil })
	if !ok {
		want(t, store.ErrNotFound, err)
		return
	}
	want(t, nil, err)
	a.Name = name
	m.agents[id] = a
}

func (m *model) DeleteAgent(t *rapid.T) {
	id := someAgent(t)
	err := m.s.DeleteAgent(t.Context(), id)
	if _, ok := m.agents[id]; !ok {
		want(t, store.ErrNotFound, err)
		return
	}
	want(t, nil, err)
	delete(m.agents, id)
	for _, message := range m.messages {
		if message.Recipient == id && message.Status == store.Pending {
			message.Status = store.Dropped
		}
	}
	if id == "a" {
		m.history = nil
	}
}

func (m *model) Send(t *rapid.T) {
	id := fmt.Sprint(len(m.order))
	x := message(id, m.clock.Now(), time.Duration(rapid.IntRange(1, 5).Draw(t, "ttl"))*time.Second)
	x.Recipient, x.Payload = someAgent(t), rapid.String().Draw(t, "payload")
	want(t, nil, m.s.Send(t.Context(), x))
	m.order = append(m.order, id)
	m.messages[id] = &x
}

func (m *model) Take(t *rapid.T) {
	id := someAgent(t)
	got, err := m.s.Take(t.Context(), id)
	want(t, nil, err)
	wanted := []store.Message{}
	for _, key := range m.order {
		if x := m.messages[key]; x.Recipient == id && x.Status == store.Pending {
			x.Status = store.Delivered
			wanted = append(wanted, *x)
		}
	}
	if d := gocmp.Diff(wanted, got); d != "" {
		t.Fatalf("taken (-want +got):\n%s", d)
	}
}

func (m *model) Sweep(t *rapid.T) { want(t, nil, m.s.Sweep(t.Context())) }

func (m *model) Wait(t *rapid.T) {
	m.clock.add(time.Duration(rapid.IntRange(1, 3).Draw(t, "wait")) * time.Second)
	for _, x := range m.messages {
		if x.Status == store.Pending && !m.clock.Now().Before(x.Sent.Add(x.TTL)) {
			x.Status = store.Expired
		}
	}
}

func (m *model) Claim(t *rapid.T) {
	i := invocation(someKey(t))
	got, mine, err := m.s.Claim(t.Context(), i, queued(i))
	want(t, nil, err)
	phase, ok := m.invocations[i.ID]
	if mine == ok || ok && got.Phase != phase {
		t.Fatalf("claim: want mine %v and %q, got %v and %q", !ok, phase, mine, got.Phase)
	}
	if !ok {
		m.invocations[i.ID] = store.Queued
		m.claimed = append(m.claimed, claimed{m.clock.Now(), i.ID})
		m.history = append(m.history, queued(i))
	}
}

func (m *model) Begin(t *rapid.T) {
	i := invocation(someKey(t))
	err := m.s.Begin(t.Context(), i)
	if m.invocations[i.ID] != store.Queued {
		want(t, store.ErrNotFound, err)
		return
	}
	want(t, nil, err)
	m.invocations[i.ID] = store.Running
}

func (m *model) Finish(t *rapid.T) {
	i := invocation(someKey(t))
	i.Phase = rapid.SampledFrom([]store.Phase{store.Completed, store.Failed, store.Unresolved}).Draw(t, "phase")
	err := m.s.Finish(t.Context(), i, ended(i), "Completed")
	if phase, ok := m.invocations[i.ID]; !ok || phase.Over() {
		want(t, store.ErrNotFound, err)
		return
	}
	want(t, nil, err)
	m.invocations[i.ID] = i.Phase
	if a, ok := m.agents["a"]; ok {
		a.State, a.Active = "Completed", m.clock.Now()
		m.agents["a"] = a
		m.history = append(m.history, ended(i))
	}
}

// Move takes the state to another store by way of a document. What was under
// way is not there.
func (m *model) Move(t *rapid.T) {
	var text bytes.Buffer
	want(t, nil, m.s.Export(t.Context(), &text))
	want(t, nil, m.s.Close())
	m.open(t)
	want(t, nil, m.s.Import(t.Context(), &text))
	slices.SortStableFunc(m.claimed, func(a, b claimed) int { return cmp.Or(a.at.Compare(b.at), strings.Compare(a.id, b.id)) })
	for _, c := range m.claimed {
		if m.invocations[c.id].Over() {
			continue
		}
		m.invocations[c.id] = store.Unresolved
		if a, ok := m.agents["a"]; ok {
			a.State, a.Active = "Failed", m.clock.Now()
			m.agents["a"] = a
			m.history = append(m.history, store.Entry{Execution: "run-" + c.id, Status: "Unresolved", At: m.clock.Now()})
		}
	}
}

// Check runs after each action.
func (m *model) Check(t *rapid.T) {
	got := map[string]store.Agent{}
	for a, err := range m.s.Agents(t.Context()) {
		want(t, nil, err)
		got[a.ID] = a
	}
	same(t, "agents", m.agents, got)
	for id, x := range m.messages {
		status, err := m.s.MessageStatus(t.Context(), id)
		want(t, nil, err)
		same(t, "message "+id, x.Status, status)
	}
	for id, phase := range m.invocations {
		i, err := m.s.Invocation(t.Context(), "scheduler:v1", id)
		want(t, nil, err)
		same(t, "invocation "+id, phase, i.Phase)
	}
	history, err := m.s.History(t.Context(), "a")
	want(t, nil, err)
	newest := slices.Clone(m.history[max(0, len(m.history)-100):])
	slices.Reverse(newest)
	same(t, "history", append([]store.Entry{}, newest...), history)
}

func same(t *rapid.T, what string, want, got any) {
	if d := gocmp.Diff(want, got); d != "" {
		t.Fatalf("%s (-want +got):\n%s", what, d)
	}
}
