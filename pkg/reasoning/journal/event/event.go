package event

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
)

// Event is a pointer to one of the event types of this package, which are named
// as they are in a journal.
type Event interface {
	read(*strictjson.Reader)
}

// Name is the tag that e has in a journal.
func Name(e Event) string { return reflect.TypeOf(e).Elem().Name() }

// ErrUnknown says that an event has a name which this package does not know.
var ErrUnknown = errors.New("unknown event")

// blank returns an empty event of a name, or nil when there is no such event.
func blank(name string) Event {
	switch name {
	case "Started":
		return &Started{}
	case "ReasoningComplete":
		return &ReasoningComplete{}
	case "PolicyEvaluated":
		return &PolicyEvaluated{}
	case "ToolsDispatched":
		return &ToolsDispatched{}
	case "ToolBatchCompleted":
		return &ToolBatchCompleted{}
	case "ObservationsCollected":
		return &ObservationsCollected{}
	case "Terminated":
		return &Terminated{}
	case "RecoveryTriggered":
		return &RecoveryTriggered{}
	case "StepLimitReached":
		return &StepLimitReached{}
	case "PreHydrationComplete":
		return &PreHydrationComplete{}
	case "ImprovementOutput":
		return &ImprovementOutput{}
	}
	return blankEffect(name)
}

// blankEffect is the half of blank about effects and tokens.
func blankEffect(name string) Event {
	switch name {
	case "ToolDispatchStarted":
		return &ToolDispatchStarted{}
	case "ToolDispatchFinished":
		return &ToolDispatchFinished{}
	case "ToolEffect":
		return &ToolEffect{}
	case "ResponseDeliveryStarted":
		return &ResponseDeliveryStarted{}
	case "ResponseDeliveryFinished":
		return &ResponseDeliveryFinished{}
	case "DelegationStarted":
		return &DelegationStarted{}
	case "DelegationFinished":
		return &DelegationFinished{}
	case "InferenceRequested":
		return &InferenceRequested{}
	case "InferenceCompleted":
		return &InferenceCompleted{}
	case "DirectInferenceRequested":
		return &DirectInferenceRequested{}
	case "DirectInferenceFinished":
		return &DirectInferenceFinished{}
	case "DirectInferenceResponseReceived":
		return &DirectInferenceResponseReceived{}
	case "BudgetOpened":
		return &BudgetOpened{}
	case "BudgetScopeLinked":
		return &BudgetScopeLinked{}
	case "BudgetReservationStarted":
		return &BudgetReservationStarted{}
	case "BudgetReservationFinished":
		return &BudgetReservationFinished{}
	case "BudgetUpdated":
		return &BudgetUpdated{}
	}
	return nil
}

// Read makes an event of its form in a journal. The error wraps [ErrUnknown]
// when the name is not known, else it names the member that is wrong.
func Read(v strictjson.Value) (Event, error) {
	members := v.Members()
	if len(members) != 1 {
		return nil, fmt.Errorf("want an object with the name of the event as its only member, got %v with %d", v.Kind(), len(members))
	}
	e := blank(members[0].Name)
	if e == nil {
		return nil, fmt.Errorf("%w %.60q", ErrUnknown, members[0].Name)
	}
	if err := members[0].Value.Read(strictjson.Options{}, e.read); err != nil {
		return nil, fmt.Errorf("%s: %w", Name(e), err)
	}
	return e, nil
}

// Append appends the form that e has in a journal to dst. It fails for an event
// that [Read] would refuse.
func Append(dst []byte, e Event) ([]byte, error) {
	plain, err := json.Marshal(map[string]Event{Name(e): e})
	if err != nil {
		return nil, err
	}
	v, err := strictjson.Parse(plain, strictjson.Options{MaxBytes: len(plain), MaxDepth: maxDepth, MaxValues: len(plain)})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", Name(e), err)
	}
	if _, err := Read(v); err != nil {
		return nil, err
	}
	return appendSorted(dst, v), nil
}

// maxDepth is how deep the runtime lets JSON nest.
const maxDepth = 127

// appendSorted is AppendJSON with the members of every object in the order of
// their names, byte by byte.
func appendSorted(dst []byte, v strictjson.Value) []byte {
	switch v.Kind() {
	case strictjson.Object:
		members := slices.Clone(v.Members())
		slices.SortFunc(members, func(a, b strictjson.Member) int { return strings.Compare(a.Name, b.Name) })
		dst = append(dst, '{')
		for i, m := range members {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(strictjson.AppendString(dst, m.Name), ':')
			dst = appendSorted(dst, m.Value)
		}
		return append(dst, '}')
	case strictjson.Array:
		dst = append(dst, '[')
		for i, item := range v.Items() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendSorted(dst, item)
		}
		return append(dst, ']')
	default:
		return v.AppendJSON(dst)
	}
}
