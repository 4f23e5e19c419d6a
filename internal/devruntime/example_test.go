package devruntime_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/symbi-ctl/symbi-ctl/internal/devruntime"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/frame"
	"github.com/symbi-ctl/symbi-ctl/internal/devruntime/store"
)

func ExampleNew() {
	ctx := context.Background()
	now := func() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }
	state, err := store.Open(ctx, store.Options{Now: now}) // in memory
	if err != nil {
		fmt.Println(err)
		return
	}
	defer state.Close()
	rt, err := devruntime.New(devruntime.Options{Store: state, Now: now, Guard: &frame.Guard{Token: "secret"}})
	if err == nil {
		err = rt.Start(ctx)
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rt.Close(ctx)
	r := httptest.NewRequest(http.MethodGet, "/api/v1/agents", strings.NewReader(""))
	r.Header.Set("Authorization", "Bearer secret")
	w := httptest.NewRecorder()
	rt.ServeHTTP(w, r)
	fmt.Println(w.Code, w.Body)
	// Output: 200 []
}
