package client_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/symbi-ctl/symbi-ctl/pkg/client"
)

// contract is a transport that holds requests, and the replies of what is
// behind it, against the contract.
type contract struct {
	routers.Router
	behind http.RoundTripper
	broken []error
	held   int
}

// openAPI reads the contract.
func openAPI(t *testing.T) routers.Router {
	t.Helper()
	doc := document(t)
	doc.Servers = nil // any host
	for _, schema := range doc.Components.Schemas {
		allowNull(schema.Value)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return router
}

// allowNull lets members without a type be null, which the validator takes to
// be forbidden.
func allowNull(s *openapi3.Schema) {
	for _, member := range s.Properties {
		if v := member.Value; member.Ref == "" && v.Type == nil && len(v.OneOf)+len(v.AnyOf)+len(v.AllOf) == 0 {
			v.Type = &openapi3.Types{"null", "object", "array", "string", "number", "boolean"}
		}
	}
}

// RoundTrip holds r against the contract and passes it on.
func (c *contract) RoundTrip(r *http.Request) (*http.Response, error) {
	route, ids, err := c.FindRoute(r)
	if err != nil {
		c.broken = append(c.broken, err)
		return c.behind.RoundTrip(r)
	}
	c.held++
	in := &openapi3filter.RequestValidationInput{
		Request: r, PathParams: ids, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true},
	}
	if err := openapi3filter.ValidateRequest(r.Context(), in); err != nil {
		c.broken = append(c.broken, err)
	}
	return c.behind.RoundTrip(r)
}

// TestRequestsFitContract: what the methods send is what the contract says.
func TestRequestsFitContract(t *testing.T) {
	t.Parallel()
	router := openAPI(t)
	calls := typedCalls()
	held := 0
	for _, x := range story(t, "3.0.0") {
		for pattern, call := range calls {
			ids := regexp.MustCompile("^" + pattern + "$").FindStringSubmatch(x.Request.Method + " " + x.Request.Path)
			if ids == nil || x.Response.Status >= http.StatusMultipleChoices {
				continue
			}
			wire := &contract{Router: router, behind: x}
			c := newClient(t, client.Options{BaseURL: "http://127.0.0.1:8080", Transport: wire})
			_, _ = call(t.Context(), c, ids, x.Request.Body, x.key())
			for _, err := range wire.broken {
				t.Errorf("%s: %v", x.Slug, err)
			}
			held += wire.held
		}
	}
	if held < 100 {
		t.Errorf("%d requests were held against the contract, want more", held)
	}
}

// TestTypesFitContract: what the types write is what the contract says, so that
// a server may use them.
func TestTypesFitContract(t *testing.T) {
	t.Parallel()
	router := openAPI(t)
	calls := typedCalls()
	held := 0
	for _, version := range []string{"1.11.0", "1.19.0", "3.0.0"} {
		for _, x := range story(t, version) {
			for pattern, call := range calls {
				ids := regexp.MustCompile("^" + pattern + "$").FindStringSubmatch(x.Request.Method + " " + x.Request.Path)
				if ids == nil || x.Response.Body == nil || x.Response.Status >= http.StatusMultipleChoices {
					continue
				}
				wire := &seen{RoundTripper: x}
				c := newClient(t, client.Options{Transport: wire})
				value, err := call(t.Context(), c, ids, x.Request.Body, x.key())
				if err != nil {
					continue
				}
				fits(t, router, x, value)
				held++
			}
		}
	}
	if held < 200 {
		t.Errorf("%d values were held against the contract, want more", held)
	}
}

// fits holds value, encoded, against the contract of the route of x.
func fits(t *testing.T, router routers.Router, x exchange, value any) {
	t.Helper()
	body, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), x.Request.Method, "http://127.0.0.1:8080"+x.Request.Path, nil)
	if err != nil {
		t.Fatal(err)
	}
	route, ids, err := router.FindRoute(r)
	if err != nil {
		t.Errorf("%s: %v", x.Slug, err)
		return
	}
	err = openapi3filter.ValidateResponse(t.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, PathParams: ids, Route: route},
		Status:                 x.Response.Status, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(bytes.NewReader(body)),
	})
	if err != nil {
		t.Errorf("%s: %v", x.Slug, err)
	}
}
