package chat

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestTraceparent(t *testing.T) {
	for _, row := range []struct {
		allowed bool
		id      string
		want    string
	}{
		{true, "4bf92f3577b34da6a3ce929d0e0e4736", "00-4bf92f3577b34da6a3ce929d0e0e4736-4bf92f3577b34da6-01"},
		{false, "4bf92f3577b34da6a3ce929d0e0e4736", ""}, // off by default
		{true, "4bf92f3577b34da6a3ce929d0e0e473", ""},   // a digit short
		{true, "4bf92f3577b34da6a3ce929d0e0e47366", ""}, // one too many
		{true, "4BF92F3577B34DA6A3CE929D0E0E4736", ""},  // W3C wants lower case
		{true, "4bf92f3577b34da6-3ce929d0e0e4736", ""},  // not hexadecimal
		{true, "0000000000000000a3ce929d0e0e4736", ""},  // a parent of zeros is none
		{true, "4bf92f3577b34da60000000000000000", "00-4bf92f3577b34da60000000000000000-4bf92f3577b34da6-01"},
	} {
		if got := sentTraceparent(t, row.allowed, row.id); got != row.want {
			t.Errorf("allowed %v, id %q: sent %q, want %q", row.allowed, row.id, got, row.want)
		}
	}
}

// sentTraceparent is the header as a server gets it.
func sentTraceparent(t *testing.T, allowed bool, id string) string {
	t.Helper()
	got := make(chan []string, 1)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got <- r.Header.Values("traceparent")
		w.WriteHeader(http.StatusTeapot)
	}))
	defer s.Close()
	e := testEndpoint(OpenAIChat)
	e.URL, e.PropagateTrace = s.URL, allowed
	c, err := NewClient(e, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	r := request()
	r.ID = id
	if x := c.Send(context.Background(), r, nil); x.Status != http.StatusTeapot {
		t.Fatal(x.Outcome, x.Err)
	}
	return strings.Join(<-got, " ")
}

func TestSpanIDIsHalfOfTheTrace(t *testing.T) {
	if span, ok := SpanID("4bf92f3577b34da6a3ce929d0e0e4736"); span != "4bf92f3577b34da6" || !ok {
		t.Error(span, ok)
	}
}
