package constraint_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/symbi-ctl/symbi-ctl/internal/strictjson"
	"github.com/symbi-ctl/symbi-ctl/pkg/agentpin/constraint"
)

func read(t *testing.T, text string) *constraint.Set {
	t.Helper()
	if text == "" {
		return nil
	}
	var s *constraint.Set
	err := strictjson.ReadObject([]byte(text), strictjson.Options{}, func(r *strictjson.Reader) { s = constraint.Read(r) })
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCompare(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ declared, asked, want string }{
		"nothing":                {"", "", ""},
		"nothing asked":          {`{"rate_limit":"1/hour"}`, "", ""},
		"nothing declared":       {"", `{"rate_limit":"1/hour"}`, ""},
		"other constraints":      {`{"rate_limit":"1/hour"}`, `{"data_classification_max":"restricted"}`, ""},
		"classification, equal":  {`{"data_classification_max":"internal"}`, `{"data_classification_max":"internal"}`, ""},
		"classification, raised": {`{"data_classification_max":"internal"}`, `{"data_classification_max":"confidential"}`, "[data_classification_max: confidential is above the declared internal]"},
		"rate, tighter":          {`{"rate_limit":"100/hour"}`, `{"rate_limit":"1/minute"}`, ""},
		"rate, wider":            {`{"rate_limit":"100/hour"}`, `{"rate_limit":"2/minute"}`, "[rate_limit: 2/minute is more than the declared 100/hour]"},
		"rate, large":            {`{"rate_limit":"999999999/second"}`, `{"rate_limit":"999999999/second"}`, ""},
		"rate, overflow":         {`{"rate_limit":"100/hour"}`, `{"rate_limit":"5124095576030431/second"}`, `[rate_limit: the rate "5124095576030431/second" cannot be read]`},
		"rate, unit":             {`{"rate_limit":"100/hour"}`, `{"rate_limit":"1/day"}`, `[rate_limit: the rate "1/day" cannot be read]`},
		"rate, plus":             {`{"rate_limit":"100/hour"}`, `{"rate_limit":"+5/hour"}`, `[rate_limit: the rate "+5/hour" cannot be read]`},
		"rate, blank":            {`{"rate_limit":"100/hour"}`, `{"rate_limit":" 5/hour"}`, `[rate_limit: the rate " 5/hour" cannot be read]`},
		"rate, underscore":       {`{"rate_limit":"100/hour"}`, `{"rate_limit":"1_0/hour"}`, `[rate_limit: the rate "1_0/hour" cannot be read]`},
		"rate, case":             {`{"rate_limit":"100/hour"}`, `{"rate_limit":"5/Hour"}`, `[rate_limit: the rate "5/Hour" cannot be read]`},
		"rate, zero":             {`{"rate_limit":"100/hour"}`, `{"rate_limit":"0/hour"}`, `[rate_limit: the rate "0/hour" cannot be read]`},
		"rate, three parts":      {`{"rate_limit":"100/hour"}`, `{"rate_limit":"1/hour/x"}`, `[rate_limit: the rate "1/hour/x" cannot be read]`},
		"rate, declared":         {`{"rate_limit":"x"}`, `{"rate_limit":"1/hour"}`, `[rate_limit: the declared rate "x" cannot be read]`},
		"domain, below":          {`{"allowed_domains":["*.corp.example"]}`, `{"allowed_domains":["api.corp.example","*.api.corp.example"]}`, ""},
		"domain, apex":           {`{"allowed_domains":["*.corp.example"]}`, `{"allowed_domains":["corp.example"]}`, `[allowed_domains: "corp.example" is not among the declared domains]`},
		"domain, wider":          {`{"allowed_domains":["*.api.corp.example"]}`, `{"allowed_domains":["*.corp.example"]}`, `[allowed_domains: "*.corp.example" is not among the declared domains]`},
		"domain, case":           {`{"allowed_domains":["a.example"]}`, `{"allowed_domains":["A.EXAMPLE"]}`, `[allowed_domains: "A.EXAMPLE" is not among the declared domains]`},
		"domain, star":           {`{"allowed_domains":["*"]}`, `{"allowed_domains":["a.example"]}`, `[allowed_domains: "a.example" is not among the declared domains]`},
		"domain, star of a word": {`{"allowed_domains":["*example"]}`, `{"allowed_domains":["anexample"]}`, `[allowed_domains: "anexample" is not among the declared domains]`},
		"domain, none asked":     {`{"allowed_domains":["a.example"]}`, `{"allowed_domains":[]}`, "[allowed_domains: an empty list allows every domain]"},
		"domain, none declared":  {`{"allowed_domains":[]}`, `{"allowed_domains":["a.example"]}`, `[allowed_domains: "a.example" is not among the declared domains]`},
		"domain, none at all":    {`{"allowed_domains":[]}`, `{"allowed_domains":[]}`, ""},
		"denied, more":           {`{"denied_domains":["x.example"]}`, `{"denied_domains":["y.example","x.example"]}`, ""},
		"denied, covered":        {`{"denied_domains":["a.x.example"]}`, `{"denied_domains":["*.x.example"]}`, ""},
		"denied, fewer":          {`{"denied_domains":["x.example"]}`, `{"denied_domains":[]}`, `[denied_domains: "x.example" is denied by the declaration and not by the credential]`},
		"network, inside":        {`{"ip_allowlist":["10.0.0.0/8"]}`, `{"ip_allowlist":["10.1.2.0/24","10.0.0.0/8"]}`, ""},
		"network, wider":         {`{"ip_allowlist":["10.0.0.0/8"]}`, `{"ip_allowlist":["0.0.0.0/0"]}`, "[ip_allowlist: 0.0.0.0/0 is in no declared network]"},
		"network, v6":            {`{"ip_allowlist":["2001:db8::/32"]}`, `{"ip_allowlist":["2001:db8:1::/48"]}`, ""},
		"network, mapped":        {`{"ip_allowlist":["10.0.0.0/8"]}`, `{"ip_allowlist":["::ffff:10.0.0.0/104"]}`, `[ip_allowlist: the network "::ffff:10.0.0.0/104" cannot be read]`},
		"network, unreadable":    {`{"ip_allowlist":["10.0.0.0/8"]}`, `{"ip_allowlist":["10.0.0.1"]}`, `[ip_allowlist: the network "10.0.0.1" cannot be read]`},
		"network, of one":        {`{"ip_allowlist":["10.0.0.1/32","::/0"]}`, `{"ip_allowlist":["10.0.0.1/32","::1/128"]}`, ""},
		"network, host bits":     {`{"ip_allowlist":["10.9.9.9/8"]}`, `{"ip_allowlist":["10.1.2.3/8"]}`, ""},
		"network, all":           {`{"ip_allowlist":["0.0.0.0/0"]}`, `{"ip_allowlist":["10.0.0.0/8","::/0"]}`, "[ip_allowlist: ::/0 is in no declared network]"},
		"network, declared":      {`{"ip_allowlist":["x"]}`, `{"ip_allowlist":["10.0.0.0/8"]}`, "[ip_allowlist: 10.0.0.0/8 is in no declared network]"},
		"network, none asked":    {`{"ip_allowlist":["10.0.0.0/8"]}`, `{"ip_allowlist":[]}`, "[ip_allowlist: an empty list allows every address]"},
		"hours, inside":          {hours("08:00", "18:00", "UTC"), hours("09:00", "17:00", "UTC"), ""},
		"hours, equal":           {hours("08:00", "18:00", "UTC"), hours("08:00", "18:00", "UTC"), ""},
		"hours, early":           {hours("08:00", "18:00", "UTC"), hours("07:59", "18:00", "UTC"), "[valid_hours: 07:59-18:00 is not inside the declared 08:00-18:00]"},
		"hours, late":            {hours("08:00", "18:00", "UTC"), hours("17:00", "18:01", "UTC"), "[valid_hours: 17:00-18:01 is not inside the declared 08:00-18:00]"},
		"hours, zone":            {hours("08:00", "18:00", "UTC"), hours("09:00", "17:00", "Europe/Berlin"), `[valid_hours: the time zone is "Europe/Berlin", declared is "UTC"]`},
		"hours, over midnight":   {hours("22:00", "06:00", "UTC"), hours("23:00", "05:00", "UTC"), ""},
		"hours, after midnight":  {hours("22:00", "06:00", "UTC"), hours("01:00", "05:00", "UTC"), ""},
		"hours, through the day": {hours("22:00", "06:00", "UTC"), hours("05:00", "23:00", "UTC"), "[valid_hours: 05:00-23:00 is not inside the declared 22:00-06:00]"},
		"hours, complement":      {hours("08:00", "18:00", "UTC"), hours("18:00", "08:00", "UTC"), "[valid_hours: 18:00-08:00 is not inside the declared 08:00-18:00]"},
		"hours, all day asked":   {hours("08:00", "18:00", "UTC"), hours("09:00", "09:00", "UTC"), "[valid_hours: 09:00-09:00 is not inside the declared 08:00-18:00]"},
		"hours, all day":         {hours("00:00", "00:00", "UTC"), hours("09:00", "08:00", "UTC"), ""},
		"hours, unreadable":      {hours("08:00", "18:00", "UTC"), hours("9:00", "17:00", "UTC"), "[valid_hours: the hours cannot be read]"},
		"hours, 25":              {hours("08:00", "18:00", "UTC"), hours("09:00", "25:00", "UTC"), "[valid_hours: the hours cannot be read]"},
		"hours, declared":        {hours("8", "18:00", "UTC"), hours("09:00", "17:00", "UTC"), "[valid_hours: the declared hours cannot be read]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := ""
			if v := constraint.Compare(read(t, tc.declared), read(t, tc.asked)); v != nil {
				got = fmt.Sprint(v)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("violations (-want +got):\n%s", diff)
			}
		})
	}
}

func hours(start, end, zone string) string {
	return fmt.Sprintf(`{"valid_hours":{"start":%q,"end":%q,"timezone":%q}}`, start, end, zone)
}

func TestEffective(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ declared, asked, want string }{
		"nothing":       {"", "", "null"},
		"empty":         {"{}", "{}", "null"},
		"declared only": {`{"rate_limit":"1/hour"}`, "", `{"rate_limit":"1/hour"}`},
		"asked only":    {"", `{"rate_limit":"1/hour"}`, `{"rate_limit":"1/hour"}`},
		"unknown":       {`{"x":1,"y":1}`, `{"rate_limit":"1/hour","y":2}`, `{"rate_limit":"1/hour","y":2,"x":1}`},
		"merged": {
			`{"allowed_domains":["*.a.example"],"denied_domains":["x.example"],"rate_limit":"9/hour","data_classification_max":"internal","ip_allowlist":["10.0.0.0/8"],"valid_hours":{"start":"08:00","end":"18:00","timezone":"UTC"}}`,
			`{"allowed_domains":["b.a.example"],"denied_domains":["*.example"],"rate_limit":"1/hour"}`,
			`{"allowed_domains":["b.a.example"],"denied_domains":["*.example","x.example"],"rate_limit":"1/hour","data_classification_max":"internal","ip_allowlist":["10.0.0.0/8"],"valid_hours":{"start":"08:00","end":"18:00","timezone":"UTC"}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := json.Marshal(constraint.Effective(read(t, tc.declared), read(t, tc.asked)))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, string(got)); diff != "" {
				t.Errorf("effective set (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ text, want string }{
		"everything":     {`{"allowed_domains":["*.a.example"],"denied_domains":[],"rate_limit":"9/hour","data_classification_max":"internal","ip_allowlist":["10.0.0.0/8"],"valid_hours":{"start":"08:00","end":"18:00","timezone":"Europe/Berlin"}}`, ""},
		"typo":           {`{"allow_domains":[]}`, "parse constraints: allow_domains: unknown member"},
		"classification": {`{"data_classification_max":"secret"}`, `parse constraints: data_classification_max: unknown classification "secret"`},
		"type":           {`{"rate_limit":1}`, "parse constraints: rate_limit: want a string, got a number"},
		"hours":          {`{"valid_hours":{"start":"08:00","end":"18:00"}}`, "parse constraints: valid_hours.timezone: the member is missing"},
		"rate":           {`{"rate_limit":"9/day"}`, `parse constraints: rate_limit: "9/day" is not COUNT/second, COUNT/minute or COUNT/hour`},
		"pattern":        {`{"denied_domains":["*"]}`, `parse constraints: denied_domains: "*" is neither a domain nor *.domain`},
		"zone":           {hours("08:00", "18:00", "Mars/Olympus"), `parse constraints: valid_hours: "Mars/Olympus" is not the name of a time zone`},
		"network":        {`{"ip_allowlist":["10.0.0.1"]}`, `parse constraints: ip_allowlist: "10.0.0.1" is not a network such as 10.0.0.0/8`},
		"times":          {hours("8", "18:00", "UTC"), "parse constraints: valid_hours: want start and end as HH:MM"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := constraint.Parse([]byte(tc.text))
			got := ""
			if err != nil {
				got = err.Error()
			} else if text, _ := json.Marshal(s); string(text) != tc.text {
				t.Errorf("written back as %s", text)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUnknownMembersSurvive(t *testing.T) {
	t.Parallel()
	const text = `{"rate_limit":"9/hour","x-budget":{"eur":1.50}}`
	got, err := json.Marshal(read(t, text))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text, string(got)); diff != "" {
		t.Errorf("written back (-want +got):\n%s", diff)
	}
}

// BenchmarkCompareHostile has what the largest document and token can hold.
func BenchmarkCompareHostile(b *testing.B) {
	var declared constraint.Set
	for i := range 90_000 {
		declared.AllowedDomains = append(declared.AllowedDomains, fmt.Sprintf("*.%05d", i))
	}
	asked := constraint.Set{AllowedDomains: slices.Repeat([]string{"a.89999"}, 4000)}
	for b.Loop() {
		if v := constraint.Compare(&declared, &asked); v != nil {
			b.Fatal(v)
		}
	}
}

// FuzzParse holds that a set which may be issued is inside itself, and is read
// as it is written.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"allowed_domains":["*.a.example"],"denied_domains":[],"rate_limit":"9/hour","data_classification_max":"internal","ip_allowlist":["10.0.0.0/8","2001:db8::/32"],"valid_hours":{"start":"08:00","end":"18:00","timezone":"UTC"}}`))
	f.Add([]byte(`{"rate_limit":"5124095576030431/second"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := constraint.Parse(data)
		if err != nil {
			return
		}
		if v := constraint.Compare(s, s); v != nil {
			t.Fatalf("wider than itself: %v", v)
		}
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		again, err := constraint.Parse(text)
		if err != nil {
			t.Fatalf("written as %s: %v", text, err)
		}
		if diff := cmp.Diff(s, again); diff != "" {
			t.Fatalf("written as %s:\n%s", text, diff)
		}
	})
}

func ExampleCompare() {
	declared, _ := constraint.Parse([]byte(`{"rate_limit":"100/hour","data_classification_max":"internal"}`))
	asked, _ := constraint.Parse([]byte(`{"rate_limit":"2/minute"}`))
	for _, v := range constraint.Compare(declared, asked) {
		fmt.Println(v)
	}
	// Output: rate_limit: 2/minute is more than the declared 100/hour
}
