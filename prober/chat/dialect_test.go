package chat

import (
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// rowOf is the row of a dialect that exists.
func rowOf(a API) *dialect {
	d, err := dialectOf(a)
	if err != nil {
		panic(err)
	}
	return d
}

// missingParts are the columns that a row leaves empty, of those that no dialect can do without.
func missingParts(d dialect) []string {
	optional := []string{"header", "grammar.tool"}
	missing := emptyFields("", reflect.ValueOf(d))
	return slices.DeleteFunc(missing, func(name string) bool { return slices.Contains(optional, name) })
}

func emptyFields(prefix string, v reflect.Value) (empty []string) {
	for i := range v.NumField() {
		name, value := prefix+v.Type().Field(i).Name, v.Field(i)
		switch {
		case value.Kind() == reflect.Struct:
			empty = append(empty, emptyFields(name+".", value)...)
		case value.IsZero():
			empty = append(empty, name)
		}
	}
	return empty
}

func TestEveryDialectIsComplete(t *testing.T) {
	for _, name := range declared(t, "dialect.go", "API") {
		if !slices.Contains(APIs(), API(name)) {
			t.Errorf("%s has no row in the table", name)
		}
	}
	configuration := document(t, "configuration.md")
	for _, d := range dialects() {
		for _, part := range missingParts(d) {
			t.Errorf("%s has no %s", d.api, part)
		}
		if !slices.ContainsFunc(everyStream(t), func(s sample) bool { return s.api == d.api }) {
			t.Errorf("%s has no golden stream in testdata/streams or testdata/hand", d.api)
		}
		golden := filepath.Join("testdata", "bodies", string(d.api)+".json")
		if _, err := os.Stat(golden); err != nil {
			t.Errorf("%s has no golden body: %v", d.api, err)
		}
		if !strings.Contains(configuration, "`"+string(d.api)+"`") {
			t.Errorf("%s is not in docs/configuration.md", d.api)
		}
	}
}

// A row that lacks something says what.
func TestMissingPartsAreNamed(t *testing.T) {
	d := *rowOf(OpenAICompletions)
	d.decoder, d.usage, d.grammar.open = nil, nil, nil
	if got, want := missingParts(d), []string{"grammar.open", "decoder", "usage"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// An API that is not in the table is an error wherever it turns up, and never another dialect.
func TestUnknownAPI(t *testing.T) {
	e := testEndpoint("grpc")
	want := `unknown api "grpc", want one of ` + apiNames()
	if _, err := dialectOf(e.API); err == nil || err.Error() != want {
		t.Errorf("row: %v", err)
	}
	if _, err := NewEncoder(e); err == nil || err.Error() != want {
		t.Errorf("encoder: %v", err)
	}
	if _, err := NewClient(e, Options{}); err == nil || err.Error() != "api: "+want {
		t.Errorf("client: %v", err)
	}
	if operation, vendor := e.API.Operation(), e.API.Vendor(); operation != "" || vendor != "" {
		t.Errorf("operation %q, vendor %q", operation, vendor)
	}
}

// The model's name may stand in the path, and a key wherever the dialect wants it.
func TestRequestFollowsTheRow(t *testing.T) {
	d := *rowOf(AnthropicMessages)
	d.path = func(model string) string { return "models/" + model + ":stream" }
	d.authorize = func(h http.Header, key string) { h.Set("X-Goog-Api-Key", key) }
	d.header = http.Header{"X-Version": {"9"}}
	e := testEndpoint(AnthropicMessages)
	c, err := d.client(e, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	r := c.httpRequest(request(), "secret", c.encoder.Body(request()))
	if got := r.URL.String(); got != "http://127.0.0.1:1/v1/models/tiny:stream" {
		t.Errorf("URL %s", got)
	}
	if r.Header.Get("X-Goog-Api-Key") != "secret" || r.Header.Get("X-Version") != "9" {
		t.Errorf("header %v", r.Header)
	}
}
